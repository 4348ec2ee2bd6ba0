/// Fingerprints: values that compare as equal share theirs, and an exact one is nobody else's.

#include "runtime/join.h"
#include "tests/support/catch.h"

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

}  // namespace
}  // namespace tocsin::runtime
