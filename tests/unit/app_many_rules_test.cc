/// Rules do not know of each other: each of many gives the alerts that it gives alone, index or not.

#include "tests/support/catch.h"
#include "tests/support/piping.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace tocsin;
using namespace tocsin::tests;

namespace {

/// What events of one type and of another have brought under each key.
const std::string kTables = "tables:\n  of_t: {from: t, key: k}\n  of_u: {from: u, key: k}\n";

/// Conditions that an index can use and such that it cannot; the same ones come again in several rules.
const std::vector<std::string> kConditions = {
    "n == 3",
    "3 == n",
    "n in [1, 2, 5.0]",
    "n in [1, 'x1']",
    "n > 4",
    "2 >= n",
    "n between 2 and 4",
    "n > 1 and n < 4",
    "n >= 3.5",
    "n == 'x1'",
    "s == 'x1'",
    "s in ['x1', 'y2', 'z3']",
    "s matches '^x[0-3]'",
    "s matches 'y.$'",
    "s matches '(x|z)3'",
    "s matches_i 'Y'",
    "s like 'z*'",
    "s contains '2'",
    "s startswith 'x'",
    "s endswith_i 'Q'",
    "s contains 'ü'",
    "s == 'y2' or n == 3",
    "s matches 'x' or n > 5",
    "s == 'y2' or not exists(n)",
    "ok",
    "not ok",
    "ok and s matches 'x' and n < 5",
    "len(s) == 2",
    "n % 2 == 0 and s != 'x1'",
    "s == 3",
    "time > time('2000-01-01T00:00:00Z')",
    "of_t[k].n > 2",
    "of_u[k].n > 2",
    "not of_u[k] or n == 3",
};

std::string condition(std::mt19937& random) {
  std::string out = kConditions[random() % kConditions.size()];
  if (random() % 3 == 0) out = "(" + out + ") and (" + kConditions[random() % kConditions.size()] + ")";
  return random() % 8 == 0 ? "" : " where " + out;
}

std::string random_rule(std::mt19937& random, int number) {
  static const std::vector<std::string> kPatterns = {"a -> b",
                                                     "a -> b",
                                                     "a{2} -> b",
                                                     "a => b",
                                                     "a -> not c -> b",
                                                     "a -> (b | c)",
                                                     "a ~> b",
                                                     "a -> b ->[4s] not c"};
  const std::string types[] = {"t", "u", "t|u", "any"};
  std::string pattern = kPatterns[random() % kPatterns.size()];
  std::string out =
      fmt::format("---\nrule: r{}\nkey: {}\nevents:\n", number, random() % 4 == 0 ? "other" : "k");
  const bool window = random() % 6 == 0;
  for (const char variable : std::string("abc")) {
    if (pattern.find(variable) == std::string::npos && !(window && variable == 'a')) continue;
    if (window && variable != 'a') continue;
    out += fmt::format("  {}: \"{}{}\"\n", variable, types[random() % 4], condition(random));
  }
  if (window) return out + "window: tumbling 10s\nhaving: count(a) > 1\n";
  out += fmt::format("pattern: {}\nwithin: {}s\n", pattern, 2 + random() % 9);
  if (pattern.find('~') == std::string::npos && random() % 2 == 0) out += "after match: skip to next event\n";
  return out;
}

std::string random_event(std::mt19937& random, int n) {
  std::string out = fmt::format(R"({{"ts":{},"type":"{}","k":"k{}","other":{})",
                                n * 300,
                                "tuv"[random() % 3],
                                random() % 3,
                                random() % 2);
  static const std::vector<std::string> kStrings = {
      "x1", "x2", "x3", "y1", "y2", "z3", "z\xC3\xBC", "q", "Y\xC3\xBC", "", "x1y2z3"};
  if (random() % 6 != 0)
    out += fmt::format(R"(,"n":{})", random() % 8 == 0 ? "\"x1\"" : std::to_string(random() % 7));
  if (random() % 6 != 0)
    out +=
        random() % 12 == 0 ? R"(,"s":3)" : fmt::format(R"(,"s":"{}")", kStrings[random() % kStrings.size()]);
  if (random() % 3 != 0) out += random() % 2 == 0 ? R"(,"ok":true)" : R"(,"ok":false)";
  return out + "}\n";
}

/// One that others see, one above it, and one that waits for silence; all of them have a condition of their
/// own.
std::string rules_in_levels(int number) {
  return fmt::format(R"(---
rule: lower-{0}
key: k
events: {{a: t where n == {1}}}
pattern: a
emit to: hit
on match: {{fields: {{s: a.s}}}}
---
rule: upper-{0}
key: k
events:
  h: hit where rule == 'lower-{0}'
  b: t where n > {2}
  c: hit where rule == 'lower-{0}' and s contains 'x'
pattern: h -> (b | c)
within: 4s
on timeout: {{}}
---
rule: silence-{0}
key: k
keys: of_u
events:
  a: t where n in [{1}, {2}]
pattern: not a for {3}s
)",
                     number,
                     number % 7,
                     number % 5,
                     3 + number % 4);
}

}  // namespace

