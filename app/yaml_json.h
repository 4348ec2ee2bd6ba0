#pragma once
/// YAML trees as JSON: the events and expected alerts of test files.

#include "dsl/yaml_tree.h"

#include <string>
#include <string_view>

namespace tocsin::app {

/// The value of `key` in a map, or null.
const dsl::YamlNode* find_value(const dsl::YamlNode& map, std::string_view key);

/// Appends `node` as JSON. Plain scalars become numbers, true, false and null where YAML 1.2 says so: `NO` is
/// a string, and so is everything in quotes.
void append_json(std::string& out, const dsl::YamlNode& node);

}  // namespace tocsin::app
