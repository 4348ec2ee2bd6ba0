#include "tests/support/catch.h"
#include "tests/support/compiled.h"

#include <fmt/format.h>

namespace tocsin {
namespace {

using Findings = std::vector<std::string>;

struct Case {
  const char* says;
  const char* rule;  // without `rule:`
  Findings want;
};

void check(const Case& c) {
  CAPTURE(c.says, c.rule);
  auto compiled = tests::compile_texts({fmt::format("rule: r\n{}\n", c.rule)});
  CHECK(tests::findings(compiled) == c.want);
}

TEST_CASE("names that mean nothing where they stand", "[compiler]") {
  check(GENERATE(values<Case>({
      {"an unknown variable", "events: {a: t}\npattern: a -> bb\nwithin: 1h", {"E0302 `bb`"}},
      {"an unused variable", "events: {a: t, b: t}\npattern: a\n", {"E0315 `b`"}},
      {"a variable twice is none", "events: {a: t}\npattern: a -> a\nwithin: 1h", {}},
      {"an event as a value",
       "events: {a: t, b: t where x == a}\npattern: a -> b\nwithin: 1h",
       {"E0305 `a`"}},
      {"an index that is no number",
       "events:\n  a: t\n  b: t where a[x].y > 1\npattern: a -> b\nwithin: 1h",
       {"E0305 `x`"}},
      {"a negative place in a list", "events:\n  a: t where x[-1] > 1\npattern: a", {"E0305 `-1`"}},
      {"an unknown function", "events: {a: t where lowr(x) == 'y'}\npattern: a", {"E0304 `lowr`"}},
      {"a bare name in a message",
       "key: k\nevents: {a: t}\npattern: a\non match: {message: '{x}'}",
       {"E0303 `x`"}},
      {"the key in a message is none",
       "key: k\nevents: {a: t}\npattern: a\non match: {message: '{k} {time}'}",
       {}},
      {"a computed key in a message is none",
       "key: lower(k)\nevents: {a: t}\npattern: a\non match: {message: '{lower(k)}'}",
       {}},
      {"a bare name in having", "events: {a: t}\nwindow: sliding 1h\nhaving: x > count(a)", {"E0303 `x`"}},
      {"an aggregate of no variable",
       "events: {a: t}\nwindow: sliding 1h\nhaving: sum(x) > 1",
       {"E0303 `x`"}},
      {"this without an event",
       "events: {a: t}\npattern: a\non match: {message: '{this.x}'}",
       {"E0303 `this`"}},
      {"from leaves a type out", "from: [u]\nevents: {a: t}\npattern: a", {"E0314 `t`"}},
      {"any of what is seen", "from: [t]\nevents: {a: any}\npattern: a", {}},
      {"a key that is the same for all", "key: [k, 5]\nevents: {a: t}\npattern: a", {"E0316 `5`"}},
      {"prior in a message",
       "events: {a: t}\npattern: a\non match: {message: '{prior.x}'}",
       {"E0303 `prior`"}},
      {"prior in an aggregate",
       "events: {a: t where sum(a.x - prior.x) > 1}\npattern: a{2}\nwithin: 1h",
       {"E0303 `prior`"}},
      {"prior in a key", "key: prior.x\nevents: {a: t}\npattern: a", {"E0303 `prior`"}},
      {"too far back", "events:\n  a: t where prior[101].x > 1\npattern: a", {"E0305 `101`"}},
      {"not back at all", "events:\n  a: t where prior[0].x > 1\npattern: a", {"E0305 `0`"}},
      {"prior by itself", "events: {a: t where prior > 1}\npattern: a", {"E0305 `prior`"}},
      {"a variable without a key",
       "key: {a: k}\nevents: {a: t, b: u}\npattern: a -> b\nwithin: 1h",
       {"E0317 `b`"}},
      {"the key of no variable",
       "key: {a: k, bb: j, b: j}\nevents: {a: t, b: u}\npattern: a -> b\nwithin: 1h",
       {"E0302 `bb`"}},
      {"keys of different lengths",
       "key: {a: [k, l], b: j}\nevents: {a: t, b: u}\npattern: a -> b\nwithin: 1h",
       {"E0318 `b`"}},
      {"what has no key is not seen",
       "key: {a: k, b: j}\nfrom: any\nevents: {a: t, b: u}\npattern: a -> b\nwithin: 1h",
       {"E0319 `any`"}},
      {"a key for each variable",
       "key: {a: [k, l], b: [j, l]}\nevents: {a: t, b: u}\npattern: a -> b\nwithin: 1h\non match: {message: "
       "'{k}'}",
       {}},
      {"cancel by no variable",
       "events: {a: t, bye: u}\npattern: a\ncancel: by",
       {"E0315 `bye`", "E0302 `by`"}},
      {"a variable of cancel alone is used",
       "events: {a: t, x: u where k == a.k}\npattern: a\ncancel: x",
       {}},
      {"a skip to what is not taken",
       "events: {a: t, b: u}\npattern: a -> not b\nwithin: 1h\nafter match: skip to first b",
       {"E0302 `b`"}},
  })));
}

TEST_CASE("events that cannot have been taken yet", "[compiler]") {
  check(GENERATE(values<Case>({
      {"taken later", "events: {a: t where x == b.x, b: t}\npattern: a -> b\nwithin: 1h", {"E0401 `b.x`"}},
      {"itself, taken once", "events: {a: t where a.x > 1}\npattern: a", {"E0401 `a.x`"}},
      {"itself, repeated", "events: {a: t where x > a.x}\npattern: a{2}\nwithin: 1h", {}},
      {"itself, at two places", "events: {a: t where x > a.x}\npattern: a -> a\nwithin: 1h", {}},
      {"on the other branch",
       "events: {a: t, b: t, c: t where x == b.x}\npattern: a -> (b | c)\nwithin: 1h",
       {"E0401 `b.x`"}},
      {"on one of two branches",
       "events: {a: t, b: t, c: t where x == b.x}\npattern: (a | b) -> c\nwithin: 1h",
       {}},
      {"what is absent",
       "events: {a: t, n: t, b: t where x == n.x}\npattern: a -> not n -> b\nwithin: 1h",
       {"E0401 `n.x`"}},
      {"an absence looks back",
       "events: {a: t, n: t where x == a.x, b: t}\npattern: a -> not n -> b\nwithin: 1h",
       {}},
      {"in a timeout, the last",
       "events: {a: t, b: t}\npattern: a -> b\nwithin: 1h\non timeout: {message: '{a.x} {b.x}'}",
       {"E0401 `b.x`"}},
      {"count counts too",
       "events: {a: t where count(b) > 1, b: t}\npattern: a -> b\nwithin: 1h",
       {"E0401 `b`"}},
      {"in a window",
       "events: {a: t where count(a) > 1}\nwindow: sliding 1h\nhaving: count(a) > 1",
       {"E0402 `a`"}},
  })));
}

TEST_CASE("types that do not go together", "[compiler]") {
  struct Condition {
    const char* condition;
    Findings want;
  };
  const auto c = GENERATE(values<Condition>({
      {"x == 'a'", {}},
      {"'a' == 1", {"E0502 `==`"}},
      {"time > 5", {"E0502 `>`"}},
      {"type == 5", {"E0502 `==`"}},
      {"x == null", {"E0502 `==`"}},
      {"time - time < 5m", {}},
      {"time - time < 5", {"E0502 `<`"}},
      {"time + time > time", {"E0503 `+`"}},
      {"'a' + x == 'ab'", {"E0503 `+`"}},
      {"not 5", {"E0501 `5`"}},
      {"x", {}},
      {"x + 1", {"E0501 `x + 1`"}},
      {"x and 'a'", {"E0501 `'a'`"}},
      {"len(5) > 1", {"E0501 `5`"}},
      {"len(x, y) > 1", {"E0504 `len(x, y)`"}},
      {"-'a' == x", {"E0501 `'a'`"}},
      {"x in [1, 2]", {}},
      {"type in [1, 'a']", {"E0502 `1`"}},
      {"x in y", {"E0505 `y`"}},
      {"[1] == x", {"E0502 `==`"}},
      {"x between 1 and 2", {}},
      {"1 between x and 'b'", {"E0502 `'b'`"}},
      {"x like y", {"E0506 `y`"}},
      {"x matches 'a('", {"E0507 `'a('`"}},
      {"x contains 5", {"E0501 `5`"}},
      {"case when x then 1 else 2 end > 1", {}},
      {"case when 1 then 1 else 2 end > 1", {"E0501 `1`"}},
      {"sum(sum(a.x)) > 1", {"E0508 `sum(a.x)`"}},
      {"sum('x') > 1", {"E0501 `'x'`"}},
  }));
  CAPTURE(c.condition);
  auto compiled = tests::compile_texts(
      {fmt::format("rule: r\nevents:\n  a: t\n  b: t where {}\npattern: a -> b\nwithin: 1h\n", c.condition)});
  CHECK(tests::findings(compiled) == c.want);
}

TEST_CASE("patterns that say nothing, or nothing that can be run", "[compiler]") {
  struct Pattern {
    const char* pattern;  // over x y z of types of their own and n, within 1h
    Findings want;
  };
  const auto c = GENERATE(values<Pattern>({
      {"x -> y -> z -> not n", {}},
      {"x -> y -> z => not n", {}},
      {"not n -> x -> y -> z", {"E0601 `not n`"}},
      {"(not n -> x) -> y -> z", {"E0601 `not n`"}},
      {"x? -> not n -> y -> z", {"E0601 `x? -> not n -> y -> z`"}},
      {"not n for 5m -> x -> y -> z", {}},
      {"not n for 5m -> x | y -> z", {}},
      {"not n for 0s -> x -> y -> z", {"E0605 `0s`"}},
      {"x -> not n for 5m -> y -> z", {"E0609 `5m`"}},
      {"x -> y -> z -> not n for 5m", {"E0609 `5m`"}},
      {"not n for 5m => x -> y -> z", {"E0610 `=>`"}},
      {"not n for 5m ->[5s] x -> y -> z", {"E0610 `[5s]`"}},
      {"x -> y -> z | not n for 5m", {"E0602 `x -> y -> z | not n for 5m`"}},
      {"x -> y -> z | not n for 5m -> x?", {"E0602 `x -> y -> z | not n for 5m -> x?`"}},
      {"x -> y -> not n -> z?", {"E0602 `x -> y -> not n -> z?`"}},
      {"x -> y ->[5m] not n -> z", {"E0603 `[5m]`"}},
      {"x -> y ~> not n -> z", {"E0604 `~>`"}},
      {"x ->[0s] y -> z -> not n", {"E0605 `[0s]`"}},
      {"x{20000} -> y -> z -> not n", {"E0607 `{20000}`"}},
      {"x -> (y?){2000} -> z -> n", {"E0607 `x -> (y?){2000} -> z -> n`"}},
      {"x{6000} -> y{6000} -> z -> not n", {"E0607 `x{6000} -> y{6000} -> z -> not n`"}},
      {"(x | y | z)? -> n", {}},
      {"x -> (y{200} | z){200} -> n", {"E0607 `{200}`"}},
      {"x -> (y{20}){600} -> z -> n", {"E0607 `{600}`"}},
      {"(x{320} & y & z & n & x & y)", {"E0607 `(x{320} & y & z & n & x & y)`"}},
      {"x & y & z & n & x & y & z & n & x", {"E0608 `x & y & z & n & x & y & z & n & x`"}},
      {"x -> (y ->[5m] not n){2} -> z", {"E0603 `[5m]`"}},
      {"x -> (y ->[5m] not n) & z", {"E0603 `[5m]`"}},
      {"x -> (y -> not n)+ -> z?", {"E0602 `x -> (y -> not n)+ -> z?`"}},
      {"x & (not n -> y) -> z", {"E0601 `not n`"}},
      {"(not n -> x)* -> y -> z", {"E0601 `not n`"}},
      {"x -> y => not n -> z", {}},
      {"x -> (y | not n -> z)", {}},
      {"x ->[5s..10m] y -> z -> not n", {}},
      {"x -> y -> not (n | z)", {}},
      {"x & y -> z -> not n", {}},
      {"x*+ -> y -> z -> not n", {}},
      {"x+ any -> y -> z -> not n", {}},
      {"x+ until n -> y -> z", {}},
      {"x* -> y* -> z* -> n*", {"W0103 `x* -> y* -> z* -> n*`"}},
  }));
  CAPTURE(c.pattern);
  auto compiled = tests::compile_texts(
      {fmt::format("rule: r\nevents: {{x: a, y: b, z: c, n: d}}\npattern: {}\nwithin: 1h\n", c.pattern)});
  CHECK(tests::findings(compiled) == c.want);
}

TEST_CASE("a pattern has limits", "[compiler]") {
  std::string branches = "a";
  for (int i = 0; i < 64; ++i) branches += " | a";
  auto compiled = tests::compile_texts({fmt::format("rule: r\nevents: {{a: t}}\npattern: {}\n", branches)});
  CHECK(tests::findings(compiled) == Findings{fmt::format("E0607 `{}`", branches)});

  std::string events;
  for (int i = 0; i < 65; ++i) events += fmt::format("  v{}: t\n", i);
  compiled = tests::compile_texts(
      {fmt::format("rule: r\nevents:\n{}window: sliding 1h\nhaving: count(v0) > 1\n", events)});
  CHECK(tests::findings(compiled) == Findings{"E0313 `v64`"});
}

TEST_CASE("time limits that are missing", "[compiler]") {
  check(GENERATE(values<Case>({
      {"an absence", "events: {a: t, b: u}\npattern: a -> not b", {"E0602 `a -> not b`"}},
      {"an absence with a gap", "events: {a: t, b: u}\npattern: a ->[1h] not b", {}},
      {"an absence in a session", "events: {a: t, b: u}\nwindow: session 1h\npattern: a -> not b", {}},
      {"a timeout",
       "events: {a: t, b: u}\npattern: a -> b\non timeout:\n  message: m",
       {"E0701 `message: m`"}},
      {"a run", "events: {a: t, b: u}\npattern: a -> b", {"W0101 `a -> b`"}},
      {"a run with a gap", "events: {a: t, b: u}\npattern: a ->[1h] b", {}},
      {"one event", "events: {a: t}\npattern: a", {}},
      {"forks", "events: {a: t, b: u}\npattern: a ~> b\nafter match: no skip", {"W0102 `a ~> b`"}},
      {"within nothing", "events: {a: t}\npattern: a\nwithin: 0s", {"E0605 `0s`"}},
      {"a skip that may find nothing",
       "events: {a: t, b: u}\npattern: a? -> b\nwithin: 1h\nafter match: skip to last a",
       {"W0104 `a`"}},
  })));
}

TEST_CASE("what is emitted and nobody can see", "[compiler]") {
  const auto found = [](const std::string& emits, const std::string& sees) {
    auto compiled = tests::compile_texts({"rule: low\nevents: {a: t}\npattern: a\n" + emits,
                                          "rule: high\nevents: {a: " + sees + "}\npattern: a"});
    return tests::findings(compiled);
  };
  CHECK(found("emit to: door_alert", "door_alert").empty());
  CHECK(found("emit to: door_alert", "door_alrt") == Findings{"W0108 `door_alert`"});
  CHECK(found("on match: {emit to: door_alert}", "door_alrt") == Findings{"W0108 `door_alert`"});
  CHECK(found("emit to: door_alert", "any").empty());
  CHECK(found("emit to: door_alert", "window").empty());
  CHECK(found("on match: none\nemit to: door_alert", "door_alert") == Findings{"W0107 `door_alert`"});
}

TEST_CASE("windows, and settings that do not go with them", "[compiler]") {
  check(GENERATE(values<Case>({
      {"no having", "events: {a: t}\nwindow: sliding 1h", {"E0703 `sliding 1h`"}},
      {"empty", "events: {a: t}\nwindow: tumbling 0s\nhaving: count(a) > 1", {"E0702 `tumbling 0s`"}},
      {"no events", "events: {a: t}\nwindow: count 0\nhaving: count(a) > 1", {"E0702 `count 0`"}},
      {"too many at once",
       "events: {a: t}\nwindow: hopping 1h every 1ms\nhaving: count(a) > 1",
       {"E0702 `hopping 1h every 1ms`"}},
      {"within", "events: {a: t}\nwindow: sliding 1h\nhaving: count(a) > 1\nwithin: 1h", {"E0706 `1h`"}},
      {"having with a pattern", "events: {a: t}\npattern: a\nhaving: count(a) > 1", {"E0706 `count(a) > 1`"}},
      {"a sliding window never closes",
       "events: {a: t}\nwindow: sliding 1h\nhaving: count(a) > 1\nemit: close",
       {"E0706 `close`"}},
      {"others do", "events: {a: t}\nwindow: session 1h\nhaving: count(a) > 1\nemit: close", {}},
      {"a sliding window with first",
       "events: {a: t}\nwindow: sliding 1h\nhaving: count(a) > 1\nemit: first",
       {}},
      {"no events", "events: {a: t}\npattern: a\nwithin: 0 events", {"E0605 `0 events`"}},
      {"preferred and no skip",
       "events: {a: t}\npattern: a+\nwithin: 1h\nemit: preferred\nafter match: no skip",
       {"E0707 `preferred`"}},
      {"preferred and all",
       "events: {a: t}\npattern: a+\nwithin: 1h\nemit: preferred\nreport: all",
       {"E0707 `preferred`"}},
      {"preferred of a window",
       "events: {a: t}\nwindow: sliding 1h\nhaving: count(a) > 1\nemit: preferred",
       {"E0706 `preferred`"}},
      {"suppress nothing", "events: {a: t}\npattern: a\nsuppress: 0s", {"E0605 `0s`"}},
      {"a pattern in a window",
       "events: {a: t, b: t}\npattern: a -> not b\nwindow: tumbling 1d\noffset: 6h\ntimezone: UTC",
       {}},
      {"count or time", "events: {a: t}\nwindow: count 5 or 1m\nhaving: first(a).x < a[-2].x", {}},
      {"an offset of a session",
       "events: {a: t}\nwindow: session 1h\nhaving: count(a) > 1\noffset: 6h",
       {"E0706 `6h`"}},
      {"a time zone without a window", "events: {a: t}\npattern: a\ntimezone: UTC", {"E0706 `UTC`"}},
      {"no such time zone",
       "events: {a: t}\nwindow: tumbling 1d\nhaving: count(a) > 1\ntimezone: Europe/Atlantis",
       {"E0510 `Europe/Atlantis`"}},
      {"an offset that is none",
       "events: {a: t}\nwindow: tumbling 1d\nhaving: count(a) > 1\noffset: 6",
       {"E0201 `6`"}},
      {"emit with a pattern", "events: {a: t}\npattern: a\nemit: each", {"E0706 `each`"}},
      {"runs, report and cancel of a window",
       "events: {a: t}\nwindow: sliding 1h\nhaving: count(a) > 1\nruns: first\nreport: all\ncancel: a",
       {"E0706 `first`", "E0706 `all`", "E0706 `a`"}},
      {"having is no condition",
       "events: {a: t}\nwindow: sliding 1h\nhaving: count(a)",
       {"E0501 `count(a)`"}},
  })));
}

TEST_CASE("late events", "[compiler]") {
  check(GENERATE(values<Case>({
      {"dropped", "events: {a: t}\npattern: a\nlate: drop", {}},
      {"applied", "events: {a: t}\npattern: a\nlate: apply\nallowed lateness: 1h", {}},
      {"applied without a bound", "events: {a: t}\npattern: a\nlate: apply", {"E0708 `apply`"}},
      {"a bound of nothing", "events: {a: t}\npattern: a\nlate: apply\nallowed lateness: 0s", {"E0605 `0s`"}},
      {"a bound for nothing", "events: {a: t}\npattern: a\nallowed lateness: 1h", {"E0706 `1h`"}},
      {"a bound that is none",
       "events: {a: t}\npattern: a\nlate: apply\nallowed lateness: soon",
       {"E0708 `soon`"}},
      {"misspelt", "events: {a: t}\npattern: a\nlate: aply", {"E0708 `aply`"}},
      {"a stream of them", "events: {a: t}\npattern: a\nlate: stream x", {}},
      {"a stream without a name", "events: {a: t}\npattern: a\nlate: stream", {"E0708 `stream`"}},
      {"a stream of any", "events: {a: t}\npattern: a\nlate: stream any", {"E0320 `stream any`"}},
      {"a stream that the rule would see itself",
       "from: any\nevents: {a: t}\npattern: a\nlate: stream x",
       {"E0708 `stream x`"}},
      {"what other rules see",
       "events: {a: t}\npattern: a\nemit to: x\nlate: apply\nallowed lateness: 1h",
       {"E0708 `apply`"}},
  })));
}

TEST_CASE("late events of what does not come from the input", "[compiler]") {
  const std::string late = "late: apply\nallowed lateness: 1h\n";
  auto above =
      tests::compile_texts({"rule: a\nevents: {a: t}\npattern: a\nemit to: x\n---\n"
                            "rule: b\nevents: {x: x}\npattern: x\n" +
                            late});
  CHECK(tests::findings(above) == Findings{"E0708 `apply`"});
  auto table =
      tests::compile_texts({"tables: {rows: {from: put, key: k}}\n---\nrule: a\nkey: k\n"
                            "events: {a: 't where rows[k].v == 1'}\npattern: a\n" +
                            late});
  CHECK(tests::findings(table) == Findings{"E0708 `apply`"});
}

TEST_CASE("rows as of events long ago", "[compiler]") {
  auto sum = tests::compile_texts(
      {"tables: {rows: {from: put, key: k}}\n---\nrule: a\n"
       "events: {a: t, b: 'u where sum(rows[a.k].v) > 3'}\npattern: a+ -> b\nwithin: 1h\n"});
  CHECK(tests::findings(sum) == Findings{"E0334 `rows[a.k].v`"});
}

TEST_CASE("rules that see what they emit", "[compiler]") {
  check(GENERATE(values<Case>({
      {"another type", "events: {a: t}\npattern: a\nemit to: x", {}},
      {"its own", "events: {a: t}\npattern: a\nemit to: t", {"E0321 `t`"}},
      {"its own, of timeouts",
       "events: {a: t}\npattern: a -> a\nwithin: 1s\non timeout: {emit to: t}",
       {"E0321 `t`"}},
      {"every type", "events: {a: any}\npattern: a\non match: {emit to: x}", {"E0321 `x`"}},
      {"`any` as a type", "events: {a: t}\npattern: a\nemit to: any", {"E0320 `any`"}},
  })));
}

TEST_CASE("rules that see each other's alerts", "[compiler]") {
  const auto rule = [](const std::string& id, const std::string& sees, const std::string& emits) {
    return "rule: " + id + "\nevents: {a: " + sees + "}\npattern: a\nemit to: " + emits + "\n---\n";
  };
  auto circle = tests::compile_texts({rule("a", "z", "x") + rule("b", "x", "y") + rule("c", "y", "z")});
  CHECK(tests::findings(circle) == Findings{"E0321 `x`"});
  CHECK(circle.diagnostics.all().front().message ==
        "rules go round in a circle: `a` emits `x`, which `b` sees; `b` emits `y`, which `c` sees; `c` emits "
        "`z`, "
        "which `a` sees");
  auto line = tests::compile_texts({rule("c", "y", "z") + rule("a", "w", "x") + rule("b", "x|w", "y")});
  REQUIRE(line.rules);
  CHECK(line.rules->programs[0]->level == 0);
  CHECK(line.rules->programs[1]->level == 1);
  CHECK(line.rules->programs[2]->level == 2);
  std::string chain;
  for (std::size_t i = 0; i <= patterns::kLevelsMax; ++i)
    chain += rule(fmt::format("r{:02}", i), fmt::format("t{}", i), fmt::format("t{}", i + 1));
  auto deep = tests::compile_texts({chain});
  CHECK(tests::findings(deep) == Findings{fmt::format("E0321 `t{}`", patterns::kLevelsMax + 1)});
}

TEST_CASE("lists and macros", "[compiler]") {
  struct Shared {
    const char* declarations;
    const char* condition;
    Findings want;
  };
  const auto c = GENERATE(values<Shared>({
      {"lists: {l: [1, 2]}", "x in l", {}},
      {"lists: {l: [1, 2]}", "x in ll", {"E0505 `ll`"}},
      {"lists: {l: [1, 2]}", "l == 1", {"E0307 `l`"}},
      {"lists: {l: {file: missing.txt}}", "x in l", {"E0310 `missing.txt`"}},
      {"macros: {m: \"x > 5\"}", "m and y", {}},
      {"macros: {m: \"x > 5\"}", "m.z > 5", {"E0307 `m.z`"}},
      {"macros: {m: \"m\"}", "m", {"E0308 `m`"}},
      {"macros: {m: \"n\", n: \"m\"}", "m", {"E0308 `m`"}},
      {"macros: {m: \"'a' > 5\"}", "m and m", {"E0502 `>`"}},
      {"macros: {m: x}\nlists: {m: [1]}", "y", {"E0301 `m`"}},
  }));
  CAPTURE(c.declarations, c.condition);
  auto compiled = tests::compile_texts(
      {c.declarations, fmt::format("rule: r\nevents:\n  a: t where {}\npattern: a\n", c.condition)});
  CHECK(tests::findings(compiled) == c.want);
}

TEST_CASE("all errors of all rules come at once, and two rules of one id are one of them", "[compiler]") {
  auto compiled = tests::compile_texts({"rule: a\nevents: {x: t where 'a' > 5}\npattern: x -> y\n",
                                        "rule: b\nevents: {x: t where not 5}\npattern: x\n",
                                        "rule: b\nevents: {x: t}\npattern: x\n"});
  CHECK_FALSE(compiled.rules.has_value());
  CHECK(tests::findings(compiled) == Findings{"E0301 `b`", "E0502 `>`", "E0302 `y`", "E0501 `5`"});
}

}  // namespace
}  // namespace tocsin
