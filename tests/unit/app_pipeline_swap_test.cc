/// A change of rules while events flow: at every event of a small stream, with and without events that wait.

#include "tests/support/catch.h"
#include "tests/support/piping.h"

#include <algorithm>
#include <map>

using namespace tocsin;
using namespace tocsin::tests;
using app::PipelineOptions;
using Fate = app::RuleChange::Fate;

namespace {

const std::string kKept = R"(
rule: kept
key: k
events: {a: a, b: b where v >= a.v}
pattern: a -> b
within: 4s
on timeout: {message: no b}
---
rule: kept-window
key: k
events: {a: a}
window: sliding 5s
having: sum(a.v) > 3
emit: each
on match: {fields: {s: sum(a.v), lo: min(a.v)}}
---
)";

const std::string kOld = kKept + R"(
rule: changed
key: k
events: {a: a, b: b}
pattern: a ~> b
within: 3s
after match: no skip
---
rule: dropped
events: {a: a, c: c}
pattern: a -> c
within: 9s
)";

const std::string kNew = R"(
rule: added
key: w
events: {a: a, b: b where w == a.w}
pattern: a -> b
within: 9s
on match: {fields: {w: a.w}}
---
)" + kKept + R"(
rule: changed
key: k
events: {a: a, b: b}
pattern: a ~> b
within: 4s
after match: no skip
)";

/// Lines of one length, a second apart, so that a batch can hold just one.
std::vector<std::string> some_lines() {
  std::vector<std::string> lines;
  int second = 10;
  for (const char type : std::string("abacabbcaabcabab")) {
    const int v = second * 7 % 5;
    lines.push_back("{\"ts\":" + std::to_string(second) + "000,\"type\":\"" + type +
                    "\",\"k\":" + std::to_string(second % 2) + ",\"w\":\"w" + std::to_string(second % 3) +
                    "\",\"v\":" + std::to_string(v) + "}\n");
    ++second;
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines, std::size_t from = 0) {
  std::string text;
  for (std::size_t i = from; i < lines.size(); ++i) text += lines[i];
  return text;
}

struct Mode {
  int disorder_seconds;
  std::size_t workers;
};

PipelineOptions options_of(const Mode& mode) {
  PipelineOptions options;
  options.disorder = std::chrono::seconds(mode.disorder_seconds);
  options.workers = mode.workers;
  options.batch_bytes = some_lines()[0].size();
  if (mode.workers > 1) options.read_ahead_bytes = 0;  // what was read ahead is decoded for the new rules
  return options;
}

std::map<std::string, Fate> fates_of(const std::vector<app::RuleChange>& changes) {
  std::map<std::string, Fate> fates;
  for (const app::RuleChange& change : changes) fates[change.rule] = change.fate;
  return fates;
}

std::vector<std::string> followed_by(std::vector<std::string> first, const std::vector<std::string>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace

TEST_CASE("rules are swapped at any event", "[app][swap]") {
  const auto mode = GENERATE(values<Mode>({{0, 1}, {0, 2}, {3, 1}, {3, 2}}));
  const std::vector<std::string> lines = some_lines();
  const std::size_t k = GENERATE(range(std::size_t{0}, std::size_t{17}));
  CAPTURE(mode.disorder_seconds, mode.workers, k);
  Piping unswapped(kOld, options_of(mode));
  unswapped.input(joined(lines)).finish();
  REQUIRE(unswapped.alerts_of("kept").size() > 5);
  REQUIRE(unswapped.alerts_of("kept-window").size() > 2);

  Piping swapped(kOld, options_of(mode));
  swapped.input(joined(lines));
  for (std::size_t i = 0; i < k; ++i) swapped.step();
  REQUIRE(swapped.pipeline.counters().records == k);
  const auto changed_before = swapped.alerts_of("changed");
  const auto dropped_before = swapped.alerts_of("dropped");
  const auto fates = fates_of(swapped.pipeline.swap_rules(rules_of(kNew)));
  swapped.finish();

  CHECK(fates == std::map<std::string, Fate>{{"kept", Fate::kept},
                                             {"kept-window", Fate::kept},
                                             {"changed", Fate::restarted},
                                             {"dropped", Fate::dropped},
                                             {"added", Fate::added}});
  CHECK(swapped.alerts_of("kept") == unswapped.alerts_of("kept"));
  CHECK(swapped.alerts_of("kept-window") == unswapped.alerts_of("kept-window"));
  CHECK(swapped.alerts_of("dropped") == dropped_before);

  // What the new rules see: all that had not been worked through.
  const std::size_t waiting = std::min(k, static_cast<std::size_t>(mode.disorder_seconds));
  Piping anew(kNew, options_of(mode));
  anew.input(joined(lines, k - waiting)).finish();
  const auto changed = followed_by(changed_before, anew.alerts_of("changed"));
  CHECK(without_ids(swapped.alerts_of("changed")) == without_ids(changed));
  CHECK(without_ids(swapped.alerts_of("added")) == without_ids(anew.alerts_of("added")));
}

TEST_CASE("events taken before the swap have the attributes that the new rules name", "[app][swap]") {
  const auto mode = GENERATE(values<Mode>({{0, 1}, {0, 2}, {3, 1}}));
  const std::string rule = "rule: r\nkey: k\nevents: {a: a, b: b}\npattern: a -> b\nwithin: 9s\n";
  const std::string a = R"({"ts":10000,"type":"a","k":"\u0041","deep":{"x":["one","t\u0077o"]}})"
                        "\n";
  const std::string b = R"({"ts":12000,"type":"b","k":"A","deep":{"x":["one","four"]}})"
                        "\n";
  CAPTURE(mode.disorder_seconds, mode.workers);
  PipelineOptions options = options_of(mode);
  options.batch_bytes = a.size();
  Piping piping(rule + "on match: {message: old}\n", options);
  piping.input(a + b);
  piping.step();
  REQUIRE(piping.pipeline.counters().records == 1);
  const auto changes = piping.pipeline.swap_rules(
      rules_of(rule + "on match: {message: \"{k}: {a.deep.x[1]} {b.deep.x[1]}\"}\n"));
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].fate == Fate::kept);
  CHECK(changes[0].runs == (mode.disorder_seconds == 0 ? 1 : 0));
  piping.finish();
  REQUIRE(lines_of(piping.alerts).size() == 1);
  CHECK(piping.alerts.find("\"message\":\"A: two four\"") != std::string::npos);
}

