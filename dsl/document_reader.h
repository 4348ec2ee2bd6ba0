#pragma once
/// The documents of a rule file: rules, and maps with `lists:`, `macros:`, `tables:` and `rules:`.

#include "dsl/ast.h"
#include "dsl/diagnostics.h"
#include "dsl/yaml_tree.h"

namespace tocsin::dsl {

/// Adds to `out` what `document` holds. Reports everything that is wrong with it.
void read_document(const YamlNode& document, RuleFile& out, Diagnostics& diagnostics);

}  // namespace tocsin::dsl
