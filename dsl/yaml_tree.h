#pragma once
/// A YAML document as rule files use it: scalars, lists and maps, each with its place.
///
/// Made by dsl/rule_file.cc, read by dsl/rule_reader.cc, and by the readers of tests and configurations. No
/// anchors, aliases or tags; keys are text. At most kYamlDepthMax deep, so walking it may recurse.

#include "dsl/diagnostics.h"
#include "dsl/source_file.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tocsin::dsl {

inline constexpr std::size_t kYamlDepthMax = 32;

enum class YamlKind : std::uint8_t {
  empty,  ///< nothing written after `key:`
  scalar,
  list,
  map,
};

struct YamlEntry;

struct YamlNode {
  YamlKind kind = YamlKind::empty;
  Span span;                       ///< of what is written, quotes and all
  std::string text;                ///< scalar: its value
  bool plain = false;              ///< scalar: written without quotes and not as a block
  std::vector<YamlNode> items;     ///< list
  std::vector<YamlEntry> entries;  ///< map, in the order of the file
};

struct YamlEntry {
  YamlNode key;  ///< a scalar
  YamlNode value;
};

/// The documents of `file`. Never throws. One with something in it that is refused is left out; the error is
/// in `diagnostics`.
std::vector<YamlNode> read_yaml(const std::shared_ptr<const SourceFile>& file, Diagnostics& diagnostics);

}  // namespace tocsin::dsl
