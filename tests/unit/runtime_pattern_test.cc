/// What patterns match, on streams of letters: the language's section on patterns, case by case.

#include "tests/support/catch.h"
#include "tests/support/letters.h"

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

TEST_CASE("links", "[runtime][pattern]") {
  const auto c = GENERATE(values<Case>({
      {"-> skips", "a -> b", "within: 9s", "a c b", "match(a0 b2)"},
      {"=> does not skip", "a => b", "within: 9s", "a c b a b", "match(a3 b4)"},
      {"~> takes any", "a ~> b", "within: 9s\nafter match: no skip", "a b b", "match(a0 b1) match(a0 b2)"},
      {"-> takes the first", "a -> b", "within: 9s\nafter match: no skip", "a b b", "match(a0 b1)"},
      {"a gap includes its bound", "a ->[2s] b", "within: 9s", "a c b", "match(a0 b2)"},
      {"beyond the gap", "a ->[1s] b", "within: 9s", "a c b", ""},
      {"sooner than the gap is skipped", "a ->[2s..4s] b", "within: 9s", "a b . b", "match(a0 b3)"},
      {"later than the gap", "a ->[2s..4s] b", "within: 9s", "a b . . . b", ""},
      {"a gap without an end", "a ->[2s..] b", "within: 9s", "a b b . b", "match(a0 b2)"},
      {"=> does not wait for the gap", "a =>[2s..] b", "within: 9s", "a b b a . b", "match(a3 b5)"},
      {"=> with a gap", "a =>[1s] b", "within: 9s", "a b a . b", "match(a0 b1)"},
      {"within includes its bound", "a -> b", "within: 2s", "a c b", "match(a0 b2)"},
      {"beyond within", "a -> b", "within: 1s", "a c b", ""},
      {"equal times in the order of arrival", "a -> b", "within: 9s", "a+b", "match(a0 b0)"},
      {"and not in the other", "a -> b", "within: 9s", "b+a", ""},
  }));
  CAPTURE(c.says);
  CHECK(run_pattern(c.pattern, c.settings, c.events) == c.want);
}

TEST_CASE("quantifiers", "[runtime][pattern]") {
  const auto c = GENERATE(values<Case>({
      {"greedy takes what it can", "a{2,} -> b", "within: 9s", "a a a b", "match(a0 a1 a2 b3)"},
      {"too few", "a{3,} -> b", "within: 9s", "a a b", ""},
      {"lazy leaves early", "a+? -> b", "within: 9s", "a a b", "match(a0 b2)"},
      {"at the end the first that completes", "a -> b+", "within: 9s", "a b b", "match(a0 b1)"},
      {"bounded", "a{1,2} -> b", "within: 9s", "a a a b", "match(a0 a1 b3)"},
      {"exactly", "a{2} -> b", "within: 9s", "a a a b", "match(a0 a1 b3)"},
      {"optional taken", "a -> b? -> c", "within: 9s", "a b c", "match(a0 b1 c2)"},
      {"optional left out", "a -> b? -> c", "within: 9s", "a d c", "match(a0 c2)"},
      {"star", "a -> b* -> c", "within: 9s", "a b b c", "match(a0 b1 b2 c3)"},
      {"strict repetition", "a{2,} strict -> b", "within: 9s", "a c a a b", "match(a2 a3 b4)"},
      {"strict repetition broken", "a{3} strict => b", "within: 9s", "a a c a b", ""},
      {"each start one outcome",
       "a{2} strict => b",
       "within: 9s\nafter match: skip to next event",
       "a a a b",
       "match(a1 a2 b3)"},
      {"any repetition",
       "a{2} any -> b",
       "within: 9s\nafter match: no skip",
       "a a a b",
       "match(a0 a1 b3) match(a0 a2 b3) match(a1 a2 b3)"},
      {"repetitions some time apart", "a{2}[2s..] -> b", "within: 9s", "a a a b", "match(a0 a2 b3)"},
      {"a gap between repetitions", "a{2}[1s] -> b", "within: 9s", "a . a a b", "match(a2 a3 b4)"},
  }));
  CAPTURE(c.says);
  CHECK(run_pattern(c.pattern, c.settings, c.events) == c.want);
}