TEST_CASE("each of many rules gives the alerts that it gives alone", "[app][index]") {
  const unsigned seed = GENERATE(range(1u, 13u));
  CAPTURE(seed);
  std::mt19937 random{seed};
  std::vector<std::string> rules;
  for (int i = 0; i < 40; ++i) rules.push_back(random_rule(random, i));
  std::string events;
  for (int n = 0; n < 300; ++n) events += random_event(random, n);

  app::PipelineOptions options;
  options.workers = 1 + seed % 2;
  std::string all = kTables;
  for (const std::string& rule : rules) all += rule;
  Piping together(all, options);
  together.input(events).finish();
  std::size_t alerts = 0;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    CAPTURE(rules[i]);
    Piping alone(kTables + rules[i], options);
    alone.input(events).finish();
    CHECK(together.alerts_of(fmt::format("r{}", i)) == lines_of(alone.alerts));
    alerts += lines_of(alone.alerts).size();
  }
  CHECK(alerts > 100);
}

TEST_CASE("a thousand rules under one key: each start has its own outcome", "[app][index]") {
  constexpr int kRules = 1000;
  std::string rules;
  for (int i = 0; i < kRules; ++i) {
    rules += fmt::format(
        "---\nrule: r{}\nkey: k\nevents:\n  a: t where s matches '^x0*{}\\.'\n  b: t where n > {}\n"
        "pattern: a -> b\nwithin: 10s\nafter match: skip to next event\non timeout: {{}}\n",
        i,
        i,
        100 + i % 100);
  }
  std::string events;
  const auto add = [&](int ms, const std::string& s, int n) {
    events += fmt::format("{{\"ts\":{},\"type\":\"t\",\"k\":\"k\",\"s\":\"{}\",\"n\":{}}}\n", ms, s, n);
  };
  for (int i = 0; i < 200; ++i) add(i, fmt::format("x{:05}.y", i), 0);
  add(300, "y", 100);    // advances none
  add(400, "y", 150);    // those that wait for more than 100 to 149
  add(20000, "y", 500);  // too late for the others
  Piping piping(rules, {});
  piping.input(events).finish();
  const auto count = [&](const char* kind) {
    const auto lines = lines_of(piping.alerts);
    return std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.find(fmt::format("\"kind\":\"{}\"", kind)) != std::string::npos;
    });
  };
  CHECK(count("match") == 100);
  CHECK(count("timeout") == 100);
}

TEST_CASE("many rules on many rules: each gives the alerts that it gives alone", "[app][index]") {
  constexpr int kNumbers = 12;
  app::PipelineOptions options;
  options.workers = GENERATE(1u, 2u);
  std::string all = kTables;
  for (int i = 0; i < kNumbers; ++i) all += rules_in_levels(i);
  std::mt19937 random{4};
  std::string events;
  for (int n = 0; n < 300; ++n) events += random_event(random, n);
  Piping together(all, options);
  together.input(events).finish();
  for (int i = 0; i < kNumbers; ++i) {
    Piping alone(kTables + rules_in_levels(i), options);
    alone.input(events).finish();
    for (const char* name : {"lower", "upper", "silence"}) {
      const std::string rule = fmt::format("{}-{}", name, i);
      CAPTURE(rule);
      CHECK(together.alerts_of(rule) == alone.alerts_of(rule));
      CHECK_FALSE(alone.alerts_of(rule).empty());
    }
  }
}
