#include "app/test_file.h"
#include "tests/support/catch.h"

#include <string>
#include <vector>

using namespace tocsin;
using namespace tocsin::app;

namespace {

std::vector<TestCase> read(const std::string& text, dsl::Diagnostics& diagnostics) {
  return read_test_file(std::make_shared<const dsl::SourceFile>("pack/a.test.yaml", text), diagnostics);
}

TestCase read_one(const std::string& text) {
  dsl::Diagnostics diagnostics;
  auto cases = read(text, diagnostics);
  for (const auto& found : diagnostics.all()) UNSCOPED_INFO(found.message);
  REQUIRE(cases.size() == 1);
  return std::move(cases[0]);
}

}  // namespace

TEST_CASE("events become JSON lines with a time in the case's unit", "[app][test_file]") {
  struct Case {
    const char* time;
    const char* at;
    const char* want;
  };
  const auto c = GENERATE(values<Case>({
      {"ts", "40s", R"({"ts":40000,"type":"x"})"},
      {"ts:s", "1500ms", R"({"ts":1.5,"type":"x"})"},
      {"ts:us", "1ns", R"({"ts":0.001,"type":"x"})"},
      {"ts:ns", "1m", R"({"ts":60000000000,"type":"x"})"},
      {"when:rfc3339", "1h", R"({"when":"1970-01-01T01:00:00.000Z","type":"x"})"},
      {"ts:s", "2024-05-01T00:00:00Z", R"({"ts":1714521600,"type":"x"})"},
  }));
  CAPTURE(c.time, c.at);
  const std::string text =
      std::string("test: t\ntime: ") + c.time + "\nevents: [{at: \"" + c.at + "\", type: x}]\nexpect: []\n";
  CHECK(read_one(text).events == std::string(c.want) + "\n");
}

TEST_CASE("YAML values keep their JSON kinds", "[app][test_file]") {
  struct Case {
    const char* yaml;
    const char* json;
  };
  const auto c = GENERATE(values<Case>({
      {"7", "7"},
      {"+7", "7"},
      {"007", "7"},
      {"-1.50", "-1.5"},
      {".5", "0.5"},
      {"1e3", "1000"},
      {"\"7\"", "\"7\""},
      {"true", "true"},
      {"NO", "\"NO\""},
      {"yes", "\"yes\""},
      {"null", "null"},
      {"~", "null"},
      {"\"null\"", "\"null\""},
      {"1.2.3", "\"1.2.3\""},
      {"99999999999999999999", "1e+20"},
      {"[1, [a, {b: c}], {}]", R"([1,["a",{"b":"c"}],{}])"},
      {"'it''s \"so\"'", R"("it's \"so\"")"},
  }));
  CAPTURE(c.yaml);
  const TestCase test =
      read_one(std::string("test: t\nevents: [{at: 0s, type: x, v: ") + c.yaml + "}]\nexpect: []\n");
  CHECK(test.events == std::string(R"({"ts":0,"type":"x","v":)") + c.json + "}\n");
}

TEST_CASE("expectations name what is compared", "[app][test_file]") {
  const TestCase test = read_one(
      "test: t\n"
      "rules: [a, b]\n"
      "events: []\n"
      "disorder: 5s\n"
      "advance: 2h\n"
      "expect:\n"
      "  - {rule: a, at: 40s, key: {card: c1}, fields: {probes: 3}}\n");
  CHECK(test.rules.size() == 2);
  CHECK(test.disorder == std::chrono::seconds(5));
  CHECK(test.advance == Duration(std::chrono::hours(2)));
  REQUIRE(test.alerts);
  REQUIRE(test.alerts->size() == 1);
  CHECK(test.alerts->front().json ==
        R"({"rule":"a","time":"1970-01-01T00:00:40.000Z","key":{"card":"c1"},"fields":{"probes":3}})");
}

TEST_CASE("recordings, counts and golden files lie beside the test", "[app][test_file]") {
  const TestCase test =
      read_one("test: t\nstream: recordings/day.ndjson\nexpect: {count: 12}\ngolden: day.alerts.ndjson\n");
  CHECK(test.stream == "pack/recordings/day.ndjson");
  CHECK(test.count == 12);
  CHECK(test.golden == "pack/day.alerts.ndjson");
  CHECK_FALSE(test.alerts);
}

TEST_CASE("each document is a case, and a wrong one harms only itself", "[app][test_file]") {
  dsl::Diagnostics diagnostics;
  const auto cases = read(
      "test: one\nevents: []\nexpect: []\n"
      "---\ntest: two\nevents: []\nexpct: []\n"
      "---\ntest: three\nevents: []\nexpect: {count: 0}\n",
      diagnostics);
  REQUIRE(cases.size() == 2);
  CHECK(cases[0].name.value == "one");
  CHECK(cases[1].name.value == "three");
  CHECK(diagnostics.error_count() == 2);
}

TEST_CASE("mistakes in tests are errors", "[app][test_file]") {
  struct Case {
    const char* text;
    const char* error;
  };
  const auto c = GENERATE(values<Case>({
      {"events: []\nexpect: []\n", "the test has no name: say what it shows with `test: …`"},
      {"test: t\nexpect: []\n", "a test has either `events`, or `stream` with the path of a recording"},
      {"test: t\nevents: []\n", "the test expects nothing: add `expect`; silence is `expect: []`"},
      {"test: t\nevents: [{type: x}]\nexpect: []\n", "an event is a map with at least `at` and `type`"},
      {"test: t\nevents: [{at: noon, type: x}]\nexpect: []\n",
       "`noon` is no time; write it as 0s, 1m30s or in RFC 3339"},
      {"test: t\nevents: []\nexpect: [{rul: a}]\n", "an alert has no key `rul`"},
      {"test: t\nevents: []\nexpect: {count: some}\n", "`some` is no number from 0 to 1000000000"},
      {"test: t\nevents: []\nadvance: later\nexpect: []\n",
       "`later` is no duration; write it as 500ms, 5s or 1h30m"},
      {"test: t\nevents: 7\nexpect: []\n", "`events` is a list, as `- {at: 0s, type: search, user: u1}`"},
      {"just text\n", "a test is a map with `test`, `events` and `expect`"},
  }));
  CAPTURE(c.text);
  dsl::Diagnostics diagnostics;
  CHECK(read(c.text, diagnostics).empty());
  REQUIRE(diagnostics.error_count() == 1);
  CHECK(diagnostics.all()[0].message == c.error);
}
