#include "dsl/table_reader.h"

#include <utility>

namespace tocsin::dsl {
namespace {

constexpr std::string_view kShape = "a map, as `{file: customers.csv, key: card}`";
constexpr std::string_view kKeyWanted = "an attribute of a row, or a list of them";

std::optional<std::vector<Expr>> read_key(const YamlReading& yaml, const YamlEntry& entry) {
  std::vector<Expr> parts;
  const auto add = [&](const YamlEntry& part) {
    auto attribute = yaml.parse(part, kKeyWanted, parse_expression);
    if (attribute) parts.push_back(std::move(*attribute));
    return attribute.has_value();
  };
  if (entry.value.kind != YamlKind::list) {
    if (!add(entry)) return std::nullopt;
    return parts;
  }
  if (entry.value.items.empty()) yaml.wrong_shape(entry, kKeyWanted);
  bool fine = !entry.value.items.empty();
  for (const YamlNode& item : entry.value.items) fine = add({entry.key, item}) && fine;
  if (!fine) return std::nullopt;
  return parts;
}

class TableReader {
 public:
  TableReader(const YamlReading& yaml, const YamlEntry& entry) : yaml_{yaml}, entry_{entry} {
    table_.name = {entry.key.text, entry.key.span};
    table_.span = entry.value.span;
  }

  TableDecl read() {
    if (entry_.value.kind != YamlKind::map || entry_.value.entries.empty()) {
      yaml_.wrong_shape(entry_, kShape);
      fine_ = false;
    } else {
      for (const YamlEntry* each : yaml_.entries(entry_.value)) fine_ = read_setting(*each) && fine_;
      check_whole();
    }
    table_.broken = !fine_;
    return std::move(table_);
  }

 private:
  bool read_setting(const YamlEntry& setting) {
    const std::string& name = setting.key.text;
    if (name == "file") return (table_.file = yaml_.text(setting, "the name of a file")).has_value();
    if (name == "key") {
      auto key = read_key(yaml_, setting);
      if (key) table_.key = std::move(*key);
      return key.has_value();
    }
    if (name == "from") return (table_.from = yaml_.parse(setting, "an event type", parse_types)).has_value();
    if (name == "value")
      return (table_.value = yaml_.parse(setting, "an attribute of a row", parse_expression)).has_value();
    if (name == "delete")
      return (table_.deleted = yaml_.parse(setting, "a condition", parse_expression)).has_value();
    yaml_.unknown_key(setting.key, "a table", {"file", "from", "key", "value", "delete"});
    return false;
  }

  void missing(std::string_view key, std::string hint) {
    yaml_.error(table_.name.span, "E0108", "this table has no `" + std::string(key) + ":`", std::move(hint));
    fine_ = false;
  }

  void refuse(Span span, std::string message, std::string hint = {}) {
    yaml_.error(span, "E0113", std::move(message), std::move(hint));
    fine_ = false;
  }

  void check_whole() {
    if (!fine_) return;
    if (!table_.file && !table_.from)
      missing("file", "say where its rows are, as `file: customers.csv`, or `from: TYPE` of a stream");
    if (table_.file && table_.from) refuse(table_.from->span, "a table is from a file or from a stream");
    if (table_.from && table_.from->any) refuse(table_.from->span, "a table is from events of some types");
    if (table_.file && table_.deleted)
      refuse(table_.deleted->span, "rows of a file are not deleted", "take them out of the file");
    if (table_.key.empty()) missing("key", "say by which attribute its rows are found, as `key: card`");
  }

  const YamlReading& yaml_;
  const YamlEntry& entry_;
  TableDecl table_;
  bool fine_ = true;
};

}  // namespace

TableDecl read_table(const YamlReading& yaml, const YamlEntry& entry) {
  return TableReader{yaml, entry}.read();
}

}  // namespace tocsin::dsl
