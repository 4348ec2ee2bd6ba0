#include "app/yaml_json.h"

#include "base/value.h"

#include <charconv>
#include <string_view>
#include <system_error>

namespace tocsin::app {

using dsl::YamlEntry;
using dsl::YamlKind;
using dsl::YamlNode;

namespace {

/// Whether all of `text` is a number, as YAML writes them in decimal.
template <class Number>
bool reads_as(std::string_view text, Number& out) {
  if (text.starts_with("+-") || text.find_first_not_of("0123456789+-.eE") != std::string_view::npos)
    return false;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

void append_plain_scalar(std::string& out, const std::string& text) {
  std::int64_t whole = 0;
  double number = 0;
  if (text == "true" || text == "false" || text == "null") {
    out += text;
  } else if (text == "~") {
    out += "null";
  } else if (reads_as(text, whole)) {
    out += std::to_string(whole);
  } else if (reads_as(text, number)) {
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
