#pragma once
/// A YAML entry under `tables:` -> TableDecl.

#include "dsl/yaml_reading.h"

namespace tocsin::dsl {

/// The table that `entry` names and describes; broken, with an error, if what it says is not enough.
TableDecl read_table(const YamlReading& yaml, const YamlEntry& entry);

}  // namespace tocsin::dsl
