/// Settings of patterns that say which runs there are, on streams of letters.

#include "tests/support/catch.h"
#include "tests/support/letters.h"

#include <string>

using tocsin::tests::run_letters;
using tocsin::tests::run_pattern;

namespace {

struct Case {
  const char* says;
  const char* pattern;
  const char* settings;
  const char* events;
  const char* want;
};

}  // namespace

TEST_CASE("runs: newest", "[runtime][pattern]") {
  const auto c = GENERATE(values<Case>({
      {"the newest start stays", "a -> b", "", "a a b", "match(a1 b2)"},
      {"at each step", "a -> b -> c", "", "a b a b c", "match(a2 b3 c4)"},
      {"a step behind it keeps its run", "a -> b -> c", "", "a b a c", "match(a0 b1 c3)"},
      {"each repetition is a step", "a{2} -> b", "", "a a a b", "match(a1 a2 b3)"},
      {"all look at the event before any is replaced", "a -> a -> b", "", "a a b", "match(a0 a1 b2)"},
      {"a run that waits only for an absence is not replaced",
       "a -> not b",
       "",
       "a a",
       "match(a0)@9 match(a1)@10"},
      {"who is replaced has no timeout", "a -> b", "on timeout: {message: m}", "a a", "timeout(a1)@10"},
      {"each start one outcome", "a -> b | b -> c", "", "a b c", "match(a0 b1) match(b1 c2)"},
  }));
  CAPTURE(c.says);
  CHECK(run_pattern(c.pattern, std::string("within: 9s\nruns: newest\n") + c.settings, c.events) == c.want);
}

TEST_CASE("runs: first", "[runtime][pattern]") {
  const auto c = GENERATE(values<Case>({
      {"no second start while one is open",
       "a -> b",
       "after match: skip to next event",
       "a a b b",
       "match(a0 b2)"},
      {"the next after a match", "a -> b", "", "a b a b", "match(a0 b1) match(a2 b3)"},
      {"an event that breaks a run may start the next", "a => b", "", "a a b", "match(a1 b2)"},
      {"one taken by a match may not", "a -> a", "", "a a a", "match(a0 a1)"},
      {"one start with all its forks",
       "a ~> b",
       "after match: no skip",
       "a a b b",
       "match(a0 b2) match(a0 b3)"},
      {"after its time",
       "a -> b",
       "on timeout: {message: m}",
       "a a . . . . . . . . a b",
       "timeout(a0)@9 match(a10 b11)"},
  }));
  CAPTURE(c.says);
  CHECK(run_pattern(c.pattern, std::string("within: 9s\nruns: first\n") + c.settings, c.events) == c.want);
}

TEST_CASE("runs: once", "[runtime][pattern]") {
  const auto c = GENERATE(values<Case>({
      {"a key has one start", "a -> b", "", "a b a b", "match(a0 b1)"},
      {"however it ends", "a => b", "", "a c a b", ""},
      {"with all its forks", "a ~> b", "after match: no skip", "a a b b", "match(a0 b2) match(a0 b3)"},
      {"in one session of all", "a -> b", "window: session 2s", "a . . . . a b", ""},
  }));
  CAPTURE(c.says);
  CHECK(run_pattern(c.pattern, std::string("within: 9s\nruns: once\n") + c.settings, c.events) == c.want);
}

TEST_CASE("report: all", "[runtime][pattern]") {
  const auto c = GENERATE(values<Case>({
      {"what one event completes", "a -> b", "", "a a b", "match(a0 b2) match(a1 b2)"},
      {"then it is dropped", "a ~> b", "", "a a b b", "match(a0 b2) match(a1 b2)"},
      {"of one start",
       "a? -> a -> b",
       "after match: skip to next event",
       "a a b",
       "match(a0 a1 b2) match(a0 b2) match(a1 b2)"},
      {"the same pairs once", "a -> b | a -> b", "", "a b", "match(a0 b1)"},
  }));
  CAPTURE(c.says);
  CHECK(run_pattern(c.pattern, std::string("within: 9s\nreport: all\n") + c.settings, c.events) == c.want);
}

TEST_CASE("cancel", "[runtime][pattern]") {
  const auto rule = [](const char* variables, const char* pattern, const char* settings) {
    return std::string("rule: r\nevents: {") + variables + "}\npattern: " + pattern +
           "\nwithin: 9s\ncancel: x\n" + settings;
  };
  struct Cancel {
    const char* says;
    const char* variables;
    const char* pattern;
    const char* settings;
    const char* events;
    const char* want;
  };
  const auto c = GENERATE(values<Cancel>({
      {"ends open runs", "a: a, b: b, x: x", "a -> b", "", "a x b a b", "match(a3 b4)"},
      {"an absence, too", "a: a, b: b, x: x", "a -> not b", "", "a x a", "match(a2)@11"},
      {"without a timeout",
       "a: a, b: b, x: x",
       "a -> b",
       "on timeout: {message: m}",
       "a a x a",
       "timeout(a3)@12"},
      {"also of those that wait for others of their start",
       "a: a, b: b, c: c, x: x",
       "a ->[1s] b | a -> c",
       "on timeout: {message: m}",
       "a . . x",
       ""},
      {"before the event is taken", "a: a, b: b, x: b", "a -> b", "", "a b", ""},
      {"and then may start anew",
       "a: a, b: b, x: 'a where v > 1'",
       "a -> b",
       "",
       "a=1 a=2 b",
       "match(a1 b2)"},
      {"of the runs that it is about",
       "a: a, b: b, x: x where v == a.v",
       "a -> b",
       "after match: skip to next event",
       "a=1 a=2 x=1 b",
       "match(a1 b3)"},
      {"of a variable of the pattern", "a: a, x: x", "a -> not x", "", "a x", ""},
  }));
  CAPTURE(c.says);
  CHECK(run_letters(rule(c.variables, c.pattern, c.settings), c.events) == c.want);
}
