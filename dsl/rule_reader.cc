#include "dsl/rule_reader.h"

#include "dsl/message_template.h"
#include "dsl/yaml_reading.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace tocsin::dsl {

namespace {

constexpr auto kSeverities = std::to_array<Word<std::string_view>>(
    {{"info", "info"}, {"low", "low"}, {"medium", "medium"}, {"high", "high"}, {"critical", "critical"}});
constexpr auto kEmitModes = std::to_array<Word<EmitMode>>({{"first", EmitMode::first},
                                                           {"each", EmitMode::each},
                                                           {"close", EmitMode::close},
                                                           {"preferred", EmitMode::preferred}});
constexpr auto kReportModes =
    std::to_array<Word<ReportMode>>({{"preferred", ReportMode::preferred}, {"all", ReportMode::all}});
constexpr auto kRunsModes = std::to_array<Word<RunsMode>>({{"all", RunsMode::all},
                                                           {"newest", RunsMode::newest},
                                                           {"first", RunsMode::first},
                                                           {"once", RunsMode::once}});

bool is_rule_id(std::string_view id) {
  return std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '/';
  });
}

class RuleReader {
 public:
  RuleReader(const std::shared_ptr<const SourceFile>& file, Diagnostics& diagnostics)
      : yaml_(file, diagnostics) {}

  Rule read(const YamlNode& map);

 private:
  friend bool tocsin::dsl::is_rule_key(std::string_view key);

  struct Key {
    std::string_view name;
    void (RuleReader::*read)(const YamlEntry& entry);
  };
  static const std::array<Key, 28> kKeys;
  static std::vector<std::string_view> key_names();

  void read_id(const YamlEntry& entry);
  void read_title(const YamlEntry& entry) { rule_.title = yaml_.text(entry, "a title"); }
  void read_severity(const YamlEntry& entry);
  void read_tags(const YamlEntry& entry) { rule_.tags = yaml_.texts(entry, "a list of words"); }
  void read_owner(const YamlEntry& entry) { rule_.owner = yaml_.text(entry, "a name"); }
  void read_key(const YamlEntry& entry);
  void read_from(const YamlEntry& entry);
  void read_events(const YamlEntry& entry);
  void read_variable(const YamlEntry& entry);
  void read_pattern(const YamlEntry& entry) {
    rule_.pattern = yaml_.parse(entry, "a pattern, as `a -> b`", parse_pattern);
  }
  void read_window(const YamlEntry& entry) {
    rule_.window = yaml_.parse_located(entry, "a window, as `sliding 10m`", parse_window);
  }
  void read_having(const YamlEntry& entry) {
    rule_.having = yaml_.parse(entry, "a condition", parse_expression);
  }
  void read_within(const YamlEntry& entry) {
    rule_.within = yaml_.parse_located(entry, "a duration, as `10m`, or `100 events`", parse_within);
  }
  void read_on_match(const YamlEntry& entry) { rule_.on_match = read_output(entry); }
  void read_on_timeout(const YamlEntry& entry) { rule_.on_timeout = read_output(entry); }
  void read_after_match(const YamlEntry& entry) {
    rule_.after_match = yaml_.parse_located(entry, "`skip past last event` or its like", parse_after_match);
  }
  void read_emit(const YamlEntry& entry) { rule_.emit = yaml_.word(entry, kEmitModes); }
  void read_report(const YamlEntry& entry) { rule_.report = yaml_.word(entry, kReportModes); }
  void read_runs(const YamlEntry& entry) { rule_.runs = yaml_.word(entry, kRunsModes); }
  void read_keys(const YamlEntry& entry) { rule_.keys = yaml_.text(entry, "the name of a table"); }
  void read_cancel(const YamlEntry& entry) { rule_.cancel = yaml_.text(entry, "a variable"); }
  void read_suppress(const YamlEntry& entry) {
    rule_.suppress = yaml_.parse_located(entry, "a duration, as `1h`", parse_duration_setting);
  }
  void read_offset(const YamlEntry& entry) {
    rule_.offset = yaml_.parse_located(entry, "a duration, as `6h`", parse_duration_setting);
  }
  void read_max_runs_per_key(const YamlEntry& entry) {
    rule_.max_runs_per_key =
        yaml_.parse_located(entry, "a number, as `1000` or `1000, drop oldest`", parse_limit);
  }
  void read_emit_to(const YamlEntry& entry) { rule_.emit_to = yaml_.text(entry, "an event type"); }
  void read_timezone(const YamlEntry& entry) {
    rule_.timezone = yaml_.text(entry, "a time zone, as `Europe/Berlin`");
  }
  void read_sets(const YamlEntry& entry);
  void read_other(const YamlEntry& entry);