TEST_CASE("what was late stays late after a swap", "[app][swap]") {
  PipelineOptions options;
  options.disorder = std::chrono::seconds(3);
  Piping piping(kOld, options);
  const auto at = [](int ms, const char* type) {
    return "{\"ts\":" + std::to_string(ms) + ",\"type\":\"" + type + "\",\"k\":1,\"w\":1,\"v\":1}\n";
  };
  piping.input(at(10'000, "b") + at(6'999, "a") + at(9'000, "c"));
  piping.step();
  piping.pipeline.swap_rules(rules_of(kNew));
  piping.finish();
  CHECK(piping.pipeline.counters().late == 1);
  CHECK(piping.pipeline.counters().events == 2);
  CHECK(piping.alerts.empty());
}

TEST_CASE("an event without a key is counted once over a swap", "[app][swap]") {
  const auto mode = GENERATE(values<Mode>({{0, 1}, {0, 2}, {3, 1}, {3, 2}}));
  const std::size_t k = GENERATE(range(std::size_t{0}, std::size_t{9}));
  CAPTURE(mode.disorder_seconds, mode.workers, k);
  const std::string rules =
      "rule: kept\nkey: k\nevents: {a: a}\npattern: a{9}\nwithin: 1h\n---\n"
      "rule: changed\nkey: k\nevents: {a: a}\npattern: a{9}\nwithin: ";
  const std::string keyed = "\"k\":1,   ";
  const std::string unkeyed = "\"k\":null,";
  std::string text;
  std::size_t waiting_unkeyed = 0;  // of those that the changed rule sees
  constexpr std::size_t kEvents = 8;
  for (std::size_t i = 0; i < kEvents; ++i) {
    const bool has_key = i % 3 == 1;
    text += "{\"ts\":" + std::to_string(10 + i) + "000," + (has_key ? keyed : unkeyed) + "\"type\":\"a\"}\n";
    const bool worked_through = i + static_cast<std::size_t>(mode.disorder_seconds) < k;
    if (!has_key && !worked_through) ++waiting_unkeyed;
  }
  PipelineOptions options = options_of(mode);
  options.batch_bytes = text.size() / kEvents;
  Piping piping(rules + "1h\n", options);
  piping.input(text);
  for (std::size_t i = 0; i < k; ++i) piping.step();
  piping.pipeline.swap_rules(rules_of(rules + "2h\n"));
  piping.finish();
  const auto counters = piping.pipeline.rule_counters();
  REQUIRE(counters.size() == 2);
  CHECK(counters[0].rule == "changed");
  CHECK(counters[0].counts.unkeyed == waiting_unkeyed);
  CHECK(counters[1].counts.unkeyed == 5);
}
