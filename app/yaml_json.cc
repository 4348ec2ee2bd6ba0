#include "app/yaml_json.h"

#include "base/value.h"

#include <charconv>
#include <regex>

namespace tocsin::app {

using dsl::YamlEntry;
using dsl::YamlKind;
using dsl::YamlNode;

namespace {

void append_plain_scalar(std::string& out, const std::string& text) {
  static const std::regex integer("[-+]?[0-9]+");
  static const std::regex real(R"([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?)");
  const char* begin = text.c_str() + (text.starts_with('+') ? 1 : 0);
  const char* end = text.c_str() + text.size();
  std::int64_t whole = 0;
  double number = 0;
  if (text == "true" || text == "false" || text == "null") {
    out += text;
  } else if (text == "~") {
    out += "null";
  } else if (std::regex_match(text, integer) && std::from_chars(begin, end, whole).ec == std::errc{}) {
    out += std::to_string(whole);
  } else if (std::regex_match(text, real) && std::from_chars(begin, end, number).ec == std::errc{}) {
    tocsin::append_json(out, Value::real(number));
  } else {
    append_json_string(out, text);
  }
}

void append_list(std::string& out, const YamlNode& list) {
  out += '[';
  for (const YamlNode& item : list.items) {
    if (&item != &list.items.front()) out += ',';
    append_json(out, item);
  }
  out += ']';
}

void append_map(std::string& out, const YamlNode& map) {
  out += '{';
  for (const YamlEntry& entry : map.entries) {
    if (&entry != &map.entries.front()) out += ',';
    append_json_string(out, entry.key.text);
    out += ':';
    append_json(out, entry.value);
  }
  out += '}';
}

}  // namespace

const YamlNode* find_value(const YamlNode& map, std::string_view key) {
  for (const YamlEntry& entry : map.entries) {
    if (entry.key.text == key) return &entry.value;
  }
  return nullptr;
}

void append_json(std::string& out, const YamlNode& node) {
  switch (node.kind) {
    case YamlKind::empty:
      out += "null";
      break;
    case YamlKind::scalar:
      node.plain ? append_plain_scalar(out, node.text) : append_json_string(out, node.text);
      break;
    case YamlKind::list:
      append_list(out, node);
      break;
    case YamlKind::map:
      append_map(out, node);
      break;
  }
}

}  // namespace tocsin::app