  std::vector<KeyPart> read_key_parts(const YamlEntry& entry);
  std::optional<OutputSection> read_output(const YamlEntry& entry);
  std::vector<Field> read_fields(const YamlEntry& entry);
  void check_whole(const YamlNode& map);

  YamlReading yaml_;
  Rule rule_;
};

const std::array<RuleReader::Key, 28> RuleReader::kKeys{{
    {"rule", &RuleReader::read_id},
    {"title", &RuleReader::read_title},
    {"severity", &RuleReader::read_severity},
    {"tags", &RuleReader::read_tags},
    {"owner", &RuleReader::read_owner},
    {"key", &RuleReader::read_key},
    {"from", &RuleReader::read_from},
    {"events", &RuleReader::read_events},
    {"pattern", &RuleReader::read_pattern},
    {"window", &RuleReader::read_window},
    {"having", &RuleReader::read_having},
    {"within", &RuleReader::read_within},
    {"on match", &RuleReader::read_on_match},
    {"on timeout", &RuleReader::read_on_timeout},
    {"after match", &RuleReader::read_after_match},
    {"emit", &RuleReader::read_emit},
    {"report", &RuleReader::read_report},
    {"runs", &RuleReader::read_runs},
    {"cancel", &RuleReader::read_cancel},
    {"suppress", &RuleReader::read_suppress},
    {"sets", &RuleReader::read_sets},
    {"late", &RuleReader::read_other},
    {"allowed lateness", &RuleReader::read_other},
    {"keys", &RuleReader::read_keys},
    {"offset", &RuleReader::read_offset},
    {"timezone", &RuleReader::read_timezone},
    {"max runs per key", &RuleReader::read_max_runs_per_key},
    {"emit to", &RuleReader::read_emit_to},
}};

std::vector<std::string_view> RuleReader::key_names() {
  std::vector<std::string_view> out;
  for (const Key& key : kKeys) out.push_back(key.name);
  return out;
}

Rule RuleReader::read(const YamlNode& map) {
  rule_.span = map.span;
  rule_.file = yaml_.file();
  for (const YamlEntry* entry : yaml_.entries(map)) {
    const auto known =
        std::find_if(kKeys.begin(), kKeys.end(), [&](const Key& key) { return key.name == entry->key.text; });
    if (known == kKeys.end()) {
      yaml_.unknown_key(entry->key, "a rule", key_names());
    } else {
      (this->*known->read)(*entry);
    }
  }
  check_whole(map);
  return std::move(rule_);
}

void RuleReader::check_whole(const YamlNode& map) {
  const auto has = [&](std::string_view key) {
    return std::any_of(
        map.entries.begin(), map.entries.end(), [&](const YamlEntry& e) { return e.key.text == key; });
  };
  const Span start = map.entries.empty() ? map.span : map.entries.front().key.span;
  if (!has("rule"))
    yaml_.error(start, "E0108", "this rule has no `rule:`", "give it an id, as `rule: card-testing`");
  if (!has("events")) yaml_.error(start, "E0108", "this rule has no `events:`", "declare its variables");
  if (!has("pattern") && !has("window")) {
    yaml_.error(start, "E0108", "this rule has neither `pattern:` nor `window:`", "say what it looks for");
  }
}

void RuleReader::read_id(const YamlEntry& entry) {
  const auto id = yaml_.text(entry, "an id, as `card-testing`");
  if (!id) return;
  if (!is_rule_id(id->value)) {
    return yaml_.error(id->span, "E0109", "this is no id of a rule", "small letters, digits, `-` and `/`");
  }
  rule_.id = *id;
}

void RuleReader::read_severity(const YamlEntry& entry) {
  const auto severity = yaml_.word(entry, kSeverities);
  if (severity) rule_.severity = {std::string(severity->value), severity->span};
}

std::vector<KeyPart> RuleReader::read_key_parts(const YamlEntry& entry) {
  constexpr std::string_view kWanted = "an attribute, an expression, or a list of them";
  std::vector<KeyPart> out;
  const auto add = [&](const YamlEntry& part) {
    auto expression = yaml_.parse(part, kWanted, parse_expression);
    if (expression) out.push_back({std::move(*expression)});
  };
  if (entry.value.kind != YamlKind::list) {
    add(entry);
    return out;
  }
  if (entry.value.items.empty()) yaml_.wrong_shape(entry, kWanted);
  for (const YamlNode& item : entry.value.items) add({entry.key, item});
  return out;
}

void RuleReader::read_key(const YamlEntry& entry) {
  KeySpec key{entry.value.span, {}, {}};
  if (entry.value.kind == YamlKind::map) {
    for (const YamlEntry* each : yaml_.entries(entry.value)) {
      key.per_variable.push_back({{each->key.text, each->key.span}, read_key_parts(*each)});
    }
  } else {
    key.parts = read_key_parts(entry);
  }
  rule_.key = std::move(key);
}

