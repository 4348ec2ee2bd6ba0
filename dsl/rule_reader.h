#pragma once
/// A YAML map -> Rule: every key of a rule, each read by the grammar it needs.

#include "dsl/ast.h"
#include "dsl/diagnostics.h"
#include "dsl/yaml_tree.h"

#include <memory>
#include <optional>

namespace tocsin::dsl {

/// Whether `key` is one that a rule has.
bool is_rule_key(std::string_view key);

/// The rule that `map` holds. Reports everything that is wrong with it, and then gives nothing.
std::optional<Rule> read_rule(const std::shared_ptr<const SourceFile>& file,
                              const YamlNode& map,
                              Diagnostics& diagnostics);

}  // namespace tocsin::dsl
