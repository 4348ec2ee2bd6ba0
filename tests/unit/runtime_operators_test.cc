/// The operators over plain values: what they give, what is null, what is counted as making no sense.

#include "runtime/operators.h"
#include "tests/support/catch.h"

#include <chrono>
#include <limits>

using namespace tocsin;
using patterns::Op;

namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

Value i(std::int64_t v) {
  return Value::integer(v);
}
Value r(double v) {
  return Value::real(v);
}
Value t(std::string_view v) {
  return Value::string(v);
}
Value s(std::int64_t seconds) {
  return Value::duration(std::chrono::seconds(seconds));
}
Value at(std::int64_t seconds) {
  return Value::time(EventTime{std::chrono::seconds(seconds)});
}
const Value kNull = Value::null();
const Value kTrue = Value::boolean(true);
const Value kFalse = Value::boolean(false);

/// The value with its kind, `!` behind it if it was counted as making no sense.
std::string tell(const Value& v, std::uint64_t null_operations) {
  std::string text;
  append_json(text, v);
  return std::string{name_of(v.kind())} + " " + text + (null_operations > 0 ? "!" : "");
}

struct Binary {
  const char* says;
  Op op;
  Value a;
  Value b;
  const char* want;
};

}  // namespace

TEST_CASE("comparisons", "[runtime][operators]") {
  const auto c = GENERATE(values<Binary>({
      {"ints", Op::less, i(1), i(2), "bool true"},
      {"equal ones", Op::less, i(2), i(2), "bool false"},
      {"at most", Op::less_equal, i(2), i(2), "bool true"},
      {"at least", Op::greater_equal, i(1), i(2), "bool false"},
      {"an int and a float", Op::equal, i(1), r(1.0), "bool true"},
      {"2^53 + 1 is no float", Op::equal, i(9007199254740993), r(9007199254740992.0), "bool false"},
      {"and greater than the float next to it",
       Op::greater,
       i(9007199254740993),
       r(9007199254740992.0),
       "bool true"},
      {"2^63 as a float is beyond every int", Op::less, i(kMax), r(9223372036854775808.0), "bool true"},
      {"-2^63 is an int", Op::equal, i(kMin), r(-9223372036854775808.0), "bool true"},
      {"a fraction below zero", Op::greater, i(-1), r(-1.5), "bool true"},
      {"zeros", Op::equal, r(0.0), r(-0.0), "bool true"},
      {"texts by bytes", Op::less, t("Z"), t("a"), "bool true"},
      {"the shorter text first", Op::less, t("ab"), t("abc"), "bool true"},
      {"durations", Op::greater, s(61), s(60), "bool true"},
      {"times", Op::not_equal, at(1), at(2), "bool true"},
      {"bools", Op::equal, kTrue, kTrue, "bool true"},
      {"null is not equal to null", Op::equal, kNull, kNull, "null null"},
      {"nor different from anything", Op::not_equal, kNull, i(1), "null null"},
      {"kinds that do not go together", Op::equal, i(1), t("1"), "null null!"},
      {"not even as different", Op::not_equal, s(1), i(1), "null null!"},
      {"a duration is no time", Op::less, s(1), at(1), "null null!"},
  }));
  CAPTURE(c.says);
  std::uint64_t bad = 0;
  const Value v = runtime::compare_with(c.op, c.a, c.b, bad);
  CHECK(tell(v, bad) == c.want);
}