TEST_CASE("alternatives", "[runtime][pattern]") {
  const auto c = GENERATE(values<Case>({
      {"either", "a -> (b | c)", "within: 9s", "a c b", "match(a0 c1)"},
      {"the first of either, alone",
       "a -> (b | c)",
       "within: 9s\nafter match: no skip",
       "a b c",
       "match(a0 b1)"},
      {"branches of sequences",
       "a -> b | a -> c",
       "within: 9s\nafter match: no skip",
       "a b c",
       "match(a0 b1) match(a0 c2)"},
      {"in the middle", "a -> (b | c) -> d", "within: 9s", "a c d", "match(a0 c1 d2)"},
      {"same pairs are one match",
       "a -> b | a -> b",
       "within: 9s\nafter match: no skip",
       "a b",
       "match(a0 b1)"},
  }));
  CAPTURE(c.says);
  CHECK(run_pattern(c.pattern, c.settings, c.events) == c.want);
}

TEST_CASE("absence", "[runtime][pattern]") {
  const auto c = GENERATE(values<Case>({
      {"in the middle, kept", "a -> not b -> c", "within: 9s", "a d c", "match(a0 c2)"},
      {"in the middle, broken", "a -> not b -> c", "within: 9s", "a b c", ""},
      {"at the end, kept", "a -> not b", "within: 3s", "a c . .", "match(a0)@3"},
      {"at the end, broken", "a -> not b", "within: 3s", "a b . .", ""},
      {"at the deadline still counts", "a -> not b", "within: 3s", "a . . b", ""},
      {"beyond the deadline", "a -> not b", "within: 3s", "a . . . b", "match(a0)@3"},
      {"a gap counts from the event before", "a -> b ->[2s] not c", "within: 9s", "a . b d c", ""},
      {"its own deadline", "a -> b ->[2s] not c", "within: 9s", "a . b d . c", "match(a0 b2)@4"},
      {"not bound by within", "a -> b ->[5s] not c", "within: 3s", "a b", "match(a0 b1)@6"},
      {"of several, kept", "a -> not (b | c) -> d", "within: 9s", "a a d", "match(a0 d2)"},
      {"of several, broken", "a -> not (b | c) -> d", "within: 9s", "a c d", ""},
      {"next in the middle, kept", "a => not b -> c", "within: 9s", "a d b c", "match(a0 c3)"},
      {"next in the middle, broken", "a => not b -> c", "within: 9s", "a b c", ""},
      {"only from some time on", "a ->[2s..4s] not b", "within: 9s", "a b", "match(a0)@4"},
      {"from that time on, broken", "a ->[2s..4s] not b", "within: 9s", "a . b", ""},
      {"each start one outcome", "a -> not b", "within: 3s", "a a", "match(a0)@3 match(a1)@4"},
      {"the next event alone", "a => not b", "within: 3s", "a c b", "match(a0)@3"},
      {"the next event is it", "a => not b", "within: 3s", "a b c", ""},
      {"its own gap lets no loop go on beyond within",
       "a* strict ->[4s] not a",
       "within: 2s",
       "a a a . . a",
       "match(a5)@9"},
  }));
  CAPTURE(c.says);
  CHECK(run_pattern(c.pattern, c.settings, c.events) == c.want);
}

TEST_CASE("after match", "[runtime][pattern]") {
  const auto c = GENERATE(values<Case>({
      {"past the last event", "a -> b", "within: 9s", "a a b", "match(a0 b2)"},
      {"to the next event",
       "a -> b",
       "within: 9s\nafter match: skip to next event",
       "a a b",
       "match(a0 b2) match(a1 b2)"},
      {"no skip", "a -> b{1,2}", "within: 9s\nafter match: no skip", "a b b", "match(a0 b1) match(a0 b1 b2)"},
      {"one start, one outcome",
       "a -> b{1,2}",
       "within: 9s\nafter match: skip to next event",
       "a b b",
       "match(a0 b1)"},
      {"to the last of a variable",
       "a -> a -> b",
       "within: 9s\nafter match: skip to last a",
       "a a a b",
       "match(a0 a1 b3) match(a1 a2 b3)"},
      {"to the first of a variable",
       "a -> b -> c",
       "within: 9s\nafter match: skip to first b",
       "a a b c",
       "match(a0 b2 c3)"},
  }));
  CAPTURE(c.says);
  CHECK(run_pattern(c.pattern, c.settings, c.events) == c.want);
}

