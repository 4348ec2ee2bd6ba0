/// Windows without a pattern: what lies in them, when they speak, what they say.

#include "tests/support/catch.h"
#include "tests/support/letters.h"

using tocsin::tests::run_letters;

namespace {

struct Case {
  const char* says;
  const char* window;
  const char* having;
  const char* events;
  const char* want;
};

struct Emit {
  const char* emit;
  Case c;
};

/// Runs a rule over `a` that tells how many a window holds.
std::string run_window(const Case& c, const std::string& emit) {
  const std::string rule = std::string("rule: w\nevents: {a: a}\nwindow: ") + c.window + "\nhaving: \"" +
                           c.having + "\"\nemit: " + emit + "\non match: {fields: {n: count(a)}}\n";
  return run_letters(rule, c.events);
}

}  // namespace

TEST_CASE("tumbling windows", "[runtime][window]") {
  const auto c = GENERATE(values<Case>({
      {"each by itself",
       "tumbling 5s",
       "count(a) >= 2",
       "a a . . . a a",
       "match(a1)@5[0..5]{n=2} match(a6)@10[5..10]{n=2}"},
      {"the start is in, the end is not",
       "tumbling 5s",
       "count(a) >= 1",
       "a . . . . a",
       "match(a0)@5[0..5]{n=1} match(a5)@10[5..10]{n=1}"},
      {"the last second is in", "tumbling 5s", "count(a) >= 2", "a . . . a a", "match(a4)@5[0..5]{n=2}"},
      {"what counts is how it ends", "tumbling 5s", "count(a) == 1", "a a", ""},
      {"an empty window is silent",
       "tumbling 2s",
       "count(a) >= 0",
       "a . . . . a",
       "match(a0)@2[0..2]{n=1} match(a5)@6[4..6]{n=1}"},
      {"other events are not in it", "tumbling 5s", "count(a) >= 1", "b a b", "match(a1)@5[0..5]{n=1}"},
  }));
  CAPTURE(c.says);
  CHECK(run_window(c, "close") == c.want);
}

TEST_CASE("hopping windows", "[runtime][window]") {
  const auto c = GENERATE(values<Case>({
      {"overlapping ones hold the same events",
       "hopping 4s every 2s",
       "count(a) >= 2",
       "a a",
       "match(a1)@2[-2..2]{n=2} match(a1)@4[0..4]{n=2}"},
      {"the start is in, the end is not",
       "hopping 4s every 2s",
       "count(a) >= 2",
       ". . a . a",
       "match(a4)@6[2..6]{n=2}"},
      {"pauses between windows",
       "hopping 2s every 5s",
       "count(a) >= 1",
       "a a a a . a a",
       "match(a1)@2[0..2]{n=2} match(a6)@7[5..7]{n=2}"},
      {"an event in a pause alone", "hopping 2s every 5s", "count(a) >= 1", ". . a", ""},
      {"as tumbling ones",
       "hopping 3s every 3s",
       "count(a) >= 1",
       "a . a a",
       "match(a2)@3[0..3]{n=2} match(a3)@6[3..6]{n=1}"},
  }));
  CAPTURE(c.says);
  CHECK(run_window(c, "close") == c.want);
}

TEST_CASE("sliding windows", "[runtime][window]") {
  const auto c = GENERATE(values<Case>({
      {"the newest event is in", "sliding 2s", "count(a) >= 2", "a a", "match(a1)[-1..1]{n=2}"},
      {"one exactly as old as the window is out", "sliding 2s", "count(a) >= 2", "a . a", ""},
      {"each event that finds it true",
       "sliding 3s",
       "count(a) >= 2",
       "a a a",
       "match(a1)[-2..1]{n=2} match(a2)[-1..2]{n=3}"},
      {"old ones leave",
       "sliding 2s",
       "count(a) >= 2",
       "a a a",
       "match(a1)[-1..1]{n=2} match(a2)[0..2]{n=2}"},
      {"equal times", "sliding 2s", "count(a) >= 2", "a+a . a", "match(a0)[-2..0]{n=2}"},
      {"of those that leave as one comes none is left",
       "sliding 2s",
       "count(a) >= 1",
       "a+a . a+a",
       "match(a0)[-2..0]{n=1} match(a0)[-2..0]{n=2} match(a2)[0..2]{n=1} match(a2)[0..2]{n=2}"},
      {"all leave at once",
       "sliding 2s",
       "count(a) >= 1",
       "a a . . . a",
       "match(a0)[-2..0]{n=1} match(a1)[-1..1]{n=2} match(a5)[3..5]{n=1}"},
  }));
  CAPTURE(c.says);
  CHECK(run_window(c, "each") == c.want);
}

