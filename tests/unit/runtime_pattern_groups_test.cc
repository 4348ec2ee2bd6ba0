/// What patterns with repeated groups, `&`, possessive loops and `until` match, on streams of letters.

#include "tests/support/catch.h"
#include "tests/support/letters.h"

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

TEST_CASE("repeated groups", "[runtime][pattern]") {
  const auto c = GENERATE(values<Case>({
      {"twice", "(a -> b){2} -> c", "within: 9s", "a b a b c", "match(a0 b1 a2 b3 c4)"},
      {"once is too few", "(a -> b){2} -> c", "within: 9s", "a b a c", ""},
      {"greedy", "(a -> b)+ -> c", "within: 9s", "a b d a b c", "match(a0 b1 a3 b4 c5)"},
      {"lazy", "(a -> b)+? -> c", "within: 9s", "a b a b c", "match(a0 b1 c4)"},
      {"bounded", "(a -> b){1,2} -> c", "within: 9s", "a b a b a b c", "match(a0 b1 a2 b3 c6)"},
      {"optional taken", "(a -> b)? -> c", "within: 9s", "a b c", "match(a0 b1 c2)"},
      {"optional left out", "(a -> b)? -> c", "within: 9s", "b c", "match(c1)"},
      {"optional, but not by half", "a -> (b -> c)? -> d", "within: 9s", "a b d", "match(a0 d2)"},
      {"strict", "(a | b){2,} strict -> c", "within: 9s", "a b c", "match(a0 b1 c2)"},
      {"strict, broken", "(a | b){2,} strict -> c", "within: 9s", "a d b c", ""},
      {"links inside are their own",
       "(a => b){2} -> c",
       "within: 9s",
       "a b d a b c",
       "match(a0 b1 a3 b4 c5)"},
      {"a gap between repetitions", "(a -> b){2}[1s] -> c", "within: 9s", "a b . a b c", ""},
      {"in it", "(a -> b){2}[1s] -> c", "within: 9s", "a . b a b c", "match(a0 b2 a3 b4 c5)"},
      {"of either", "((a | b) -> c){2}", "within: 9s", "a c b c", "match(a0 c1 b2 c3)"},
      {"whichever comes first, again", "(a | b){3}", "within: 9s", "a b b", "match(a0 b1 b2)"},
      {"loops in loops", "(a{2} -> b)+ -> c", "within: 9s", "a a b a a b c", "match(a0 a1 b2 a3 a4 b5 c6)"},
      {"of optional parts", "a -> (b? -> c?)+ -> d", "within: 9s", "a c b d", "match(a0 b2 d3)"},
      {"many ways to one match are one",
       "((a | a)* | a+)+ -> b",
       "within: 9s\nafter match: no skip",
       "a a b",
       "match(a0 a1 b2) match(a0 b2) match(a1 b2) match(b2)"},
  }));
  CAPTURE(c.says);
  CHECK(run_pattern(c.pattern, c.settings, c.events) == c.want);
}

TEST_CASE("many ways to the same places stay few runs", "[runtime][pattern]") {
  std::string events = "b";
  std::string want = "match(b0";
  for (int i = 1; i <= 60; ++i) {
    events += " a";
    want += " a" + std::to_string(i);
  }
  CHECK(run_pattern("b -> (a | a | (a -> a?))+ -> c", "within: 99s", events + " c") == want + " c61)");
}

TEST_CASE("all of several, in any order", "[runtime][pattern]") {
  const auto c = GENERATE(values<Case>({
      {"as written", "a & b", "within: 9s", "a b", "match(a0 b1)"},
      {"the other way", "a & b", "within: 9s", "b a", "match(b0 a1)"},
      {"three", "a & b & c", "within: 9s", "c a b", "match(c0 a1 b2)"},
      {"one is missing", "a & b & c", "within: 9s", "c a a", ""},
      {"others are skipped", "a & b", "within: 9s", "a c d b", "match(a0 b3)"},
      {"strict", "(a & b) strict", "within: 9s", "a c b a", "match(b2 a3)"},
      {"any", "(a & b) any", "within: 9s\nafter match: no skip", "a b b", "match(a0 b1) match(a0 b2)"},
      {"units of several", "(a -> b) & c", "within: 9s", "c a b", "match(c0 a1 b2)"},
      {"are not shuffled", "(a -> b) & c", "within: 9s", "a c b", ""},
      {"in the middle", "a -> (b & c) -> d", "within: 9s", "a c b d", "match(a0 c1 b2 d3)"},
      {"whichever comes first",
       "a -> (b & c & d)",
       "within: 9s\nafter match: no skip",
       "a c b d",
       "match(a0 c1 b2 d3)"},
      {"repeated", "(a & b){2}", "within: 9s", "a b b a", "match(a0 b1 b2 a3)"},
      {"optional units", "a -> (b? & c) -> d", "within: 9s", "a c d", "match(a0 c1 d2)"},
      {"the first units first", "(a+ & b) -> c", "within: 9s", "a a b c", "match(a0 a1 b2 c3)"},
      {"an absence in a unit", "a -> ((not d -> b) & c)", "within: 9s", "a d c b", "match(a0 c2 b3)"},
  }));
  CAPTURE(c.says);
  CHECK(run_pattern(c.pattern, c.settings, c.events) == c.want);
}

