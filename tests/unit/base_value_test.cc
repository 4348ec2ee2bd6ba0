#include "base/value.h"
#include "tests/support/catch.h"

#include <cmath>
#include <string>
#include <vector>

namespace tocsin {
namespace {

const double kNan = std::nan("");
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

Value integer(std::int64_t v) {
  return Value::integer(v);
}
Value real(double v) {
  return Value::real(v);
}
Value text(std::string_view v) {
  return Value::string(v);
}

std::string key_bytes(const Value& v) {
  std::string out;
  append_key_bytes(out, v);
  return out;
}

std::string json(const Value& v) {
  std::string out;
  append_json(out, v);
  return out;
}

std::string plain(const Value& v) {
  std::string out;
  append_plain(out, v);
  return out;
}

Ordering mirrored(Ordering ordering) {
  return ordering == Ordering::incomparable ? ordering : static_cast<Ordering>(-static_cast<int>(ordering));
}

/// One of each kind, all different as keys.
std::vector<Value> distinct_values() {
  return {Value::null(),
          Value::boolean(false),
          Value::boolean(true),
          integer(0),
          integer(1),
          integer(-1),
          integer(kMax),
          integer(kMin),
          real(0.5),
          real(-0.5),
          real(1e300),
          real(9223372036854775808.0),
          real(HUGE_VAL),
          real(kNan),
          text(""),
          text("a"),
          text("ab"),
          text(std::string_view("\0", 1)),
          Value::json("{}"),
          Value::json("[]"),
          Value::duration(Duration{0}),
          Value::duration(Duration{1}),
          Value::time(EventTime{}),
          Value::time(EventTime{Duration{1}})};
}

TEST_CASE("values compare by what they mean", "[base][value]") {
  using enum Ordering;
  struct Case {
    Value a;
    Value b;
    Ordering want;
  };
  const auto c = GENERATE(values<Case>({
      {integer(1), integer(2), less},
      {integer(1), real(1.0), equal},
      {integer(0), real(-0.0), equal},
      {integer(1), real(1.5), less},
      {integer(-1), real(-1.5), greater},
      {integer((1LL << 53) + 1), real(9007199254740992.0), greater},
      {integer(kMax), real(9223372036854775808.0), less},
      {integer(kMin), real(-9223372036854775808.0), equal},
      {integer(kMin), real(-1e19), greater},
      {integer(kMax), real(HUGE_VAL), less},
      {integer(kMin), real(-HUGE_VAL), greater},
      {real(0.1), real(0.2), less},
      {real(kNan), real(kNan), incomparable},
      {integer(1), real(kNan), incomparable},
      {text("a"), text("b"), less},
      {text("a"), text("a"), equal},
      {text("ab"), text("a"), greater},
      {text("\xC3\xA9"), text("z"), greater},
      {text("1"), integer(1), incomparable},
      {Value::boolean(false), Value::boolean(true), less},
      {Value::boolean(true), integer(1), incomparable},
      {Value::duration(Duration{1}), Value::duration(Duration{2}), less},
      {Value::duration(Duration{1}), integer(1), incomparable},
      {Value::time(EventTime{}), Value::time(EventTime{}), equal},
      {Value::null(), Value::null(), incomparable},
      {Value::null(), integer(1), incomparable},
      {Value::json("{}"), Value::json("{}"), incomparable},
  }));
  CAPTURE(json(c.a), json(c.b));
  CHECK(compare(c.a, c.b) == c.want);
  CHECK(compare(c.b, c.a) == mirrored(c.want));
}

TEST_CASE("key bytes are equal for equal values alone, and none is a prefix of another", "[base][value]") {
  const std::vector<Value> all = distinct_values();
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < all.size(); ++j) {
      CAPTURE(i, j);
      CHECK(key_bytes(all[j]).starts_with(key_bytes(all[i])) == (i == j));
    }
  }
  CHECK(key_bytes(real(1.0)) == key_bytes(integer(1)));
  CHECK(key_bytes(real(-0.0)) == key_bytes(integer(0)));
  CHECK(key_bytes(real(-9223372036854775808.0)) == key_bytes(integer(kMin)));
  CHECK(key_bytes(real(-kNan)) == key_bytes(real(kNan)));
}

