/// Expressions over events taken before: picks from both ends, sets, `match`, collected lists.

#include "tests/support/catch.h"
#include "tests/support/compiled.h"
#include "tests/support/letters.h"

namespace tocsin::tests {
namespace {

TEST_CASE("events taken, from both ends, and aggregates over them", "[runtime][evaluator]") {
  struct Case {
    const char* field;  // of a match of a{3} -> b, sets {any: [a, b]}
    const char* want;
  };
  const auto c = GENERATE(values<Case>({
      {"first(a).v", "5"},
      {"last(a).v", "3"},
      {"a.v", "3"},
      {"a[0].v", "5"},
      {"a[1].v", "4"},
      {"a[2].v", "3"},
      {"a[3].v", "null"},
      {"a[-1].v", "3"},
      {"a[-3].v", "5"},
      {"a[-4].v", "null"},
      {"every.v", "9"},
      {"first(every).v", "5"},
      {"every[-2].v", "3"},
      {"count(every)", "4"},
      {"sum(every.v)", "21"},
      {"sum(every.v * 2)", "42"},
      {"match.v", "9"},
      {"first(match).v", "5"},
      {"match[2].v", "3"},
      {"count(match)", "4"},
      {"max(match.v)", "9"},
      {"match.type", "\"b\""},
      {"match.time - first(match).time", "\"3s\""},
      {"collect(a.v)", "[5,4,3]"},
      {"collect(match.v)", "[5,4,3,9]"},
      {"collect(a.w)", "null"},
      {"collect(a.v)[-1]", "3"},
      {"len(collect(a.v))", "3"},
      {"4 in collect(a.v)", "true"},
      {"b.v in collect(a.v)", "false"},
  }));
  CAPTURE(c.field);
  const std::string rule =
      std::string{"rule: r\nevents: {a: a, b: b}\nsets: {every: [a, b]}\npattern: a{3} -> b\nwithin: 1h\n"} +
      "on match: {fields: {f: \"" + c.field + "\"}}\n";
  const std::string got = run_letters(rule, "a=5 a=4 a=3 b=9");
  CHECK(got.substr(got.find('{')) == std::string{"{f="} + c.want + "}");
}

TEST_CASE("conditions on what was taken so far", "[runtime][evaluator]") {
  struct Case {
    const char* says;
    const char* condition;  // of b in a? -> c+ -> b
    const char* events;
    const char* want;
  };
  const auto c = GENERATE(values<Case>({
      {"a set's last event", "v > some.v", "a=1 c=5 b=4 b=6", "match(a0 c1 b3)"},
      {"match is the same here", "v > match.v", "a=1 c=5 b=4 b=6", "match(a0 c1 b3)"},
      {"match by number", "v == match[0].v", "a=1 c=5 b=4 b=1", "match(a0 c1 b3)"},
      {"a list of what came", "v in collect(some.v)", "a=1 c=5 b=4 b=5", "match(a0 c1 b3)"},
      {"sums of a set", "v == sum(some.v)", "a=1 c=5 b=4 b=6", "match(a0 c1 b3)"},
      {"one of a set may be missing", "v == sum(some.v)", "c=2 c=2 b=4", "match(c0 c1 b2)"},
  }));
  CAPTURE(c.says);
  const std::string rule = std::string{"rule: r\nevents:\n  a: a\n  c: c\n  b: b where "} + c.condition +
                           "\nsets: {some: [a, c]}\npattern: a? -> c+ -> b\nwithin: 1h\n";
  CHECK(run_letters(rule, c.events) == c.want);
}

TEST_CASE("lists and sets over windows", "[runtime][evaluator]") {
  struct Case {
    const char* window;
    const char* field;
    const char* events;
    const char* want;  // of the last alert
  };
  const auto c = GENERATE(values<Case>({
      {"sliding 3s", "collect(a.v)", "a=1 a=2 a=3 a=4 a=5", "[3,4,5]"},
      {"sliding 3s", "collect(a.v)", "a=one a=two a=three a=four", R"(["two","three","four"])"},
      {"sliding 2s", "collect(every.v)", "a=1 b=x a=3", R"(["x",3])"},
      {"count 3", "collect(a.v)", "a=1 a a=3", "[1,3]"},
      {"tumbling 10s", "sum(every.v)", "a=1 b=2 a=3", "6"},
      {"tumbling 10s", "count(match)", "a=1 b=2 a=3", "3"},
      {"tumbling 10s", "every.v", "a=1 b=2", "2"},
      {"tumbling 10s", "distinct(every.v)", "a=1 b=1 a=3", "2"},
  }));
  CAPTURE(c.window, c.field);
  const std::string rule =
      std::string{"rule: r\nevents: {a: a, b: b}\nsets: {every: [a, b]}\nwindow: "} + c.window +
      "\nhaving: count(every) > 0\nemit: each\non match: {fields: {f: " + c.field + "}}\n";
  const std::string got = run_letters(rule, c.events);
  CHECK(got.substr(got.rfind("{f=")) == std::string{"{f="} + c.want + "}");
}

TEST_CASE("skipping to an event of a set", "[runtime][evaluator]") {
  const std::string rule =
      "rule: r\nevents: {a: a, b: b, c: c}\nsets: {mid: [b, c]}\npattern: a -> (b | c) -> a\nwithin: 1h\n"
      "after match: skip to last mid\n";
  CHECK(run_letters(rule, "a b a c a") == "match(a0 b1 a2) match(a2 c3 a4)");
}

TEST_CASE("sets and `match` where they cannot be", "[compiler]") {
  struct Case {
    const char* rule;
    std::vector<std::string> want;
  };
  const auto c = GENERATE(values<Case>({
      {"events: {a: t}\npattern: a\nsets: {s: [a, z]}", {"E0302 `z`"}},
      {"events: {a: t, b: u}\npattern: a -> b\nwithin: 1h\nsets: {b: [a]}", {"E0301 `b`"}},
      {"events: {a: t where x > match.x}\npattern: a", {"E0401 `match.x`"}},
      {"key: match.x\nevents: {a: t}\npattern: a", {}},
      {"events: {a: t, b: u where x > s.x}\npattern: b -> a\nwithin: 1h\nsets: {s: [a, b]}", {"E0401 `s.x`"}},
      {"events: {a: t}\npattern: a\non match: {fields: {f: match}}", {"E0305 `match`"}},
      {"events: {a: t, b: u}\npattern: a -> b\nwithin: 1h\nsets: {s: [a]}\non match: {fields: {f: sum(s.x * "
       "b.x)}}",
       {"E0508 `b.x`"}},
      {"events: {a: t}\npattern: a\non match: {fields: {f: \"max(split(a.x, ','))\"}}",
       {"E0501 `split(a.x, ',')`"}},
      {"events: {a: t}\nwindow: sliding 1h\nhaving: count(a) > 1\non match: {fields: {f: match.x, g: "
       "first(match).x}}",
       {}},
      {"events: {a: t, b: u, c: v}\npattern: a -> (b | c)\nwithin: 1h\nsets: {s: [b, c]}\nafter match: skip "
       "to last s",
       {}},
      {"events: {a: t, b: u, c: v}\npattern: a -> (b | c)\nwithin: 1h\nafter match: skip to last b",
       {"W0104 `b`"}},
  }));
  CAPTURE(c.rule);
  auto compiled = compile_texts({std::string{"rule: r\n"} + c.rule + "\n"});
  CHECK(findings(compiled) == c.want);
}

}  // namespace
}  // namespace tocsin::tests