TEST_CASE("possessive loops", "[runtime][pattern]") {
  const auto c = GENERATE(values<Case>({
      {"take all", "a++ -> b", "within: 9s\nafter match: no skip", "a a b", "match(a0 a1 b2) match(a1 b2)"},
      {"and give nothing back", "a++ -> a", "within: 9s", "a a a", ""},
      {"unless they are full", "a{1,2}+ -> a", "within: 9s", "a a a", "match(a0 a1 a2)"},
      {"optional", "a?+ -> a", "within: 9s", "a a", "match(a0 a1)"},
      {"of none", "a -> b*+ -> c", "within: 9s", "a d c", "match(a0 c2)"},
      {"a broken one is left", "a++ strict -> b", "within: 9s", "a c a b", "match(a0 b3)"},
      {"groups", "(a -> b)++ -> c", "within: 9s\nafter match: skip to next event", "a b a c", ""},
      {"at the end they wait for more", "a -> b++", "within: 4s", "a b b", "match(a0 b1 b2)@4"},
      {"for the gap between repetitions", "a -> b++[2s]", "within: 9s", "a b b . . . b", "match(a0 b1 b2)@4"},
  }));
  CAPTURE(c.says);
  CHECK(run_pattern(c.pattern, c.settings, c.events) == c.want);
}

TEST_CASE("until", "[runtime][pattern]") {
  const auto c = GENERATE(values<Case>({
      {"ends the taking", "a -> b+ until c -> d", "within: 9s", "a b c b d", "match(a0 b1 d4)"},
      {"from the event before the loop on", "a -> b* until c -> d", "within: 9s", "a c b d", "match(a0 d3)"},
      {"may go on with it", "a+ until b -> b", "within: 9s", "a a b", "match(a0 a1 b2)"},
      {"before enough were taken", "a{2,} until b -> c", "within: 9s", "a b a c", ""},
      {"one of several", "a+ until (b | c) -> d", "within: 9s", "a c a d", "match(a0 d3)"},
      {"inside a group", "a -> (b -> c)* until d -> a", "within: 9s", "a b d c a", "match(a0 a4)"},
      {"is not itself taken", "a -> b+ until b -> c", "within: 9s", "a b c", ""},
      {"nor at the start", "a* until a -> b", "within: 9s", "a b", "match(b1)"},
  }));
  CAPTURE(c.says);
  CHECK(run_pattern(c.pattern, c.settings, c.events) == c.want);
}

TEST_CASE("absence in branches", "[runtime][pattern]") {
  const auto c = GENERATE(values<Case>({
      {"kept", "a -> (not b -> c | d)", "within: 9s", "a c", "match(a0 c1)"},
      {"broken", "a -> (not b -> c | d)", "within: 9s", "a b c", ""},
      {"the other branch stays", "a -> (not b -> c | d)", "within: 9s", "a b d", "match(a0 d2)"},
      {"next", "a => (not b -> c | d)", "within: 9s", "a b c", ""},
      {"with and without", "a -> (b -> not c | b) -> d", "within: 9s", "a b c d", "match(a0 b1 d3)"},
      {"at the end of one", "a ->[2s] (not b | c)", "within: 9s", "a d", "match(a0)@2"},
      {"its limit is the gap before the branches",
       "a ->[2s] (not b | c)",
       "within: 9s",
       "a b c",
       "match(a0 c2)"},
      {"an event and a deadline tell the same once",
       "a -> (b | b -> not c)",
       "within: 3s\nafter match: no skip",
       "a b",
       "match(a0 b1)"},
      {"what an optional beginning may take",
       "a -> (b? -> c | d)",
       "within: 9s\nafter match: no skip",
       "a b d c",
       "match(a0 b1 c3)"},
  }));
  CAPTURE(c.says);
  CHECK(run_pattern(c.pattern, c.settings, c.events) == c.want);
}
