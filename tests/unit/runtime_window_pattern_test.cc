/// Patterns in windows: each window of a key is matched by itself, and its end closes what is open.

#include "tests/support/catch.h"
#include "tests/support/letters.h"
#include "tests/support/piping.h"

using namespace tocsin;
using namespace tocsin::tests;

namespace {

struct Case {
  const char* says;
  const char* pattern;
  const char* settings;
  const char* events;
  const char* want;
};

}  // namespace

TEST_CASE("patterns in tumbling windows", "[runtime][window][pattern]") {
  const auto c = GENERATE(values<Case>({
      {"in one window", "a -> b", "window: tumbling 5s", "a b", "match(a0 b1)[0..5]"},
      {"not across two", "a -> b", "window: tumbling 5s", "a . . . . b", ""},
      {"its end is not in it",
       "a -> b",
       "window: tumbling 2s\non timeout: {message: m}",
       ". a b",
       "timeout(a1)@2[0..2]"},
      {"an absence is decided at its end",
       "a -> not b",
       "window: tumbling 5s",
       "a . b . . a",
       "match(a5)@10[5..10]"},
      {"what matched before does not matter to the next",
       "a{2}",
       "window: tumbling 2s",
       "a a a a",
       "match(a0 a1)[0..2] match(a2 a3)[2..4]"},
      {"within may be shorter",
       "a -> b",
       "window: tumbling 9s\nwithin: 1s\non timeout: {message: m}",
       "a . b",
       "timeout(a0)@1[0..9]"},
      {"a gap, too", "a ->[1s] not b", "window: tumbling 9s", "a . b", "match(a0)@1[0..9]"},
      {"the end cuts a gap short", "a ->[5s] not b", "window: tumbling 2s", "a . b", "match(a0)@2[0..2]"},
      {"moved by an offset", "a -> b", "window: tumbling 5s\noffset: 2s", "a . b b", ""},
      {"and again", "a -> b", "window: tumbling 5s\noffset: 2s", "a . a b", "match(a2 b3)[2..7]"},
      {"strict links see all events of the window",
       "a => b",
       "window: tumbling 5s",
       "a c b a b",
       "match(a3 b4)[0..5]"},
  }));
  CAPTURE(c.says);
  CHECK(run_pattern(c.pattern, c.settings, c.events) == c.want);
}

TEST_CASE("patterns in hopping windows", "[runtime][window][pattern]") {
  const auto c = GENERATE(values<Case>({
      {"each window tells it",
       "a -> b",
       "window: hopping 4s every 2s",
       "a b",
       "match(a0 b1)[-2..2] match(a0 b1)[0..4]"},
      {"each has its own end",
       "a -> b",
       "window: hopping 4s every 2s\non timeout: {message: m}",
       "a . b",
       "timeout(a0)@2[-2..2] match(a0 b2)[0..4]"},
      {"pauses",
       "a -> b",
       "window: hopping 1s every 3s",
       "a+b a+b . a+b",
       "match(a0 b0)[0..1] match(a3 b3)[3..4]"},
  }));
  CAPTURE(c.says);
  CHECK(run_pattern(c.pattern, c.settings, c.events) == c.want);
}

TEST_CASE("patterns in windows of events", "[runtime][window][pattern]") {
  const auto c = GENERATE(values<Case>({
      {"one after the other", "a -> b", "window: count 3", "a b a b a b", "match(a0 b1) match(a4 b5)"},
      {"all that the rule sees counts", "a -> b", "window: count 3", "c c a b", ""},
      {"its last event ends it",
       "a -> b",
       "window: count 3\non timeout: {message: m}",
       "a b a b a b",
       "match(a0 b1) timeout(a2) match(a4 b5)"},
      {"the last event comes first", "a -> not b", "window: count 2", "a b a c", "match(a2)@3"},
      {"never full", "a -> b", "window: count 3\non timeout: {message: m}", "a c", ""},
      {"or over", "a -> b", "window: count 3 or 2s\non timeout: {message: m}", "a . b", "timeout(a0)@2"},
      {"time runs from its first event", "a -> b", "window: count 9 or 2s", "c a b", ""},
      {"of each key", "a -> b", "window: count 2\nkey: v", "a=1 a=2 b=1 c=2 b=2", "match(a0 b2)"},
  }));
  CAPTURE(c.says);
  CHECK(run_pattern(c.pattern, c.settings, c.events) == c.want);
}

TEST_CASE("patterns in sliding windows", "[runtime][window][pattern]") {
  const auto c = GENERATE(values<Case>({
      {"all in one window", "a -> b", "window: sliding 2s", "a b", "match(a0 b1)"},
      {"the first has left when the last comes",
       "a -> b",
       "window: sliding 2s\non timeout: {message: m}",
       "a . b",
       "timeout(a0)@2"},
      {"an absence", "a -> not b", "window: sliding 2s", "a . b a b", "match(a0)@2"},
      {"within may be shorter",
       "a -> b",
       "window: sliding 3s\nwithin: 1s\non timeout: {message: m}",
       "a . b",
       "timeout(a0)@1"},
      {"windows that share events tell a match once",
       "a -> b",
       "window: sliding 5s",
       "a b c c",
       "match(a0 b1)"},
  }));
  CAPTURE(c.says);
  CHECK(run_pattern(c.pattern, c.settings, c.events) == c.want);
}