TEST_CASE("sessions without a pattern", "[runtime][window]") {
  const auto c = GENERATE(values<Case>({
      {"a gap ends one",
       "session 2s",
       "count(a) >= 1",
       "a a . . . a",
       "match(a1)@3[0..1]{n=2} match(a5)@7[5..5]{n=1}"},
      {"an event exactly at the gap belongs",
       "session 2s",
       "count(a) >= 1",
       "a . a",
       "match(a2)@4[0..2]{n=2}"},
      {"one beyond it does not",
       "session 2s",
       "count(a) >= 1",
       "a . . a",
       "match(a0)@2[0..0]{n=1} match(a3)@5[3..3]{n=1}"},
      {"others do not keep it open",
       "session 2s",
       "count(a) >= 1",
       "a b . b a",
       "match(a0)@2[0..0]{n=1} match(a4)@6[4..4]{n=1}"},
      {"it may be long", "session 1s", "count(a) >= 5", "a a a a a", "match(a4)@5[0..4]{n=5}"},
  }));
  CAPTURE(c.says);
  CHECK(run_window(c, "close") == c.want);
}

TEST_CASE("emit: first", "[runtime][window]") {
  const auto e = GENERATE(values<Emit>({
      {"first",
       {"once a window",
        "tumbling 5s",
        "count(a) >= 2",
        "a a a . . a a",
        "match(a1)[0..5]{n=2} match(a6)[5..10]{n=2}"}},
      {"first", {"once though it ceased", "tumbling 5s", "count(a) != 2", "a a a", "match(a0)[0..5]{n=1}"}},
      {"first",
       {"each of overlapping windows once",
        "hopping 4s every 2s",
        "count(a) >= 2",
        "a a a",
        "match(a1)[-2..2]{n=2} match(a1)[0..4]{n=2}"}},
      {"first",
       {"once a session",
        "session 2s",
        "count(a) >= 2",
        "a a a . . . a a",
        "match(a1)[0..1]{n=2} match(a7)[6..7]{n=2}"}},
      {"first",
       {"once a count",
        "count 3",
        "count(a) >= 2",
        "a a a a a",
        "match(a1)[0..1]{n=2} match(a4)[3..4]{n=2}"}},
      {"first", {"once while it holds", "sliding 9s", "count(a) >= 2", "a a a a", "match(a1)[-8..1]{n=2}"}},
      {"first",
       {"again after events left",
        "sliding 5s",
        "count(a) >= 2",
        "a . a . . . a",
        "match(a2)[-3..2]{n=2} match(a6)[1..6]{n=2}"}},
      {"first",
       {"not with one that leaves as the other comes", "sliding 2s", "count(a) >= 2", "a . a . a", ""}},
      {"first",
       {"one leaves as the other comes, while a third is in",
        "sliding 3s",
        "count(a) >= 2",
        "a . a a . a a",
        "match(a2)[-1..2]{n=2}"}},
      {"first",
       {"again where those that come are fewer",
        "sliding 2s",
        "count(a) >= 2",
        "a a . a a",
        "match(a1)[-1..1]{n=2} match(a4)[2..4]{n=2}"}},
      {"first",
       {"again after an event ended it",
        "sliding 9s",
        "count(a) == 1 or count(a) == 3",
        "a a a",
        "match(a0)[-9..0]{n=1} match(a2)[-7..2]{n=3}"}},
      {"first",
       {"no time between one that leaves and one that comes",
        "sliding 2s",
        "count(a) >= 1",
        "a . a . a",
        "match(a0)[-2..0]{n=1}"}},
      {"first",
       {"again after silence",
        "sliding 2s",
        "count(a) >= 1",
        "a . . . a",
        "match(a0)[-2..0]{n=1} match(a4)[2..4]{n=1}"}},
  }));
  CAPTURE(e.c.says);
  CHECK(run_window(e.c, e.emit) == e.c.want);
}

