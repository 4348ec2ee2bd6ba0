#include "tests/support/letters.h"

#include "compiler/compile.h"
#include "dsl/rule_file.h"
#include "runtime/router.h"
#include "runtime/shard.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <deque>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace tocsin::tests {
namespace {

using runtime::RoutedEvent;

compiler::CompiledRules compile_text(const std::string& text) {
  dsl::Diagnostics diagnostics;
  std::vector<dsl::RuleFile> files;
  files.push_back(
      dsl::parse_rule_file(std::make_shared<const dsl::SourceFile>("rule.yaml", text), diagnostics));
  auto compiled = compiler::compile(files, diagnostics);
  if (compiled) return *std::move(compiled);
  std::string errors = text + "\n";
  for (const dsl::Diagnostic& d : diagnostics.all()) dsl::append_text(errors, d, false);
  throw std::runtime_error(errors);
}

/// The whole of `text` as a number, if it is one.
template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// An int, a float, or the text itself, which must stay.
Value value_of(std::string_view text) {
  if (const auto integer = number_of<std::int64_t>(text)) return Value::integer(*integer);
  if (const auto real = number_of<double>(text)) return Value::real(*real);
  return Value::string(text);
}

/// Events and all that they point at.
class Stream {
 public:
  Stream(const std::string& words, const Schema& schema) : schema_{schema} {
    std::istringstream in(words);
    int second = 0;
    for (std::string word; in >> word; ++second) {
      if (word == ".") continue;
      std::istringstream same(word);
      for (std::string one; std::getline(same, one, '+');) add(one, second);
    }
  }

  const std::deque<Event>& events() const { return events_; }

 private:
  void add(const std::string& word, int second) {
    Event event;
    event.time = EventTime{std::chrono::seconds(second)};
    event.offset = events_.size();
    event.type_name = texts_.emplace_back(word.substr(0, 1));
    event.type = schema_.find_type(event.type_name);
    event.raw = texts_.emplace_back("\"" + word.substr(0, 1) + std::to_string(second) + "\"");
    const auto& attributes = schema_.layout(event.type).attributes;
    auto& values = values_.emplace_back(attributes.size());
    for (std::size_t i = 0; i < attributes.size() && word.size() > 2; ++i) {
      if (to_string(schema_.path(attributes[i])) == "v")
        values[i] = value_of(texts_.emplace_back(word.substr(2)));
    }
    event.values = values.data();
    events_.push_back(event);
  }

