#include "tests/support/catch.h"
#include "tests/support/compiled.h"

#include <fmt/format.h>

namespace tocsin {
namespace {

using patterns::AfterMatch;

std::string version_of(const std::string& rule) {
  const auto compiled = tests::compile_texts({rule});
  CAPTURE(rule);
  REQUIRE(compiled.rules);
  return compiled.program().version;
}

TEST_CASE("a version changes with what matches, and with nothing else", "[compiler]") {
  const std::string base = "rule: r\nkey: k\nevents: {a: t where x > 1, b: u}\npattern: a -> b\nwithin: 1h\n";
  const std::string version = version_of(base);
  CHECK(version.size() == 16);
  SECTION("the same") {
    CHECK(version_of(base + "title: T\nseverity: high\ntags: [x]\nowner: o\n") == version);
    CHECK(version_of(base + "on match: {message: m, fields: {f: a.x}}\n") == version);
    CHECK(version_of("rule: r\nkey: k\nevents: {a: t where x>1, b: u}\npattern: a->b\nwithin: 60m\n") ==
          version);
  }
  SECTION("another") {
    const auto other = GENERATE(values<const char*>({
        "rule: r\nkey: j\nevents: {a: t where x > 1, b: u}\npattern: a -> b\nwithin: 1h\n",
        "rule: r\nkey: k\nevents: {a: t where x > 2, b: u}\npattern: a -> b\nwithin: 1h\n",
        "rule: r\nkey: k\nevents: {a: t where x > 1, b: v}\npattern: a -> b\nwithin: 1h\n",
        "rule: r\nkey: k\nevents: {a: t where x > 1, b: u}\npattern: a => b\nwithin: 1h\n",
        "rule: r\nkey: k\nevents: {a: t where x > 1, b: u}\npattern: a -> b\nwithin: 2h\n",
        "rule: r\nkey: k\nfrom: any\nevents: {a: t where x > 1, b: u}\npattern: a -> b\nwithin: 1h\n",
        "rule: r\nkey: k\nevents: {a: t where x > 1, b: u}\npattern: a -> b\nwithin: 1h\nafter match: no "
        "skip\n",
        "rule: r\nkey: k\nevents: {a: t where x > 1, b: u}\npattern: a -> b\nwithin: 1h\non timeout: "
        "{message: m}\n",
    }));
    CHECK(version_of(other) != version);
  }
  SECTION("whatever other rules stand beside it") {
    const auto two = tests::compile_texts({"rule: a\nevents: {z: w|u where x > 3}\npattern: z\n", base});
    REQUIRE(two.rules);
    CHECK(two.program(1).id == "r");
    CHECK(two.program(1).version == version);
  }
}

TEST_CASE("programs come by rule id, whatever the order of files", "[compiler]") {
  const std::vector<std::string> texts{
      "rule: b\nevents: {x: t2}\npattern: x\n---\nrule: a\nevents: {x: t1}\npattern: x\n",
      "rule: a-b\nevents: {x: t0}\npattern: x\n"};
  const auto forwards = tests::compile_texts(texts);
  const auto backwards = tests::compile_texts({texts[1], texts[0]});
  REQUIRE(forwards.rules);
  REQUIRE(backwards.rules);
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < forwards.rules->programs.size(); ++i) {
    ids.push_back(forwards.program(i).id);
    CHECK(forwards.program_text(i) == backwards.program_text(i));
  }
  CHECK(ids == std::vector<std::string>{"a", "a-b", "b"});
}

TEST_CASE("where matching goes on after a match, unless the rule says", "[compiler]") {
  struct Case {
    const char* rule;
    AfterMatch want;
  };
  const auto c = GENERATE(values<Case>({
      {"pattern: a -> b", AfterMatch::skip_past_last_event},
      {"pattern: a -> b\non timeout: {message: m}", AfterMatch::skip_to_next_event},
      {"pattern: a -> b\non timeout: none", AfterMatch::skip_past_last_event},
      {"pattern: a -> not b", AfterMatch::skip_to_next_event},
      {"pattern: a | a -> not b", AfterMatch::skip_to_next_event},
      {"pattern: a -> not b -> a", AfterMatch::skip_past_last_event},
      {"pattern: a -> b\nafter match: no skip", AfterMatch::no_skip},
      {"pattern: a -> b\nafter match: skip to last b", AfterMatch::skip_to_last},
  }));
  CAPTURE(c.rule);
  const auto compiled =
      tests::compile_texts({fmt::format("rule: r\nevents: {{a: t, b: u}}\nwithin: 1h\n{}\n", c.rule)});
  REQUIRE(compiled.rules);
  CHECK(compiled.program().after_match == c.want);
  CHECK(compiled.program().skip_to == (c.want == AfterMatch::skip_to_last ? 2u : 0u));
}

TEST_CASE("conditions are cut into what the event shows by itself and the rest", "[compiler]") {
  struct Case {
    const char* condition;  // of b in a+ -> b
    const char* own;
    const char* run;
  };
  const auto c = GENERATE(values<Case>({
      {"x > 1", "x > 1", ""},
      {"x > a.x", "", "x > a.x"},
      {"x > 1 and x > a.x and type == 't'", "(x > 1) and (type == 't')", "x > a.x"},
      {"x > 1 or x > a.x", "", "(x > 1) or (x > a.x)"},
      {"count(a) > 2 and first(a).geo.c == geo.c", "", "(count(a) > 2) and (first(a).geo.c == geo.c)"},
      {"a[0].x > 1 and a[-1].time < time", "", "(a[0].x > 1) and (a[-1].time < time)"},
      {"this.a > 1 and this.time > 1", "(this.a > 1) and (this.time > 1)", ""},
      {"items[0].sku == 'k'", "items[0].sku == 'k'", ""},
      {"not (x in [2, 1, 2])", "not (x in [1, 2])", ""},
      {"x in [a.x, 1]", "", "x in [a.x, 1]"},
      {"x not in [1]", "exists(x) and (not (x in [1]))", ""},
      {"name contains_i 'A' and name like_i 'b*'", "(name contains_i 'A') and (name like_i 'b*')", ""},
      {"lower(x) matches '^a'", "lower(x) matches '^a'", ""},
      {"-x < -1.5 and y between 1 and 2.0", "((-x) < -1.5) and (y between 1 and 2.0)", ""},
      {"sum(a.x * a.y) / 2 > pow(x, 2)", "", "(sum(a.x * a.y) / 2) > pow(x, 2)"},
      {"case when x then 1 else y end == 1", "case when x then 1 else y end == 1", ""},
      {"time - first(a).time <= 2m", "", "(time - first(a).time) <= 2m"},
  }));
  CAPTURE(c.condition);
  const auto compiled = tests::compile_texts({fmt::format(
      "rule: r\nevents:\n  a: t\n  b: u where {}\npattern: a+ -> b\nwithin: 1h\n", c.condition)});
  REQUIRE(compiled.rules);
  const auto& program = compiled.program();
  const auto text = [&](patterns::ExpressionId id) {
    return id ? to_string(program, id, *compiled.rules->schema) : std::string{};
  };
  CHECK(text(program.variables[1].own_condition) == c.own);
  CHECK(text(program.variables[1].run_condition) == c.run);
}

TEST_CASE("events carry the attributes that some rule reads of their type", "[compiler]") {
  const auto compiled =
      tests::compile_texts({"rule: r\nkey: k\n"
                            "events:\n  a: t where x > 1\n  b: u where y == a.z\n"
                            "pattern: a -> b\nwithin: 1h\n"
                            "on match: {message: '{a.m}'}\n"});
  REQUIRE(compiled.rules);
  const Schema& schema = *compiled.rules->schema;
  const auto read_of = [&](const char* type) {
    std::set<std::string> out;
    for (const AttributeId id : schema.layout(schema.find_type(type)).attributes)
      out.insert(to_string(schema.path(id)));
    return out;
  };
  CHECK(read_of("t") == std::set<std::string>{"k", "m", "x", "z"});
  CHECK(read_of("u") == std::set<std::string>{"k", "y"});
  CHECK(schema.layout(schema.find_type("t")).kept == 2);  // m, z
  CHECK(schema.layout(schema.find_type("u")).kept == 0);
}

TEST_CASE("one macro serves the rules of every file", "[compiler]") {
  const auto compiled =
      tests::compile_texts({"macros: {big: \"amount > limit_of\", limit_of: \"100\"}\nlists: {l: [1]}\n",
                            "rule: r\nevents: {a: t where big and this.big and x in l}\npattern: a\n"});
  REQUIRE(compiled.rules);
  CHECK(compiled.program_text().find("(amount > 100)") != std::string::npos);
  CHECK(compiled.program_text().find("x in [1]") != std::string::npos);
}

TEST_CASE("warnings go into the program too", "[compiler]") {
  const auto compiled = tests::compile_texts({"rule: r\nevents: {a: t, b: u}\npattern: a -> b\n"});
  REQUIRE(compiled.rules);
  CHECK(compiled.program().warnings ==
        std::vector<std::string>{"W0101: runs of this rule are kept for ever"});
}

}  // namespace
}  // namespace tocsin