TEST_CASE("emit: each and close", "[runtime][window]") {
  const auto e = GENERATE(values<Emit>({
      {"each",
       {"every event while it holds",
        "tumbling 5s",
        "count(a) >= 2",
        "a a a",
        "match(a1)[0..5]{n=2} match(a2)[0..5]{n=3}"}},
      {"each",
       {"in every window",
        "hopping 4s every 2s",
        "count(a) >= 2",
        "a a",
        "match(a1)[-2..2]{n=2} match(a1)[0..4]{n=2}"}},
      {"each",
       {"in a session", "session 2s", "count(a) >= 2", "a a a", "match(a1)[0..1]{n=2} match(a2)[0..2]{n=3}"}},
      {"each",
       {"in a count",
        "count 2",
        "count(a) >= 1",
        "a a a",
        "match(a0)[0..0]{n=1} match(a1)[0..1]{n=2} match(a2)[2..2]{n=1}"}},
      {"close",
       {"a count closes with its last event",
        "count 3",
        "count(a) >= 1",
        "a a a a a a a",
        "match(a2)[0..2]{n=3} match(a5)[3..5]{n=3}"}},
  }));
  CAPTURE(e.emit, e.c.says);
  CHECK(run_window(e.c, e.emit) == e.c.want);
}

TEST_CASE("aggregates of a window", "[runtime][window]") {
  struct Aggregates {
    const char* says;
    const char* fields;
    const char* events;
    const char* want;
  };
  const auto c = GENERATE(values<Aggregates>({
      {"counts", "n: count(a), v: count(a.v), d: distinct(a.v)", "a=1 a a=1 a=2", "{n=4 v=3 d=2}"},
      {"sums", "s: sum(a.v), avg: avg(a.v)", "a=1 a a=4", "{s=5 avg=2.5}"},
      {"a float makes a float", "s: sum(a.v)", "a=1 a=0.5", "{s=1.5}"},
      {"exact sums", "s: sum(a.v)", "a=0.1 a=0.2 a=0.3", "{s=0.6}"},
      {"extremes", "lo: min(a.v), hi: max(a.v)", "a=3 a a=1 a=2.5", "{lo=1 hi=3}"},
      {"extremes of text", "lo: min(a.v), hi: max(a.v)", "a=x a=b a=c", R"({lo="b" hi="x"})"},
      {"deviation of a sample", "sd: stddev(a.v)", "a=1 a=2 a=3", "{sd=1}"},
      {"deviation of one", "sd: stddev(a.v)", "a=1 a", "{sd=null}"},
      {"of nothing", "n: count(a.v), s: sum(a.v), d: distinct(a.v)", "a a", "{n=0 s=0 d=0}"},
      {"of nothing, null", "avg: avg(a.v), lo: min(a.v), hi: max(a.v)", "a a", "{avg=null lo=null hi=null}"},
      {"an expression", "s: sum(a.v * 2 + 1)", "a=1 a a=2", "{s=8}"},
      {"1 and 1.0 are one value", "d: distinct(a.v)", "a=1 a=1.0 a=x", "{d=2}"},
      {"text is no number", "s: sum(a.v), avg: avg(a.v)", "a=1 a=x a=2", "{s=3 avg=1.5}"},
  }));
  CAPTURE(c.says);
  const std::string rule = std::string("rule: w\nevents: {a: a}\nwindow: tumbling 9s\nemit: close\n") +
                           "having: count(a) > 0\non match: {fields: {" + c.fields + "}}\n";
  const std::string told = run_letters(rule, c.events);
  CHECK(told.substr(told.find('{')) == c.want);
}