TEST_CASE("arithmetic of numbers", "[runtime][operators]") {
  const auto c = GENERATE(values<Binary>({
      {"ints stay ints", Op::add, i(2), i(3), "int 5"},
      {"a float makes a float", Op::add, i(2), r(0.5), "float 2.5"},
      {"division is of floats", Op::divide, i(1), i(2), "float 0.5"},
      {"remainder", Op::modulo, i(7), i(3), "int 1"},
      {"remainder has the sign of what is divided", Op::modulo, i(-7), i(3), "int -1"},
      {"remainder of floats", Op::modulo, r(7.5), i(2), "float 1.5"},
      {"power", Op::pow, i(2), i(10), "float 1024"},
      {"sum overflows", Op::add, i(kMax), i(1), "null null!"},
      {"difference overflows", Op::subtract, i(kMin), i(1), "null null!"},
      {"product overflows", Op::multiply, i(kMax), i(2), "null null!"},
      {"the greatest fits", Op::add, i(kMax - 1), i(1), "int 9223372036854775807"},
      {"the least modulo -1", Op::modulo, i(kMin), i(-1), "int 0"},
      {"division by zero", Op::divide, i(1), i(0), "null null!"},
      {"division by a zero float", Op::divide, r(1), r(0), "null null!"},
      {"remainder by zero", Op::modulo, i(1), i(0), "null null!"},
      {"a float too great", Op::multiply, r(1e308), i(10), "null null!"},
      {"no real power", Op::pow, i(-1), r(0.5), "null null!"},
      {"null is not counted", Op::add, kNull, i(1), "null null"},
      {"null on the right, even of text", Op::divide, t("x"), kNull, "null null"},
      {"text is no number", Op::add, t("1"), i(1), "null null!"},
      {"nor is a bool", Op::add, kTrue, i(1), "null null!"},
  }));
  CAPTURE(c.says);
  std::uint64_t bad = 0;
  const Value v = runtime::arithmetic(c.op, c.a, c.b, bad);
  CHECK(tell(v, bad) == c.want);
}

TEST_CASE("arithmetic of times and durations", "[runtime][operators]") {
  const Value longest = Value::duration(kForever);
  const auto c = GENERATE_COPY(values<Binary>({
      {"time less time", Op::subtract, at(9), at(4), "duration \"5s\""},
      {"a negative span", Op::subtract, at(4), at(9), "duration \"-5s\""},
      {"time and duration", Op::add, at(4), s(5), "time \"1970-01-01T00:00:09.000Z\""},
      {"duration and time", Op::add, s(5), at(4), "time \"1970-01-01T00:00:09.000Z\""},
      {"time less duration", Op::subtract, at(4), s(3), "time \"1970-01-01T00:00:01.000Z\""},
      {"durations", Op::add, s(30), s(30), "duration \"1m\""},
      {"a duration times an int", Op::multiply, s(20), i(3), "duration \"1m\""},
      {"an int times a duration", Op::multiply, i(3), s(20), "duration \"1m\""},
      {"a duration times a float", Op::multiply, s(3), r(0.5), "duration \"1.5s\""},
      {"two times have no sum", Op::add, at(1), at(1), "null null!"},
      {"a duration less a time", Op::subtract, s(1), at(1), "null null!"},
      {"two durations have no product", Op::multiply, s(2), s(2), "null null!"},
      {"a time has no product", Op::multiply, at(2), i(2), "null null!"},
      {"a number is no duration", Op::add, s(2), i(2), "null null!"},
      {"overflow", Op::add, longest, s(1), "null null!"},
      {"overflow of a product", Op::multiply, longest, i(2), "null null!"},
      {"overflow by a float", Op::multiply, longest, r(2.5), "null null!"},
      {"null", Op::subtract, at(1), kNull, "null null"},
  }));
  CAPTURE(c.says);
  std::uint64_t bad = 0;
  const Value v = runtime::arithmetic(c.op, c.a, c.b, bad);
  CHECK(tell(v, bad) == c.want);
}