void RuleReader::read_from(const YamlEntry& entry) {
  constexpr std::string_view kWanted = "event types, as `[click, search]`, or `any`";
  if (entry.value.kind != YamlKind::list) {
    rule_.from = yaml_.parse(entry, kWanted, parse_types);
    return;
  }
  if (entry.value.items.empty()) yaml_.wrong_shape(entry, kWanted);
  TypeSet all{false, {}, entry.value.span};
  for (const YamlNode& item : entry.value.items) {
    auto types = yaml_.parse({entry.key, item}, kWanted, parse_types);
    if (!types) continue;
    all.any = all.any || types->any;
    std::move(types->names.begin(), types->names.end(), std::back_inserter(all.names));
  }
  rule_.from = std::move(all);
}

void RuleReader::read_events(const YamlEntry& entry) {
  if (entry.value.kind != YamlKind::map || entry.value.entries.empty()) {
    return yaml_.wrong_shape(entry, "a map of variables, as `{s: search, c: click}`");
  }
  for (const YamlEntry* variable : yaml_.entries(entry.value)) read_variable(*variable);
}

void RuleReader::read_variable(const YamlEntry& entry) {
  const bool named = yaml_.check_name(entry.key, "variable");
  auto declaration =
      yaml_.parse(entry, "an event type, as `click` or `click where x == 1`", parse_declaration);
  if (!named || !declaration) return;
  rule_.variables.push_back(
      {{entry.key.text, entry.key.span}, std::move(declaration->types), std::move(declaration->condition)});
}

std::optional<OutputSection> RuleReader::read_output(const YamlEntry& entry) {
  OutputSection out;
  out.span = entry.value.span;
  if (entry.value.kind == YamlKind::scalar && entry.value.text == "none") {
    out.none = true;
    return out;
  }
  if (entry.value.kind != YamlKind::map) {
    yaml_.wrong_shape(entry, "`none`, or a map with `message:` and `fields:`");
    return std::nullopt;
  }
  for (const YamlEntry* each : yaml_.entries(entry.value)) {
    if (each->key.text == "message") {
      out.message = yaml_.parse(*each, "a text, as `{s.query} drew no click`", parse_template);
    } else if (each->key.text == "fields") {
      out.fields = read_fields(*each);
    } else if (each->key.text == "emit to") {
      out.emit_to = yaml_.text(*each, "an event type");
    } else {
      yaml_.unknown_key(each->key, "`" + entry.key.text + ":`", {"message", "fields", "emit to"});
    }
  }
  return out;
}

// The value of a field is always the text of an expression, however YAML quotes it: `waited: 1h` is a
// duration, `who: "s.user"` an attribute, and a constant text has quotes of its own: `kind: "'gold'"`.
std::vector<Field> RuleReader::read_fields(const YamlEntry& entry) {
  std::vector<Field> out;
  if (entry.value.kind != YamlKind::map) {
    yaml_.wrong_shape(entry, "a map of names and expressions, as `{query: s.query}`");
    return out;
  }
  for (const YamlEntry* field : yaml_.entries(entry.value)) {
    auto value = yaml_.parse(*field, "an expression, as `s.query`", parse_expression);
    if (value) out.push_back({{field->key.text, field->key.span}, std::move(*value)});
  }
  return out;
}

void RuleReader::read_sets(const YamlEntry& entry) {
  if (entry.value.kind != YamlKind::map) {
    return yaml_.wrong_shape(entry, "a map of names and lists of variables, as `{attempt: [fail, success]}`");
  }
  for (const YamlEntry* set : yaml_.entries(entry.value)) {
    if (!yaml_.check_name(set->key, "set")) continue;
    rule_.sets.push_back({{set->key.text, set->key.span}, yaml_.texts(*set, "a list of variables")});
  }
}

void RuleReader::read_other(const YamlEntry& entry) {
  if (entry.value.kind == YamlKind::empty) return yaml_.wrong_shape(entry, "a value");
  const bool scalar = entry.value.kind == YamlKind::scalar;
  const std::string_view text = scalar ? entry.value.text : yaml_.file()->text(entry.value.span);
  rule_.others.push_back({{entry.key.text, entry.key.span}, {std::string(text), entry.value.span}});
}

}  // namespace

bool is_rule_key(std::string_view key) {
  return std::any_of(RuleReader::kKeys.begin(), RuleReader::kKeys.end(), [&](const auto& known) {
    return known.name == key;
  });
}

std::optional<Rule> read_rule(const std::shared_ptr<const SourceFile>& file,
                              const YamlNode& map,
                              Diagnostics& diagnostics) {
  const std::size_t errors_before = diagnostics.error_count();
  Rule rule = RuleReader(file, diagnostics).read(map);
  if (diagnostics.error_count() > errors_before) return std::nullopt;
  return rule;
}

}  // namespace tocsin::dsl