TEST_CASE("what leaves a sliding window leaves its aggregates", "[runtime][window]") {
  struct Sliding {
    const char* aggregate;
    const char* events;
    const char* want;  // at the last event
  };
  const auto c = GENERATE(values<Sliding>({
      {"sum(a.v)", "a=1 a=2 a=4", "{x=6}"},
      {"sum(a.v)", "a=0.1 a=2 a=4", "{x=6}"},
      {"avg(a.v)", "a=1 a=2 a=4", "{x=3}"},
      {"min(a.v)", "a=1 a=3 a=2", "{x=2}"},
      {"max(a.v)", "a=9 a=3 a=2", "{x=3}"},
      {"min(a.v)", "a=b a=d a=c", R"({x="c"})"},
      {"distinct(a.v)", "a=x a=y a=y", "{x=1}"},
      {"distinct(a.v)", "a=y a=y a=x", "{x=2}"},
      {"count(a.v)", "a=1 a a=1", "{x=1}"},
      {"stddev(a.v)", "a=70 a=1 a=3", "{x=1.4142135623730951}"},
      {"stddev(a.v)", "a=70 a=1000000001.0 a=1000000003.0", "{x=1.4142135623730951}"},
      {"sum(a.v)", "a=1 a=1.7e308 a=1.7e308", "{x=null}"},
      {"sum(a.v)", "a=1.7e308 a=1 a=2", "{x=3}"},
      {"max(lower(a.v))", "a=Z a=C a=B", R"({x="c"})"},
  }));
  CAPTURE(c.aggregate, c.events);
  const std::string rule = std::string("rule: w\nevents: {a: a}\nwindow: sliding 2s\nemit: each\n") +
                           "having: count(a) > 0\non match: {fields: {x: " + c.aggregate + "}}\n";
  const std::string told = run_letters(rule, c.events);
  CHECK(told.substr(told.rfind('{')) == c.want);
}

TEST_CASE("several variables in a window", "[runtime][window]") {
  struct Variables {
    const char* says;
    const char* variables;
    const char* window;
    const char* having;
    const char* events;
    const char* want;
  };
  const auto c = GENERATE(values<Variables>({
      {"the last event of each",
       "{a: a, b: b}",
       "tumbling 9s",
       "count(a) == 2",
       "a b a",
       "match(b1 a2)[0..9]"},
      {"only those in the window",
       "{a: a, b: b}",
       "sliding 3s",
       "count(b) == 1",
       "a . . b",
       "match(b3)[0..3]"},
      {"those in an overlapping one",
       "{a: a, b: b}",
       "hopping 4s every 2s",
       "count(b) == 1",
       ". a b",
       "match(a1 b2)[0..4] match(b2)[2..6]"},
      {"those in a session", "{a: a, b: b}", "session 2s", "count(b) == 1", "a . . b", "match(b3)[3..3]"},
      {"one event in two",
       "{x: a where v > 0, y: a where v > 5}",
       "tumbling 9s",
       "count(x) + count(y) == 3",
       "a=1 a=7",
       "match(a1 a1)[0..9]"},
      {"conditions filter", "{x: a where v > 5}", "session 2s", "count(x) == 2", "a=6 . a=1 . a=6", ""},
      {"a union of types", "{x: a|b}", "tumbling 9s", "count(x) == 2", "a c b", "match(b2)[0..9]"},
      {"an attribute of the last event",
       "{a: a, b: b}",
       "tumbling 9s",
       "b.v > a.v",
       "a=1 b=1 b=2",
       "match(a0 b2)[0..9]"},
  }));
  CAPTURE(c.says);
  const std::string rule = std::string("rule: w\nevents: ") + c.variables + "\nwindow: " + c.window +
                           "\nhaving: \"" + c.having + "\"\n";
  CHECK(run_letters(rule, c.events) == c.want);
}