TEST_CASE("one start of a key in all its windows", "[runtime][window][pattern]") {
  const auto c = GENERATE(values<Case>({
      {"tumbling", "a -> b", "window: tumbling 2s", "a b a b", "match(a0 b1)[0..2]"},
      {"none matched", "a -> b", "window: tumbling 2s", "c a b a b", ""},
      {"of events", "a -> b", "window: count 2", "a b a b", "match(a0 b1)"},
      {"the only event of its window", "a", "window: count 1", "a a", "match(a0)"},
      {"with a limit", "a -> b", "window: count 5 or 1s", "c a a b", ""},
      {"in each that holds it", "a -> b", "window: hopping 4s every 2s", "c a c b a b", "match(a1 b3)[0..4]"},
      {"twice",
       "a -> b",
       "window: hopping 4s every 2s",
       "c c a b a b",
       "match(a2 b3)[0..4] match(a2 b3)[2..6]"},
      {"a window that was open before has none",
       "not c for 2s -> a -> b",
       "window: hopping 4s every 2s",
       "c c a . a b",
       "match(a2 b5)[2..6]"},
      {"sliding", "a -> b", "window: sliding 2s", "a b a b", "match(a0 b1)"},
      {"of each key",
       "a -> b",
       "window: tumbling 2s\nkey: v",
       "a=1 b=1 a=2 b=2 a=1 b=1",
       "match(a0 b1)[0..2] match(a2 b3)[2..4]"},
  }));
  CAPTURE(c.says);
  CHECK(run_pattern(c.pattern, std::string(c.settings) + "\nruns: once", c.events) == c.want);
}

TEST_CASE("a reload keeps the runs in windows", "[runtime][window][pattern]") {
  struct Reload {
    const char* says;
    const char* condition;
    const char* window;
    std::vector<std::string> want;  // the messages
  };
  const auto c = GENERATE(values<Reload>({
      {"tumbling", "", "tumbling 1h", {"new 3"}},
      {"hopping", "", "hopping 2h every 1h", {"new 3", "new 3"}},
      {"of events", "", "count 9", {"new 3"}},
      {"those that have come count", "", "count 2", {}},
      {"and what is remembered", " where v == prior.v", "tumbling 1h", {"new 5"}},
  }));
  CAPTURE(c.says);
  const auto rule = [&](const std::string& message) {
    return std::string("rule: w\nevents:\n  a: a") + c.condition +
           "\n  b: b\npattern: a -> b\nwindow: " + c.window + "\non match: {message: '" + message + "'}\n";
  };
  const auto line = [](int second, const std::string& rest) {
    return "{\"ts\":" + std::to_string(second) + "000,\"v\":1," + rest + "}\n";
  };
  const std::string first = line(10, R"("type":"a","w":3)");
  app::PipelineOptions options;
  options.batch_bytes = first.size();
  Piping piping(rule("old {a.v}"), options);
  piping.input(first + line(11, R"("type":"a","w":5)") + line(12, R"("type":"b","w":0)"));
  for (int i = 0; i < 2; ++i) piping.step();
  piping.pipeline.swap_rules(rules_of(rule("new {a.w}")));
  piping.finish();
  std::vector<std::string> messages;
  for (const std::string& alert : lines_of(piping.alerts)) {
    const std::size_t at = alert.find("\"message\":\"") + 11;
    messages.push_back(alert.substr(at, alert.find('"', at) - at));
  }
  CHECK(messages == c.want);
}

TEST_CASE("aggregates of count windows with a time limit", "[runtime][window]") {
  const std::string rule =
      "rule: w\nevents: {a: a}\nwindow: count 3 or 2s\nhaving: count(a) > 0\n"
      "on match: {fields: {n: count(a)}}\nemit: ";
  CHECK(run_letters(rule + "close", "a . . a a a") ==
        "match(a0)@2[0..2]{n=1} match(a4)@5[3..5]{n=2} match(a5)@7[5..7]{n=1}");
  CHECK(run_letters(rule + "close", "a a a a") == "match(a1)@2[0..2]{n=2} match(a3)@4[2..4]{n=2}");
  CHECK(run_letters(rule + "close", "a a+a a") == "match(a1)[0..1]{n=3} match(a2)@4[2..4]{n=1}");
  CHECK(run_letters(rule + "first", "a a . a") == "match(a0)[0..0]{n=1} match(a3)[3..3]{n=1}");
  CHECK(run_letters(rule + "each", "a a . a") ==
        "match(a0)[0..0]{n=1} match(a1)[0..1]{n=2} match(a3)[3..3]{n=1}");
}
