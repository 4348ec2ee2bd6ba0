#include "app/test_file.h"

#include "app/run_options.h"
#include "app/wording.h"
#include "app/yaml_json.h"
#include "base/value.h"
#include "dsl/yaml_reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

namespace tocsin::app {

using dsl::YamlEntry;
using dsl::YamlKind;
using dsl::YamlNode;

namespace {

const std::vector<std::string_view> kCaseKeys = {"test",
                                                 "rules",
                                                 "rule_files",
                                                 "events",
                                                 "stream",
                                                 "time",
                                                 "type",
                                                 "disorder",
                                                 "advance",
                                                 "expect",
                                                 "golden"};
const std::vector<std::string_view> kAlertKeys = {"id",
                                                  "rule",
                                                  "version",
                                                  "kind",
                                                  "severity",
                                                  "time",
                                                  "at",
                                                  "key",
                                                  "message",
                                                  "fields",
                                                  "events",
                                                  "waiting",
                                                  "suppressed"};
const std::vector<std::string_view> kExpectKeys = {"count"};

/// `40s` after the epoch, or an RFC 3339 time.
std::optional<EventTime> read_at(const std::string& text) {
  if (const auto since_zero = parse_duration(text); since_zero && *since_zero >= Duration::zero()) {
    return EventTime{*since_zero};
  }
  return parse_rfc3339(text);
}

std::string rfc3339(EventTime time) {
  std::string text;
  append_rfc3339(text, time);
  return text;
}

/// A time as an event carries it: `1700000000.25` seconds, exact to the nanosecond.
std::string event_time_json(EventTime time, TimeFormat format) {
  const auto in_units = [ns = time.time_since_epoch().count()](std::int64_t unit, int digits) {
    std::string text = std::to_string(ns / unit);
    if (ns % unit == 0) return text;
    text += fmt::format(".{:0{}}", ns % unit, digits);
    return text.substr(0, text.find_last_not_of('0') + 1);
  };
  switch (format) {
    case TimeFormat::seconds:
      return in_units(1'000'000'000, 9);
    case TimeFormat::milliseconds:
      return in_units(1'000'000, 6);
    case TimeFormat::microseconds:
      return in_units(1'000, 3);
    case TimeFormat::nanoseconds:
      return in_units(1, 0);
    case TimeFormat::rfc3339:
      return '"' + rfc3339(time) + '"';
  }
  return {};
}

/// Reads one document.
class CaseReader {
 public:
  CaseReader(const std::shared_ptr<const dsl::SourceFile>& file, dsl::Diagnostics& diagnostics)
      : reading_(file, diagnostics) {
    case_.file = file;
  }

  std::optional<TestCase> read(const YamlNode& document) {
    const std::size_t errors = reading_.diagnostics().error_count();
    if (document.kind == YamlKind::map) {
      check_keys(document, "a test", kCaseKeys);
      read_head(document);
      read_time(document);
      read_stream(document);
      read_expectations(document);
    } else {
      refuse(document.span, "a test is a map with `test`, `events` and `expect`");
    }
    if (reading_.diagnostics().error_count() > errors) return std::nullopt;
    return std::move(case_);
  }

 private:
  void read_head(const YamlNode& document) {
    const YamlEntry* name = find(document, "test");
    if (name == nullptr)
      return refuse(document.span, "the test has no name: say what it shows with `test: …`");
    if (auto text = reading_.text(*name, "a name")) case_.name = std::move(*text);
    if (const YamlEntry* rules = find(document, "rules"))
      case_.rules = reading_.texts(*rules, "a list of rule ids");
    if (const YamlEntry* files = find(document, "rule_files")) {
      case_.rule_files = reading_.texts(*files, "a list of paths");
    }
  }

  void read_time(const YamlNode& document) {
    if (const auto field = text_of(document, "time")) {
      if (const Status set = set_time_field(case_.decode, field->value); !set)
        refuse(field->span, set.error().message);
    }
    if (const auto field = text_of(document, "type")) case_.decode.type_field = field->value;
    if (const auto disorder = length_of(document, "disorder")) case_.disorder = *disorder;
    case_.advance = length_of(document, "advance");
  }

  void read_stream(const YamlNode& document) {
    const YamlNode* events = find_value(document, "events");
    const auto stream = text_of(document, "stream");
    if ((events == nullptr) == !stream) {
      return refuse(document.span, "a test has either `events`, or `stream` with the path of a recording");
    }
    if (stream) {
      case_.stream = beside(stream->value);
    } else if (events->kind == YamlKind::list) {
      for (const YamlNode& event : events->items) read_event(event);
    } else {
      refuse(events->span, "`events` is a list, as `- {at: 0s, type: search, user: u1}`");
    }
  }

  void read_event(const YamlNode& event) {
    const YamlNode* at = find_value(event, "at");
    const YamlNode* type = find_value(event, "type");
    if (event.kind != YamlKind::map || at == nullptr || type == nullptr) {
      return refuse(event.span, "an event is a map with at least `at` and `type`");
    }
    const auto time = read_at(at->text);
    if (!time)
      return refuse(at->span, fmt::format("`{}` is no time; write it as 0s, 1m30s or in RFC 3339", at->text));
    std::string& out = case_.events;
    out += '{';
    append_member(out, case_.decode.time_field);
    out += event_time_json(*time, case_.decode.time_format) + ',';
    append_member(out, case_.decode.type_field);
    append_json(out, *type);
    for (const YamlEntry& entry : event.entries) {
      if (&entry.value == at || &entry.value == type) continue;
      out += ',';
      append_member(out, entry.key.text);
      append_json(out, entry.value);
    }
    out += "}\n";
  }

  void read_expectations(const YamlNode& document) {
    if (const auto golden = text_of(document, "golden")) case_.golden = beside(golden->value);
    const YamlNode* expect = find_value(document, "expect");
    if (expect == nullptr) {
      if (!case_.golden)
        refuse(document.span, "the test expects nothing: add `expect`; silence is `expect: []`");
    } else if (expect->kind == YamlKind::list) {
      case_.alerts.emplace();
      for (const YamlNode& alert : expect->items) read_alert(alert);
    } else if (expect->kind == YamlKind::map) {
      read_count_of(*expect);
    } else {
      refuse(expect->span, "`expect` is a list of alerts, or `{count: 12}`");
    }
  }

  void read_count_of(const YamlNode& expect) {
    check_keys(expect, "`expect`", kExpectKeys);
    const YamlNode* count = find_value(expect, "count");
    if (count == nullptr) return refuse(expect.span, "`expect` is a list of alerts, or `{count: 12}`");
    constexpr std::size_t kCountMax = 1'000'000'000;
    const auto read = read_count(count->text, 0, kCountMax);
    if (!read) return refuse(count->span, read.error().message);
    case_.count = *read;
  }

  void read_alert(const YamlNode& alert) {
    if (alert.kind != YamlKind::map)
      return refuse(alert.span, "an alert is a map, as `{rule: …, kind: match, at: 40s}`");
    check_keys(alert, "an alert", kAlertKeys);
    std::string json = "{";
    for (const YamlEntry& entry : alert.entries) {
      if (json.size() > 1) json += ',';
      if (entry.key.text != "at") {
        append_member(json, entry.key.text);
        append_json(json, entry.value);
      } else if (const auto time = read_at(entry.value.text)) {
        json += "\"time\":\"" + rfc3339(*time) + '"';
      } else {
        refuse(entry.value.span,
               fmt::format("`{}` is no time; write it as 40s or in RFC 3339", entry.value.text));
      }
    }
    case_.alerts->push_back({alert.span, json + '}'});
  }

  void check_keys(const YamlNode& map, std::string_view of_what, const std::vector<std::string_view>& known) {
    for (const YamlEntry* entry : reading_.entries(map)) {
      const bool is_known = std::find(known.begin(), known.end(), entry->key.text) != known.end();
      if (!is_known) reading_.unknown_key(entry->key, of_what, known);
    }
  }

  static const YamlEntry* find(const YamlNode& map, std::string_view key) {
    const auto at = std::find_if(map.entries.begin(), map.entries.end(), [&](const YamlEntry& entry) {
      return entry.key.text == key;
    });
    return at == map.entries.end() ? nullptr : &*at;
  }

  std::optional<dsl::Located<std::string>> text_of(const YamlNode& map, std::string_view key) {
    const YamlEntry* entry = find(map, key);
    if (entry == nullptr) return std::nullopt;
    return reading_.text(*entry, "a text");
  }

  std::optional<Duration> length_of(const YamlNode& map, std::string_view key) {
    const auto text = text_of(map, key);
    if (!text) return std::nullopt;
    const auto length = read_duration(text->value);
    if (length) return *length;
    refuse(text->span, length.error().message);
    return std::nullopt;
  }

  std::string beside(const std::string& path) const {
    return (std::filesystem::path(case_.file->name()).parent_path() / path).string();
  }

  static void append_member(std::string& out, const std::string& name) {
    append_json_string(out, name);
    out += ':';
  }

  void refuse(dsl::Span span, const std::string& why) { reading_.error(span, "E1002", why); }

  dsl::YamlReading reading_;
  TestCase case_;
};

}  // namespace

std::vector<TestCase> read_test_file(const std::shared_ptr<const dsl::SourceFile>& file,
                                     dsl::Diagnostics& diagnostics) {
  std::vector<TestCase> cases;
  for (const YamlNode& document : dsl::read_yaml(file, diagnostics)) {
    if (auto read = CaseReader(file, diagnostics).read(document)) cases.push_back(std::move(*read));
  }
  return cases;
}

}  // namespace tocsin::app