TEST_CASE("signs, roots and rounding", "[runtime][operators]") {
  struct Unary {
    Op op;
    Value a;
    const char* want;
  };
  const auto c = GENERATE(values<Unary>({
      {Op::negate, i(5), "int -5"},
      {Op::negate, r(2.5), "float -2.5"},
      {Op::negate, s(5), "duration \"-5s\""},
      {Op::negate, i(kMin), "null null!"},
      {Op::negate, t("x"), "null null!"},
      {Op::abs, i(-5), "int 5"},
      {Op::abs, i(kMin), "null null!"},
      {Op::abs, r(-0.5), "float 0.5"},
      {Op::abs, s(-5), "duration \"5s\""},
      {Op::abs, kNull, "null null"},
      {Op::round, r(2.5), "float 3"},
      {Op::round, r(-2.5), "float -3"},
      {Op::round, i(kMax), "int 9223372036854775807"},
      {Op::floor, r(-0.5), "float -1"},
      {Op::ceil, r(0.5), "float 1"},
      {Op::sqrt, i(9), "float 3"},
      {Op::sqrt, i(-1), "null null!"},
      {Op::log, i(1), "float 0"},
      {Op::log, i(0), "null null!"},
      {Op::sqrt, kNull, "null null"},
  }));
  std::uint64_t bad = 0;
  const Value v = runtime::unary_number(c.op, c.a, bad);
  CAPTURE(static_cast<int>(c.op), c.want);
  CHECK(tell(v, bad) == c.want);
}

TEST_CASE("tests of text", "[runtime][operators]") {
  struct Text {
    Op op;
    bool ignore_case;
    Value a;
    Value b;
    const char* want;
  };
  const auto c = GENERATE(values<Text>({
      {Op::contains, false, t("search"), t("arc"), "bool true"},
      {Op::contains, false, t("search"), t("ARC"), "bool false"},
      {Op::contains, true, t("search"), t("ARC"), "bool true"},
      {Op::contains, false, t("x"), t(""), "bool true"},
      {Op::contains, true, t(""), t(""), "bool true"},
      {Op::contains, true, t("ar"), t("arc"), "bool false"},
      {Op::starts_with, false, t("search"), t("se"), "bool true"},
      {Op::starts_with, true, t("search"), t("SE"), "bool true"},
      {Op::starts_with, true, t("s"), t("SE"), "bool false"},
      {Op::ends_with, false, t("search"), t("ch"), "bool true"},
      {Op::ends_with, false, t("search"), t("CH"), "bool false"},
      {Op::ends_with, true, t("search"), t("CH"), "bool true"},
      {Op::ends_with, true, t("search"), t("SE"), "bool false"},
      {Op::contains, false, kNull, t("x"), "null null"},
      {Op::contains, true, t("x"), kNull, "null null"},
      {Op::contains, false, i(12), t("1"), "null null!"},
      {Op::starts_with, true, t("1"), i(1), "null null!"},
  }));
  std::uint64_t bad = 0;
  const Value v = runtime::text_test(c.op, c.ignore_case, c.a, c.b, bad);
  CAPTURE(static_cast<int>(c.op), c.ignore_case, c.want);
  CHECK(tell(v, bad) == c.want);
}

TEST_CASE("changes of text", "[runtime][operators]") {
  struct Change {
    Op op;
    Value a;
    const char* want;
  };
  const auto c = GENERATE(values<Change>({
      {Op::lower, t("ÄbC"), "string \"Äbc\""},
      {Op::upper, t("ab1c"), "string \"AB1C\""},
      {Op::trim, t(" \t a b\r\n"), "string \"a b\""},
      {Op::trim, t("  "), "string \"\""},
      {Op::lower, t(""), "string \"\""},
      {Op::lower, kNull, "null null"},
      {Op::upper, i(1), "null null!"},
  }));
  Arena arena;
  std::uint64_t bad = 0;
  const Value v = runtime::text_change(c.op, c.a, arena, bad);
  CAPTURE(c.want);
  CHECK(tell(v, bad) == c.want);
}

TEST_CASE("the length of text is in code points", "[runtime][operators]") {
  std::uint64_t bad = 0;
  CHECK(runtime::text_length(t("a€😀"), bad).as_integer() == 3);
  CHECK(runtime::text_length(t(""), bad).as_integer() == 0);
  CHECK(runtime::text_length(kNull, bad).is_null());
  CHECK(bad == 0);
  CHECK(runtime::text_length(i(1), bad).is_null());
  CHECK(bad == 1);
}
