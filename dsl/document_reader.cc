#include "dsl/document_reader.h"

#include "dsl/rule_reader.h"
#include "dsl/table_reader.h"
#include "dsl/yaml_reading.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

namespace tocsin::dsl {

namespace {

const std::vector<std::string_view> kLibraryKeys = {"lists", "macros", "tables", "rules"};

bool has_key_of(const YamlNode& map, const std::vector<std::string_view>& keys) {
  return std::any_of(map.entries.begin(), map.entries.end(), [&](const YamlEntry& entry) {
    return std::find(keys.begin(), keys.end(), entry.key.text) != keys.end();
  });
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// What a word of YAML 1.2 means: an item of a list is no expression, so `AA`, `NO` and `10.0.0.0/8` are
// texts.
Literal scalar_literal(const YamlNode& scalar) {
  if (!scalar.plain) return {scalar.text};
  if (scalar.text == "true" || scalar.text == "false") return {scalar.text == "true"};
  if (const auto integer = parse_number<std::int64_t>(scalar.text)) return {*integer};
  const auto real = parse_number<double>(scalar.text);
  if (real && std::isfinite(*real)) return {*real};
  return {scalar.text};
}

class DocumentReader {
 public:
  DocumentReader(RuleFile& out, Diagnostics& diagnostics) : yaml_(out.file, diagnostics), out_(out) {}

  void read(const YamlNode& document) {
    if (document.kind == YamlKind::empty) return;
    if (document.kind != YamlKind::map) {
      return yaml_.error(
          document.span, "E0107", "a document of a rule file is a map", "begin it with `rule:`");
    }
    const bool library = !has_key_of(document, {"rule"}) && has_key_of(document, kLibraryKeys);
    library ? read_library(document) : read_rule_map(document);
  }

 private:
  void read_rule_map(const YamlNode& map) {
    const bool any_known = std::any_of(map.entries.begin(), map.entries.end(), [](const YamlEntry& entry) {
      return is_rule_key(entry.key.text);
    });
    if (!any_known) {
      const Span span = map.entries.empty() ? map.span : map.entries.front().key.span;
      return yaml_.error(span, "E0108", "this document is no rule", "a rule begins with `rule:`, its id");
    }
    auto rule = read_rule(out_.file, map, yaml_.diagnostics());
    if (!rule || !is_new(
                     out_.rules, rule->id, [](const Rule& r) { return r.id; }, "rule"))
      return;
    out_.rules.push_back(std::move(*rule));
  }

  void read_library(const YamlNode& map) {
    for (const YamlEntry* entry : yaml_.entries(map)) {
      if (entry->key.text == "rules") {
        read_rules(*entry);
      } else if (entry->key.text == "lists") {
        each_named(*entry, "list", [&](const YamlEntry& list) { read_list(list); });
      } else if (entry->key.text == "macros") {
        each_named(*entry, "macro", [&](const YamlEntry& macro) { read_macro(macro); });
      } else if (entry->key.text == "tables") {
        each_named(*entry, "table", [&](const YamlEntry& table) { read_table(table); });
      } else {
        yaml_.unknown_key(entry->key, "this document", kLibraryKeys);
      }
    }
  }

  void read_rules(const YamlEntry& entry) {
    if (entry.value.kind != YamlKind::list) return yaml_.wrong_shape(entry, "a list of rules");
    for (const YamlNode& rule : entry.value.items) {
      if (rule.kind == YamlKind::map) {
        read_rule_map(rule);
      } else {
        yaml_.error(rule.span, "E0107", "`rules` wants a list of rules");
      }
    }
  }

  template <class Read>
  void each_named(const YamlEntry& entry, std::string_view what, Read read) {
    if (entry.value.kind != YamlKind::map) {
      return yaml_.wrong_shape(entry, "a map that gives each " + std::string(what) + " a name");
    }
    for (const YamlEntry* each : yaml_.entries(entry.value)) {
      if (yaml_.check_name(each->key, what)) read(*each);
    }
  }

  static Located<std::string> name_of(const YamlEntry& entry) { return {entry.key.text, entry.key.span}; }

  template <class Declared, class Name>
  bool is_new(const std::vector<Declared>& before,
              const Located<std::string>& name,
              Name name_in,
              std::string_view what) {
    const bool known = std::any_of(before.begin(), before.end(), [&](const Declared& each) {
      return name_in(each).value == name.value;
    });
    if (known)
      yaml_.error(name.span, "E0111", "another " + std::string(what) + " in this file has this name");
    return !known;
  }

  template <class Declared>
  void add(std::vector<Declared>& to, Declared declared, std::string_view what) {
    const bool fresh = is_new(
        to, declared.name, [](const Declared& each) { return each.name; }, what);
    if (fresh) to.push_back(std::move(declared));
  }

  void read_list(const YamlEntry& entry) {
    ListDecl list{name_of(entry), {}, std::nullopt};
    if (entry.value.kind == YamlKind::map) {
      list.file = read_list_file(entry);
      if (!list.file) return;
    } else if (!read_items(entry, list.items)) {
      return;
    }
    add(out_.lists, std::move(list), "list");
  }

  std::optional<Located<std::string>> read_list_file(const YamlEntry& entry) {
    std::optional<Located<std::string>> file;
    for (const YamlEntry* each : yaml_.entries(entry.value)) {
      if (each->key.text == "file") {
        file = yaml_.text(*each, "the name of a file");
      } else {
        yaml_.unknown_key(each->key, "a list", {"file"});
      }
    }
    if (entry.value.entries.empty()) yaml_.wrong_shape(entry, "`[a, b]` or `{file: name.txt}`");
    return file;
  }

  bool read_items(const YamlEntry& entry, std::vector<Expr>& out) {
    if (entry.value.kind != YamlKind::list) {
      yaml_.wrong_shape(entry, "`[a, b]` or `{file: name.txt}`");
      return false;
    }
    for (const YamlNode& item : entry.value.items) {
      if (item.kind != YamlKind::scalar) {
        yaml_.error(item.span, "E0107", "an item of a list is a text or a number");
        return false;
      }
      out.push_back({item.span, scalar_literal(item)});
    }
    return true;
  }

  void read_macro(const YamlEntry& entry) {
    auto body = yaml_.parse(entry, "an expression", parse_expression);
    if (body) add(out_.macros, {name_of(entry), std::move(*body)}, "macro");
  }

  void read_table(const YamlEntry& entry) { add(out_.tables, dsl::read_table(yaml_, entry), "table"); }

  YamlReading yaml_;
  RuleFile& out_;
};

}  // namespace

void read_document(const YamlNode& document, RuleFile& out, Diagnostics& diagnostics) {
  DocumentReader(out, diagnostics).read(document);
}

}  // namespace tocsin::dsl
