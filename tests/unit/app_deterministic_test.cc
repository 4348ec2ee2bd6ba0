/// Runs that are kept together, or only counted, give what they give one by one, over streams much longer
/// than those of the oracle.

#include "runtime/executor.h"
#include "tests/support/catch.h"
#include "tests/support/piping.h"

#include <fmt/format.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

using namespace tocsin;
using namespace tocsin::tests;

namespace {

/// Each has many matches where `~>` and loops fork.
const std::vector<std::string> kPatterns = {
    "a ~> b ~> c",
    "a ~> b -> c",
    "a -> b ~> c",
    "a => b ~> c",
    "a ~> (b => c)",
    "(a | b) ~> c",
    "(a ~> b | b -> a) -> c",
    "a{2} any ~> b",
    "a{1,3} any ~> c ~> b",
    "a+ strict ~> c",
    "a -> not b -> c",
    "a -> b* until d ~> c",
    "a & b & c",
    "a ~> c ~> d",
    "a",
};

const std::vector<std::string> kSettings = {
    "within: 6s\nafter match: no skip\n",
    "within: 7 events\nafter match: no skip\n",
    "within: 8s\nreport: all\n",
    "within: 9 events\nreport: all\ncancel: d\n",
    "within: 5s\nafter match: no skip\nkey: k\n",
};

std::string rule(const std::string& pattern, const std::string& settings, const std::string& more = {}) {
  std::string out = "rule: r\nevents:\n";
  for (const std::string variable : {"a: a", "b: b", "c: c where x > 0", "d: c where x < 2"}) {
    const bool cancels = settings.find(std::string{"cancel: "} + variable[0]) != std::string::npos;
    const bool in_pattern = pattern.find(variable[0]) != std::string::npos;
    if (cancels || in_pattern) out += "  " + variable + "\n";
  }
  return out + "pattern: \"" + pattern + "\"\n" + settings + more;
}

std::string stream(std::uint32_t seed, int count) {
  std::mt19937 random(seed);
  std::string out;
  std::int64_t second = 0;
  for (int i = 0; i < count; ++i) {
    second += random() % 5 == 0 ? 2 : random() % 2;
    if (random() % 60 == 0) second += 20;
    const char type = "aabbcce"[random() % 7];
    out += fmt::format("{{\"ts\":{},\"type\":\"{}\",\"k\":{},\"x\":{},\"n\":{}}}\n",
                       second * 1000,
                       type,
                       random() % 2,
                       random() % 3,
                       i);
  }
  return out;
}

runtime::RuleCounters counts_of(const Piping& piping) {
  return piping.pipeline.rule_counters().front().counts;
}

bool is_deterministic(const std::string& rules) {
  return runtime::choose_executor(*rules_of(rules).programs.front()).kind ==
         runtime::ExecutorKind::deterministic;
}

}  // namespace

TEST_CASE("runs kept together give the matches of runs kept one by one", "[deterministic]") {
  std::size_t kept_together = 0;
  std::size_t any_matches = 0;
  for (const std::string& pattern : kPatterns) {
    for (const std::string& settings : kSettings) {
      const std::string text = rule(pattern, settings);
      kept_together += is_deterministic(text) ? 1 : 0;
      INFO(text);
      const std::string events = stream(static_cast<std::uint32_t>(kept_together), 300);
      app::PipelineOptions options;
      options.general_only = true;
      const std::string one_by_one = Piping{text, options}.input(events).finish().alerts;
      any_matches += one_by_one.empty() ? 0 : 1;

      options.general_only = false;
      options.batch_bytes = 1500;
      CHECK(Piping{text, options}.input(events).finish().alerts == one_by_one);

      Piping counted{rule(pattern, settings, "on match: none\n"), options};
      counted.input(events);
      while (counted.step()) {
        const std::string snapshot = counted.pipeline.save_state();
        REQUIRE(counted.pipeline.restore_state(snapshot).has_value());
        REQUIRE(counted.pipeline.save_state() == snapshot);
      }
      counted.drain().advance(kTimeMax);
      CHECK(counts_of(counted).matches == lines_of(one_by_one).size());
      const bool ends_in_time = settings.find(" events\n") == std::string::npos;
      if (ends_in_time) CHECK(counts_of(counted).runs_live == 0);
    }
  }
  CHECK(any_matches > kPatterns.size() * kSettings.size() * 3 / 4);
  CHECK(kept_together > kPatterns.size() * kSettings.size() * 3 / 4);
}

TEST_CASE("more matches than can be told are counted", "[deterministic]") {
  std::string events;
  for (int i = 0; i < 60; ++i) events += fmt::format("{{\"ts\":{},\"type\":\"a\"}}\n", i);
  const std::string sixty = "rule: r\nevents: {a: a}\npattern: a{5} any\nafter match: no skip\n";
  Piping counted{sixty + "within: 1h\non match: none\n", {}};
  CHECK(counts_of(counted.input(events).finish()).matches == 5'461'512);  // 60 over 5

  // What one event completes beyond the limit of runs is refused, and said to be.
  Piping told{sixty + "within: 1h\n", {}};
  const runtime::RuleCounters counts = counts_of(told.input(events).finish());
  CHECK(counts.matches < 5'461'512);
  CHECK(counts.matches == lines_of(told.alerts).size());
  CHECK(counts.runs_refused > 0);
}

TEST_CASE("what no run needs any more is let go of, also without an end in time", "[deterministic]") {
  // After the s every a is needed until the next b alone.
  Piping piping{
      "rule: r\nevents: {s: s, a: a, b: b}\npattern: s ~> a -> b\nafter match: no skip\n"
      "on match: {fields: {n: a.n}}\n",
      {}};
  std::string events = "{\"ts\":0,\"type\":\"s\"}\n";
  for (int i = 1; i < 5000; ++i)
    events += fmt::format("{{\"ts\":{},\"type\":\"{}\",\"n\":{}}}\n", i, i % 2 == 0 ? 'b' : 'a', i);
  piping.input(events).run().drain();
  CHECK(counts_of(piping).runs_live < 200);
  piping.advance(kTimeMax);
  CHECK(counts_of(piping).matches == 2499);
}

TEST_CASE("a rule that is told from now on starts anew", "[deterministic]") {
  const std::string text =
      "rule: r\nevents: {a: a, b: b}\npattern: a ~> b\nwithin: 1h\nafter match: no skip\n";
  Piping piping{text + "on match: none\n", {}};
  piping.input("{\"ts\":0,\"type\":\"a\"}\n").run();
  CHECK(counts_of(piping).runs_live == 1);
  const auto changes = piping.pipeline.swap_rules(rules_of(text));
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].fate == app::RuleChange::Fate::restarted);
  piping.input("{\"ts\":1,\"type\":\"b\"}\n{\"ts\":2,\"type\":\"a\"}\n{\"ts\":3,\"type\":\"b\"}\n").finish();
  CHECK(lines_of(piping.alerts).size() == 1);
}

TEST_CASE("a rule whose runs are kept together keeps them when only its words change", "[deterministic]") {
  const std::string text =
      "rule: r\nevents: {a: a, b: b}\npattern: a ~> b\nwithin: 1h\nafter match: no skip\n";
  Piping piping{text, {}};
  piping.input("{\"ts\":0,\"type\":\"a\",\"x\":7}\n").run();
  piping.pipeline.swap_rules(rules_of(text + "on match: {message: \"{a.x}\"}\n"));
  piping.input("{\"ts\":1,\"type\":\"b\"}\n").finish();
  CHECK(piping.alerts.find("\"message\":\"7\"") != std::string::npos);
}