TEST_CASE("the key encoding is part of the state format", "[base][value]") {
  CHECK(key_bytes(integer(258)) == std::string("\x02\x02\x01\0\0\0\0\0\0", 9));
  CHECK(key_bytes(text("ab")) == std::string("\x04\x02\0\0\0ab", 7));
  CHECK(key_bytes(Value::boolean(true)) == "\x01\x01");
  CHECK(key_bytes(real(0.5)) == std::string("\x03\0\0\0\0\0\0\xE0\x3F", 9));
}

TEST_CASE("key bytes are read back, one value after the other", "[base][value]") {
  std::string bytes;
  for (const Value& v : distinct_values()) append_key_bytes(bytes, v);
  std::string_view rest = bytes;
  for (const Value& v : distinct_values()) {
    const Value read = read_key_bytes(rest);
    CHECK(read.kind() == v.kind());
    CHECK(key_bytes(read) == key_bytes(v));
  }
  CHECK(rest.empty());
}

TEST_CASE("values as JSON and as a person reads them", "[base][value]") {
  struct Case {
    Value value;
    const char* json;
    const char* plain;
  };
  const auto c = GENERATE(values<Case>({
      {Value::null(), "null", "null"},
      {Value::boolean(true), "true", "true"},
      {integer(kMin), "-9223372036854775808", "-9223372036854775808"},
      {real(0.1), "0.1", "0.1"},
      {real(57.0), "57", "57"},
      {real(1e300), "1e+300", "1e+300"},
      {real(kNan), "null", "null"},
      {real(-HUGE_VAL), "null", "null"},
      {text("a\"b"), "\"a\\\"b\"", "a\"b"},
      {Value::json("[1, 2]"), "[1, 2]", "[1, 2]"},
      {Value::duration(Duration{5'400'000'000'000}), "\"1h30m\"", "1h30m"},
      {Value::time(EventTime{}), "\"1970-01-01T00:00:00.000Z\"", "1970-01-01T00:00:00.000Z"},
  }));
  CAPTURE(c.json);
  CHECK(json(c.value) == c.json);
  CHECK(plain(c.value) == c.plain);
}

TEST_CASE("JSON strings are escaped and always UTF-8", "[base][value]") {
  struct Case {
    std::string_view text;
    const char* want;
  };
  using namespace std::string_view_literals;
  const auto c = GENERATE(values<Case>({
      {"", "\"\""},
      {"plain", "\"plain\""},
      {"q\"b\\", "\"q\\\"b\\\\\""},
      {"a\nb\rc\td", "\"a\\nb\\rc\\td\""},
      {"\0\x1F\x7F"sv, "\"\\u0000\\u001f\x7F\""},
      {"\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80", "\"\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\""},
      {"\xFF", "\"\xEF\xBF\xBD\""},
      {"a\x80z", "\"a\xEF\xBF\xBDz\""},
      {"\xC3", "\"\xEF\xBF\xBD\""},                                                  // cut off
      {"\xC3(", "\"\xEF\xBF\xBD(\""},                                                // no continuation
      {"\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},                                  // overlong
      {"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},                  // a surrogate
      {"\xF4\x90\x80\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},  // beyond U+10FFFF
  }));
  std::string out;
  append_json_string(out, c.text);
  CHECK(out == c.want);
}

TEST_CASE("a text is plain JSON unless it has a byte that is not, wherever that is", "[base][value]") {
  for (std::size_t size = 0; size <= 20; ++size) {
    CHECK(is_plain_json_text(std::string(size, 'a')));
    for (std::size_t i = 0; i < size; ++i) {
      for (const char odd : {'"', '\\', '\n', '\0', '\xFF'}) {
        std::string text(size, 'a');
        text[i] = odd;
        CAPTURE(size, i, int{odd});
        CHECK_FALSE(is_plain_json_text(text));
      }
    }
  }
}

TEST_CASE("every kind has its word", "[base][value]") {
  CHECK(name_of(ValueKind::integer) == "int");
  CHECK(name_of(ValueKind::real) == "float");
  CHECK(name_of(ValueKind::boolean) == "bool");
  CHECK(name_of(ValueKind::json) == "json");
}

}  // namespace
}  // namespace tocsin