  const Schema& schema_;
  std::deque<Event> events_;
  std::deque<std::string> texts_;
  std::deque<std::vector<Value>> values_;
};

std::string second_of(std::string_view rfc3339) {
  const auto time = parse_rfc3339(rfc3339);
  return time ? std::to_string(time->time_since_epoch().count() / 1'000'000'000) : "?";
}

/// `a0`, `b1`: the taken events in the order of their seconds.
std::vector<std::string> taken_events(const simdjson::dom::element& alert) {
  std::vector<std::pair<int, std::string>> taken;
  for (const auto& variable : alert["events"].get_object()) {
    for (const auto& event : variable.value.get_array()) {
      const std::string name{event.get_string().value()};
      taken.emplace_back(std::stoi(name.substr(1)), name);
    }
  }
  std::stable_sort(
      taken.begin(), taken.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (const auto& [second, name] : taken) names.push_back(name);
  return names;
}

/// `[0..5]{n=2 sum=7}`: the window's seconds and the fields, of an alert that has them.
std::string window_and_fields(const simdjson::dom::element& alert) {
  std::string text;
  simdjson::dom::object object;
  if (alert["window"].get(object) == simdjson::SUCCESS) {
    text += "[" + second_of(object["start"].get_string().value()) + ".." +
            second_of(object["end"].get_string().value()) + "]";
  }
  if (alert["fields"].get(object) != simdjson::SUCCESS) return text;
  text += '{';
  for (const auto& field : object) {
    if (text.back() != '{') text += ' ';
    text.append(field.key) += "=" + std::string(simdjson::minify(field.value));
  }
  return text + "}";
}

/// One alert line as text.
std::string tell(const simdjson::dom::element& alert) {
  const std::vector<std::string> taken = taken_events(alert);
  std::string text{alert["kind"].get_string().value()};
  text += '(';
  for (const std::string& name : taken) text += (text.back() == '(' ? "" : " ") + name;
  text += ')';
  const std::string at = second_of(alert["time"].get_string().value());
  if (taken.empty() || at != taken.back().substr(1)) text += "@" + at;
  text += window_and_fields(alert);
  std::int64_t held = 0;
  if (alert["suppressed"].get(held) == simdjson::SUCCESS) text += "+" + std::to_string(held);
  return text;
}

/// Whether `letter` stands in `pattern` as a word of its own.
bool names(const std::string& pattern, char letter) {
  const auto in_word = [&](std::size_t i) {
    return i < pattern.size() && std::isalnum(static_cast<unsigned char>(pattern[i])) != 0;
  };
  for (std::size_t i = pattern.find(letter); i != std::string::npos; i = pattern.find(letter, i + 1)) {
    if (!in_word(i - 1) && !in_word(i + 1)) return true;
  }
  return false;
}

/// A fresh shard that goes on from where `shard` is.
std::unique_ptr<runtime::Shard> restored_from(const runtime::Shard& shard,
                                              const std::shared_ptr<const runtime::RuleSet>& rules) {
  std::string bytes;
  shard.save(bytes);
  auto fresh = std::make_unique<runtime::Shard>(rules, runtime::ShardOptions{});
  if (const Status restored = fresh->restore(bytes); !restored)
    throw std::runtime_error(restored.error().message);
  return fresh;
}

/// What a shard gives that has all `events`; one that goes on from a snapshot of another after each if
/// `snapshots`.
runtime::AlertBatch alerts_of(const std::shared_ptr<const runtime::RuleSet>& rules,
                              const std::deque<Event>& events,
                              bool snapshots) {
  auto shard = std::make_unique<runtime::Shard>(rules, runtime::ShardOptions{});
  runtime::Router router(rules);
  runtime::AlertBatch alerts;
  Arena arena;
  for (const Event& event : events) {
    std::array<runtime::RoutedEvents, 1> routed;
    router.route(event, arena, routed);
    shard->add(routed.front());
    shard->advance(0, {event.time, event.time}, alerts);
    if (snapshots) shard = restored_from(*shard, rules);
  }
  shard->advance(0, {kTimeMax, kTimeMax}, alerts);
  return alerts;
}

}  // namespace

namespace {

/// What the last of some copies of the compiled rules tells.
std::string run_last_copy(const compiler::CompiledRules& compiled,
                          std::size_t copies,
                          const std::string& events) {
  std::vector<std::shared_ptr<const patterns::Program>> programs;
  for (std::size_t i = 0; i < copies; ++i)
    programs.insert(programs.end(), compiled.programs.begin(), compiled.programs.end());
  const auto rules = std::make_shared<const runtime::RuleSet>(compiled.schema, std::move(programs));
  const std::size_t first_rule = (copies - 1) * compiled.programs.size();
  const Stream stream(events, rules->schema());
  const runtime::AlertBatch alerts = alerts_of(rules, stream.events(), false);
  if (alerts_of(rules, stream.events(), true).lines.text() != alerts.lines.text()) return "another with snapshots";

  simdjson::dom::parser parser;
  std::string text;
  for (const runtime::Alert& alert : alerts.alerts) {
    if (alert.order.rule < first_rule) continue;
    const std::string line(alerts.line(alert));
    text += (text.empty() ? "" : " ") + tell(parser.parse(line));
  }
  return text;
}

}  // namespace

std::string run_letters(const std::string& rule, const std::string& events) {
  const compiler::CompiledRules compiled = compile_text(rule);
  constexpr std::size_t kCopies = 6;  // enough for an index
  const std::string alone = run_last_copy(compiled, 1, events);
  const std::string one_of_many = run_last_copy(compiled, kCopies, events);
  return alone == one_of_many ? alone : alone + " but among others " + one_of_many;
}

std::string run_pattern(const std::string& pattern, const std::string& settings, const std::string& events) {
  // Variables that the pattern does not name would be an error.
  std::string rule = "rule: letters\nfrom: any\nevents:\n";
  for (const char letter : std::string("abcd")) {
    if (names(pattern, letter)) rule += std::string("  ") + letter + ": " + letter + "\n";
  }
  return run_letters(rule + "pattern: \"" + pattern + "\"\n" + settings, events);
}

}  // namespace tocsin::tests