TEST_CASE("timeouts", "[runtime][pattern]") {
  const std::string on = "\non timeout: {message: none came}";
  const auto c = GENERATE(values<Case>({
      {"nothing came", "a -> b", "within: 2s", "a", "timeout(a0)@2"},
      {"it came", "a -> b", "within: 2s", "a b", "match(a0 b1)"},
      {"each start", "a -> b", "within: 2s", "a a", "timeout(a0)@2 timeout(a1)@3"},
      {"one answers both", "a -> b", "within: 2s", "a a b", "match(a0 b2) match(a1 b2)"},
      {"a gap closes", "a -> b ->[2s] c", "within: 9s", "a b", "timeout(a0 b1)@3"},
      {"a broken run has none", "a -> not c -> b", "within: 2s", "a c", ""},
      {"a failed strict link has none", "a => b", "within: 2s", "a c", ""},
      {"one for a start, the run that comes first",
       "a{1,2} -> b",
       "within: 3s",
       "a a",
       "timeout(a0 a1)@3 timeout(a1)@4"},
      {"a match at the same instant comes first",
       "a -> b | c -> not d",
       "within: 2s",
       "a+c",
       "match(c0)@2 timeout(a0)@2"},
  }));
  CAPTURE(c.says);
  CHECK(run_pattern(c.pattern, c.settings + on, c.events) == c.want);
}

TEST_CASE("sessions", "[runtime][pattern]") {
  const auto c = GENERATE(values<Case>({
      {"within one", "a -> b", "window: session 2s", "a d b", "match(a0 b2)"},
      {"an event at the gap belongs", "a -> b", "window: session 2s", "a . b", "match(a0 b2)"},
      {"broken by the gap", "a -> b", "window: session 2s", "a . . b", ""},
      {"its end closes runs",
       "a -> b",
       "window: session 2s\non timeout: {message: m}",
       "a d",
       "timeout(a0)@3"},
      {"absence until its end", "a -> not b", "window: session 2s", "a d", "match(a0)@3"},
  }));
  CAPTURE(c.says);
  CHECK(run_pattern(c.pattern, c.settings, c.events) == c.want);
}

TEST_CASE("conditions on earlier events", "[runtime][pattern]") {
  const auto rule = [](const char* events, const char* pattern) {
    return std::string("rule: r\nevents: ") + events + "\npattern: " + pattern + "\nwithin: 9s\n";
  };
  struct Conditions {
    const char* says;
    const char* variables;
    const char* pattern;
    const char* events;
    const char* want;
  };
  const auto c = GENERATE(values<Conditions>({
      {"an attribute of an earlier event",
       "{a: a, b: b where v == a.v}",
       "a -> b",
       "a=1 b=2 b=1",
       "match(a0 b2)"},
      {"the last of a loop",
       "{a: a, b: b where v == a.v}",
       "a{2} -> b",
       "a=1 a=2 b=1 b=2",
       "match(a0 a1 b3)"},
      {"the first of a loop",
       "{a: a, b: b where v == first(a).v}",
       "a{2} -> b",
       "a=1 a=2 b=2 b=1",
       "match(a0 a1 b3)"},
      {"by number", "{a: a, b: 'b where v == a[1].v'}", "a{3} -> b", "a=1 a=2 a=3 b=2", "match(a0 a1 a2 b3)"},
      {"from the end",
       "{a: a, b: 'b where v == a[-2].v'}",
       "a{3} -> b",
       "a=1 a=2 a=3 b=3 b=2",
       "match(a0 a1 a2 b4)"},
      {"rising",
       "{a: a where count(a) == 0 or v > a.v, b: b}",
       "a{2,} -> b",
       "a=1 a=3 a=2 b",
       "match(a0 a1 b3)"},
      {"a sum", "{a: a, b: b where v > sum(a.v)}", "a{2} -> b", "a=1 a=2 b=3 b=4", "match(a0 a1 b3)"},
      {"a time limit", "{a: a, b: b where time - first(a).time <= 2s}", "a -> b", "a . . b", ""},
      {"null is no match", "{a: a, b: b where v == a.v}", "a -> b", "a b", ""},
      {"own times", "{a: a, b: b where time - first(a).time < 2s}", "a -> b", "a b", "match(a0 b1)"},
  }));
  CAPTURE(c.says);
  CHECK(run_letters(rule(c.variables, c.pattern), c.events) == c.want);
}
