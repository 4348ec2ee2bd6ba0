#include "app/alert_match.h"
#include "tests/support/catch.h"

#include <string>
#include <vector>

using namespace tocsin::app;

namespace {

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

/// An alert of rule `r` whose field `n` is a number.
std::string alert(int n) {
  return R"({"rule":"r","kind":"match","fields":{"n":)" + std::to_string(n) + R"(,"m":0}})";
}

std::string expected(int n) {
  return R"({"rule":"r","fields":{"n":)" + std::to_string(n) + "}}";
}

}  // namespace

TEST_CASE("only what is named is compared", "[app][alert_match]") {
  struct Case {
    const char* expected;
    const char* actual;
    const char* want;
  };
  const auto c = GENERATE(values<Case>({
      {"{}", R"({"a":1})", ""},
      {R"({"a":1})", R"({"a":1,"b":2})", ""},
      {R"({"a":1})", R"({"a":1.0})", ""},
      {R"({"a":1})", R"({"a":2})", "a: expected 1, got 2\n"},
      {R"({"a":1})", R"({"a":"1"})", "a: expected 1, got \"1\"\n"},
      {R"({"a":9007199254740993})",
       R"({"a":9007199254740992})",
       "a: expected 9007199254740993, got 9007199254740992\n"},
      {R"({"a":1})", "{}", "a: expected 1, there is none\n"},
      {R"({"a":null})", "{}", ""},
      {R"({"a":null})", R"({"a":0})", "a: expected null, got 0\n"},
      {R"({"a":{"b":{"c":1}}})", R"({"a":{"b":{"c":2,"d":3}}})", "a.b.c: expected 1, got 2\n"},
      {R"({"a":{"b":1}})", R"({"a":[1]})", "a: expected {\"b\":1}, got [1]\n"},
      {R"({"e":[{"x":1},{}]})", R"({"e":[{"x":1,"y":2},{"x":9}]})", ""},
      {R"({"e":[{"x":1}]})", R"({"e":[{"x":2}]})", "e[0].x: expected 1, got 2\n"},
      {R"({"e":[1]})", R"({"e":[1,2]})", "e: expected 1 items, got 2\n"},
      {R"({"a":1,"b":2})", R"({"a":3,"b":4})", "a: expected 1, got 3\nb: expected 2, got 4\n"},
  }));
  CAPTURE(c.expected, c.actual);
  CHECK(joined(differences(c.expected, c.actual)) == c.want);
}

TEST_CASE("every expected alert must come, in order, and no other", "[app][alert_match]") {
  CHECK(compare_alerts({}, {}) == "");
  CHECK(compare_alerts({expected(1), expected(2)}, {alert(1), alert(2)}) == "");
  CHECK(compare_alerts({}, {alert(1)}) == "unexpected  r match\n");
  CHECK(compare_alerts({expected(1)}, {}) == "missing     " + expected(1) + "\n");
  CHECK(compare_alerts({expected(1)}, {alert(2)}) ==
        "differs     r match\n            fields.n: expected 1, got 2\n");
  CHECK_FALSE(compare_alerts({expected(1), expected(2)}, {alert(2), alert(1)}).empty());
}

TEST_CASE("what agrees is paired up, and only the rest is told", "[app][alert_match]") {
  CHECK(compare_alerts({expected(1), expected(2), expected(3)}, {alert(1), alert(3)}) ==
        "missing     " + expected(2) + "\n");
  CHECK(compare_alerts({expected(1), expected(3)}, {alert(1), alert(2), alert(3)}) ==
        "unexpected  r match\n");
  CHECK(compare_alerts({R"({"kind":"timeout"})"}, {alert(1)}) ==
        "missing     {\"kind\":\"timeout\"}\nunexpected  r match\n");
}
