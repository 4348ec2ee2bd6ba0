/// Fingerprints: values that compare as equal share theirs, and an exact one is nobody else's.

#include "runtime/join.h"
#include "tests/support/catch.h"
#include "tests/support/piping.h"

#include <string>
#include <vector>

namespace tocsin::runtime {
namespace {

std::string text_of(const Value& v) {
  std::string out;
  append_json(out, v);
  return out;
}

TEST_CASE("fingerprints agree with ==", "[runtime][join]") {
  const std::string nul("a\0", 2);
  const std::string seven = "1234567";
  const std::string eight = "12345678";
  std::vector<Value> values{Value::boolean(true), Value::boolean(false)};
  for (const std::int64_t n : {0L, 1L, -1L, 7L, 1L << 53, (1L << 53) + 1, INT64_MAX, INT64_MIN}) {
    values.push_back(Value::integer(n));
    values.push_back(Value::real(static_cast<double>(n)));
  }
  for (const double n : {0.5, -0.0, 1e300, -1e300}) values.push_back(Value::real(n));
  for (const std::string_view text : {std::string_view(""),
                                      std::string_view("a"),
                                      std::string_view(nul),
                                      std::string_view(seven),
                                      std::string_view(eight),
                                      std::string_view("1")}) {
    values.push_back(Value::string(text));
  }
  for (const Value& a : values) {
    for (const Value& b : values) {
      CAPTURE(text_of(a), text_of(b));
      const bool equal = compare(a, b) == Ordering::equal;
      if (equal) CHECK(fingerprint_of(a) == fingerprint_of(b));
      if (fingerprint_of(a) == fingerprint_of(b) && is_exact(fingerprint_of(a))) CHECK(equal);
    }
  }
}

TEST_CASE("what must differ differs as `!=` says", "[runtime][join]") {
  // The next event of another value; of nothing, and of what does not compare with it, there is none.
  const std::string rule =
      "rule: r\nevents: {h: t, e: t where c != h.c}\npattern: h -> e\nwithin: 1h\n"
      "after match: skip to next event\non match: {message: \"{h.n}{e.n}\"}\n";
  const auto told = [&](const std::vector<std::string>& values, bool general_only) {
    std::string events;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string n = std::to_string(i);
      events += "{\"ts\":" + n + ",\"type\":\"t\",\"n\":" + n + ",\"c\":" + values[i] + "}\n";
    }
    app::PipelineOptions options;
    options.general_only = general_only;
    tests::Piping piping{rule, options};
    piping.input(events).finish();
    std::string out;
    for (const std::string& line : tests::lines_of(piping.alerts))
      out += line.substr(line.find("\"message\":\"") + 11, 2) + " ";
    return out;
  };
  for (const bool general_only : {false, true}) {
    CHECK(told({"\"FR\"", "\"FR\"", "\"DE\"", "\"DE\""}, general_only) == "02 12 ");
    CHECK(told({"1", "1.0", "null", "\"1\"", "2"}, general_only) == "04 14 ");
    CHECK(told({"\"a long text\"", "\"a long text\"", "\"a long texT\""}, general_only) == "02 12 ");
    CHECK(told({"null", "null", "1", "1"}, general_only).empty());
  }
}

}  // namespace
}  // namespace tocsin::runtime
