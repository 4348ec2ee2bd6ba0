/// `suppress:` — which alerts are told, and what they say of those that were held back.

#include "tests/support/catch.h"
#include "tests/support/letters.h"
#include "tests/support/piping.h"

using namespace tocsin;
using namespace tocsin::tests;

TEST_CASE("an alert holds back the next ones of its key", "[runtime][suppress]") {
  struct Case {
    const char* says;
    const char* rule;
    const char* events;
    const char* want;
  };
  const auto c = GENERATE(values<Case>({
      {"the next one tells how many", "pattern: a\nsuppress: 3s", "a a a a", "match(a0) match(a3)+2"},
      {"the bound itself is free", "pattern: a\nsuppress: 1s", "a a a", "match(a0) match(a1) match(a2)"},
      {"at one instant", "pattern: a\nsuppress: 1ns", "a+a+a a", "match(a0) match(a1)+2"},
      {"from one that was told, not from one held back",
       "pattern: a\nsuppress: 3s",
       "a . a . a . a",
       "match(a0) match(a4)+1"},
      {"what was held back is told however late",
       "pattern: a\nsuppress: 2s",
       "a a . . . . . . . a",
       "match(a0) match(a9)+1"},
      {"once", "pattern: a\nsuppress: 2s", "a a . a . . a", "match(a0) match(a3)+1 match(a6)"},
      {"each key by itself",
       "key: v\npattern: a\nsuppress: 2s",
       "a=1 a=2 a=1 a=1 a=1",
       "match(a0) match(a1) match(a2) match(a4)+1"},
      {"timeouts and matches alike",
       "pattern: a -> b\nwithin: 2s\non timeout: {message: m}\nsuppress: 4s",
       "a b a . . . . a",
       "match(a0 b1) timeout(a7)@9+1"},
      {"what the rule does not tell counts for nothing",
       "pattern: a -> b\nwithin: 2s\non match: none\non timeout: {message: m}\nsuppress: 4s",
       "a b a . . . . a",
       "timeout(a2)@4 timeout(a7)@9"},
  }));
  CAPTURE(c.says);
  const std::string rule = c.rule;
  const std::string events = rule.find("b") == std::string::npos ? "{a: a}" : "{a: a, b: b}";
  CHECK(run_letters("rule: s\nevents: " + events + "\n" + rule + "\n", c.events) == c.want);
}

TEST_CASE("an alert of a time gone by is held back by a later one", "[runtime][suppress]") {
  // The timeout of a0 is for second 2 and waits until the other way on from a0 is closed at second 6; by then
  // the match of second 4 was told.
  const std::string rule =
      "rule: s\nevents: {a: a, b: b, c: c, d: d}\npattern: (a ->[2s] b) | (a ->[6s] c) | d\n"
      "on timeout: {message: m}\n";
  CHECK(run_letters(rule, "a . . . d . .") == "match(d4) timeout(a0)@2");
  CHECK(run_letters(rule + "suppress: 2s\n", "a . . . d . . . . d") == "match(d4) match(d9)+1");
}

TEST_CASE("windows are suppressed, too", "[runtime][suppress]") {
  const std::string rule = "rule: s\nevents: {a: a}\nhaving: count(a) > 0\non match: {fields: {n: count(a)}}\n";
  CHECK(run_letters(rule + "window: tumbling 2s\nemit: close\nsuppress: 4s\n", "a a a a a a a a") ==
        "match(a1)@2[0..2]{n=2} match(a5)@6[4..6]{n=2}+1");
  CHECK(run_letters(rule + "window: sliding 2s\nemit: each\nsuppress: 2s\n", "a a a a") ==
        "match(a0)[-2..0]{n=1} match(a2)[0..2]{n=2}+1");
}

namespace {

std::string suppressing(const char* suppress) {
  return std::string("rule: s\nkey: k\nevents: {a: a}\npattern: a\n") + suppress;
}

std::string events_at(std::initializer_list<int> seconds) {
  std::string text;
  for (const int second : seconds)
    text += R"({"ts":)" + std::to_string(second) + R"(000,"type":"a","k":1})" + "\n";
  return text;
}

/// `12 17+3`: the seconds of the alerts, and what they say was held back.
std::string told(const std::string& alerts) {
  std::string text;
  for (const std::string& line : lines_of(alerts)) {
    const std::size_t at = line.find("\"time\":\"1970-01-01T00:00:") + 25;
    text += (text.empty() ? "" : " ") + line.substr(at, 2);
    const std::size_t held = line.find("\"suppressed\":");
    if (held != std::string::npos) text += "+" + line.substr(held + 13, 1);
  }
  return text;
}

}  // namespace

TEST_CASE("a reload keeps what was told, and goes by the new duration", "[runtime][suppress]") {
  struct Case {
    const char* says;
    const char* next;
    const char* want;
  };
  const auto c = GENERATE(values<Case>({
      {"the same", "suppress: 5s", "10 15+4 20+4"},
      {"longer", "suppress: 8s", "10 18+7"},
      {"shorter", "suppress: 2s", "10 14+3 16+1 18+1 20+1"},
      {"no more", "", "10 14 15 16 17 18 19 20 21"},
  }));
  CAPTURE(c.says);
  app::PipelineOptions options;
  options.batch_bytes = events_at({10}).size();  // one event a step
  Piping piping(suppressing("suppress: 5s"), options);
  piping.input(events_at({10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21}));
  for (int i = 0; i < 4; ++i) piping.step();
  piping.pipeline.swap_rules(rules_of(suppressing(c.next)));
  piping.finish();
  CHECK(told(piping.alerts) == c.want);
}

TEST_CASE("what is held back is counted by rule", "[runtime][suppress]") {
  Piping piping(suppressing("suppress: 5s"), {});
  piping.input(events_at({10, 11, 12, 30})).finish();
  const runtime::RuleCounters counts = piping.pipeline.rule_counters().at(0).counts;
  CHECK(counts.matches == 4);
  CHECK(counts.alerts == 2);
  CHECK(counts.suppressed == 2);
}
