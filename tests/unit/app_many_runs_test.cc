/// Many runs of one key have an index: they give what they give when each is looked at.

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

const std::vector<std::string> kPatterns = {
    "{s: search, c: click where q == s.q}\npattern: s -> c\n",
    "{s: search, c: click where q == s.q and x > s.x}\npattern: s -> c\n",
    "{s: search, c: click where q == s.q, b: buy where x == c.x}\npattern: s -> c -> b\n",
    "{s: search, c: click where q != s.q, b: buy where q == s.q}\npattern: s -> c -> b\n",
    "{s: search, b: buy where x < 1, c: click where q == s.q}\npattern: s -> b -> c\n",
    "{s: search, c: click where x > s.x}\npattern: s -> c\n",
    "{s: search, c: click where 2 * x <= s.x - 1 and q != s.q}\npattern: s -> c\n",
    "{s: search, c: click where s.q >= q, b: buy where x < c.x}\npattern: s -> c -> b\n",
    "{s: search, b: buy, c: click where x * x + s.x > 2}\npattern: s -> b -> c\n",
};

/// Of patterns that are no plain sequence.
const std::vector<std::string> kGeneralPatterns = {
    "{s: search, c: click where q == s.q}\npattern: s -> not c\n",
    "{s: search, c: click where x > s.x}\npattern: s -> not c\n",
    "{s: search, c: click where q == s.q}\npattern: s ->[30s] not c\n",
    "{s: search, c: click where q == s.q}\npattern: s ~> c\n",
    "{s: search, c: click where q == s.q, b: buy where q == s.q}\npattern: s -> not c -> b\n",
    "{s: search, c: click where q == s.q, b: buy}\npattern: s ->[2s..40s] c ->[20s] b\n",
    "{s: search, c: click where q == s.q, b: buy where q == s.q}\npattern: s -> c+ -> b\n",
    "{s: search, c: click where q == s.q, b: buy where q == s.q}\npattern: s -> (c ~> b | b ->[9s] not c)\n",
    "{s: search, c: click where x >= s.x and q != s.q, b: buy}\npattern: s ~> c -> b\n",
    "{s: search, c: click where q == 'q1', b: buy where q == 'q2'}\npattern: s -> not c ->[20s] not b\n",
    "{s: search, c: click where q == s.q, b: buy where x < c.x}\npattern: s ~> c ~> b\n",
    "{s: search, c: click where q == s.q, b: buy where 2 / x > 1 or q == 'q1'}\npattern: s -> c+ -> b\n",
};

const std::vector<std::string> kSettings = {
    "within: 90s\nafter match: skip to next event\non timeout: {}\n",
    "within: 400s\nafter match: skip past last event\n",
    "within: 1h\nafter match: no skip\nmax runs per key: 40, drop oldest\n",
    "key: k\nwithin: 200s\nafter match: no skip\non timeout: {}\n",
};

std::string stream(std::uint32_t seed, int count) {
  static const std::vector<std::string> kValues = {
      "null", "1", "1.0", "2", "\"a text that is long\"", "\"another that is long\"", "true"};
  std::mt19937 random(seed);
  std::string out;
  std::int64_t second = 0;
  for (int i = 0; i < count; ++i) {
    second += random() % 3;
    const std::size_t value = random() % (kValues.size() + 20);
    const std::string q = value < kValues.size() ? kValues[value] : fmt::format("\"q{}\"", random() % 90);
    static const std::vector<std::string> kTypes = {"search", "search", "search", "click", "click", "buy"};
    out += fmt::format("{{\"ts\":{},\"type\":\"{}\",\"k\":{},\"q\":{},\"x\":{}}}\n",
                       second * 1000,
                       kTypes[random() % kTypes.size()],
                       random() % 2,
                       q,
                       random() % 3);
  }
  return out;
}

std::string rule(const std::string& pattern, const std::string& settings) {
  return "rule: r\nevents: " + pattern + settings;
}

app::PipelineOptions scanning(std::size_t runs) {
  app::PipelineOptions options;
  options.runs_scanned = runs;
  options.batch_bytes = 2000;
  return options;
}

constexpr std::size_t kAll = 1'000'000;

/// Whether it is the same for any number of runs that are looked at.
void check_pattern(const std::string& text, std::uint32_t seed) {
  INFO(text);
  const std::string events = stream(seed, 1500);
  Piping scanned{text, scanning(kAll)};
  scanned.input(events).finish();
  CHECK(lines_of(scanned.alerts).size() > 10);
  const runtime::RuleCounters counted = scanned.pipeline.rule_counters().front().counts;
  for (const std::size_t runs : {std::size_t{0}, std::size_t{5}, runtime::kRunsScanned}) {
    Piping looked_up{text, scanning(runs)};
    CHECK(looked_up.input(events).finish().alerts == scanned.alerts);
    const runtime::RuleCounters counts = looked_up.pipeline.rule_counters().front().counts;
    CHECK(counts.runs_live == 0);
    CHECK(counts.runs_refused == counted.runs_refused);
    CHECK(counts.runs_dropped == counted.runs_dropped);
    CHECK(counts.null_operations == counted.null_operations);
  }
}

}  // namespace

TEST_CASE("runs that are looked up give what runs give that are looked at", "[many_runs]") {
  std::uint32_t seed = 0;
  for (const std::string& pattern : kPatterns) {
    for (const std::string& settings : kSettings) check_pattern(rule(pattern, settings), ++seed);
  }
}

TEST_CASE("runs of any pattern that are looked up give what runs give that are looked at", "[many_runs]") {
  std::vector<std::string> all_settings = kSettings;
  all_settings.push_back("within: 300s\nafter match: no skip\nmax runs per key: 60\non timeout: {}\n");
  all_settings.push_back("within: 200s\nafter match: skip to last s\nmax runs per key: 30, drop oldest\n");
  std::uint32_t seed = 100;
  for (const std::string& pattern : kGeneralPatterns) {
    for (const std::string& settings : all_settings) check_pattern(rule(pattern, settings), ++seed);
  }
}

TEST_CASE("an index that finds too many runs rests, and is tried again", "[many_runs]") {
  const std::string text =
      rule("{s: search, c: click where x > s.x}\npattern: s ~> c\n", "within: 100s\nafter match: no skip\n");
  const std::string events = stream(300, 12'000);
  const std::string scanned = Piping{text, scanning(kAll)}.input(events).finish().alerts;
  CHECK(Piping{text, scanning(5)}.input(events).finish().alerts == scanned);
}

TEST_CASE("an index is made again after a snapshot and under changed rules", "[many_runs]") {
  std::vector<std::string> texts;
  for (const std::string& settings : kSettings) {
    texts.push_back(rule(kPatterns.front(), settings));
    for (const std::string& pattern : kGeneralPatterns) texts.push_back(rule(pattern, settings));
  }
  for (const std::string& text : texts) {
    INFO(text);
    const std::string events = stream(77, 600);
    const std::string scanned = Piping{text, scanning(kAll)}.input(events).finish().alerts;
    Piping piping{text, scanning(3)};
    piping.input(events);
    while (piping.step()) {
      const std::string snapshot = piping.pipeline.save_state();
      REQUIRE(piping.pipeline.restore_state(snapshot).has_value());
      REQUIRE(piping.pipeline.save_state() == snapshot);
      piping.pipeline.swap_rules(rules_of(text));
      REQUIRE(piping.pipeline.save_state() == snapshot);
    }
    CHECK(piping.finish().alerts == scanned);
  }
}
