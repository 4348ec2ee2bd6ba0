/// Sums that are exact, and aggregates that slide: each answer against the same asked of what is in, anew.

#include "runtime/aggregate.h"
#include "runtime/snapshot.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <random>
#include <string>
#include <vector>

using namespace tocsin;
using patterns::AggregateKind;
using runtime::Accumulator;
using runtime::ExactSum;

namespace {

double sum_of(const std::vector<double>& values) {
  ExactSum sum;
  for (const double v : values) sum.add(v);
  return sum.rounded();
}

std::string tell(const Accumulator& accumulator, std::uint64_t* bad = nullptr) {
  std::uint64_t ignored = 0;
  std::string text;
  append_json(text, accumulator.result(bad != nullptr ? *bad : ignored));
  return text;
}

/// Over all of `values`, from nothing.
template <class Values>
std::string aggregate(AggregateKind kind, const Values& values) {
  Accumulator accumulator(kind);
  for (const Value& v : values) accumulator.add(v);
  return tell(accumulator);
}

constexpr AggregateKind kKinds[] = {AggregateKind::count,
                                    AggregateKind::sum,
                                    AggregateKind::average,
                                    AggregateKind::minimum,
                                    AggregateKind::maximum,
                                    AggregateKind::stddev,
                                    AggregateKind::distinct};

/// Nulls, ints, floats of very different size, some of them alike.
Value some_number(std::mt19937& random) {
  const auto number = static_cast<std::int64_t>(random() % 9) - 4;
  switch (random() % 5) {
    case 0:
      return Value::null();
    case 1:
      return Value::real(static_cast<double>(number) * 1e15);
    case 2:
      return Value::real(static_cast<double>(number) * 0.1);
    default:
      return Value::integer(number);
  }
}

}  // namespace

TEST_CASE("sums of floats are rounded once", "[runtime][aggregate]") {
  struct Sum {
    const char* says;
    std::vector<double> values;
    double want;
  };
  const auto c = GENERATE(values<Sum>({
      {"of nothing", {}, 0},
      {"tenths", {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}, 1.0},
      {"what is small survives what cancels", {1e100, 1.0, -1e100}, 1.0},
      {"twice", {1e100, 1.0, -1e100, 1e-100, 1e50, -1.0, -1e50}, 1e-100},
      {"half an ulp goes to even", {9007199254740992.0, 1.0}, 9007199254740992.0},
      {"a bit more than half does not", {9007199254740992.0, 1.0, 1e-30}, 9007199254740994.0},
      {"a bit less than half does not either", {9007199254740994.0, 1.0, -1e-30}, 9007199254740994.0},
      {"half between, to even downwards", {9007199254740994.0, -1.0}, 9007199254740992.0},
      {"the least float", {1.0, 4.9e-324, -1.0}, 4.9e-324},
      {"negative", {-0.1, -0.2, -0.3}, -0.6},
  }));
  CAPTURE(c.says);
  CHECK(sum_of(c.values) == c.want);
}

TEST_CASE("the order of adding does not show", "[runtime][aggregate]") {
  std::mt19937 random(7);
  std::vector<double> values;
  for (int n = 0; n < 200; ++n) {
    const double mantissa = static_cast<double>(random() % 2000001) / 1e6 - 1;
    values.push_back(std::ldexp(mantissa, static_cast<int>(random() % 120) - 60));
  }
  const double want = sum_of(values);
  for (int round = 0; round < 20; ++round) {
    std::shuffle(values.begin(), values.end(), random);
    REQUIRE(sum_of(values) == want);
  }
}

TEST_CASE("what is added and taken away leaves nothing", "[runtime][aggregate]") {
  std::mt19937 random(11);
  ExactSum sum;
  std::deque<double> in;
  for (int n = 0; n < 500; ++n) {
    in.push_back(
        std::ldexp(1.0 / (1 + static_cast<double>(random() % 99)), static_cast<int>(random() % 80) - 40));
    sum.add(in.back());
    if (n % 3 == 0) {
      sum.add(-in.front());
      in.pop_front();
    }
  }
  for (const double v : in) sum.add(-v);
  CHECK(sum.rounded() == 0);
}

TEST_CASE("sums of ints", "[runtime][aggregate]") {
  const Value greatest = Value::integer(std::numeric_limits<std::int64_t>::max());
  Accumulator sum(AggregateKind::sum);
  std::uint64_t bad = 0;
  sum.add(greatest);
  CHECK(tell(sum, &bad) == "9223372036854775807");
  sum.add(Value::integer(1));
  CHECK(bad == 0);
  CHECK(tell(sum, &bad) == "null");
  CHECK(bad == 1);
  sum.add(Value::integer(-2));
  CHECK(tell(sum, &bad) == "9223372036854775806");  // the sum counts, not the way to it
  sum.remove_oldest(greatest);
  CHECK(tell(sum, &bad) == "-1");
  sum.add(Value::real(0.5));
  CHECK(tell(sum, &bad) == "-0.5");
  CHECK(bad == 1);
}

TEST_CASE("deviation", "[runtime][aggregate]") {
  struct Deviation {
    const char* says;
    std::vector<double> values;
    double want;
  };
  const auto c = GENERATE(values<Deviation>({
      {"of a sample", {2, 4, 4, 4, 5, 5, 7, 9}, 2.138089935299395},
      {"of equal values", {0.1, 0.1, 0.1}, 0},
      {"of two", {1, 3}, 1.4142135623730951},
      {"far from zero", {1e6 + 4, 1e6 + 7, 1e6 + 13, 1e6 + 16}, 5.477225575051661},
      {"a thousand million from zero", {1e9 + 1, 1e9 + 2, 1e9 + 3}, 1},
      {"fractions far from zero", {1e9 + 0.125, 1e9 + 0.25, 1e9 + 0.375}, 0.125},
      {"where neighbours are two apart", {1e16, 1e16 + 2, 1e16 + 4}, 2},
      {"far below zero", {-1e9 - 1, -1e9 - 2, -1e9 - 3}, 1},
      {"as large as squares allow", {1e144, -1e144}, 1.4142135623730951e144},
  }));
  CAPTURE(c.says);
  Accumulator deviation(AggregateKind::stddev);
  for (const double v : c.values) deviation.add(Value::real(v));
  std::uint64_t bad = 0;
  CHECK(deviation.result(bad).as_real() == Approx(c.want).epsilon(1e-9).margin(1e-12));
}

TEST_CASE("deviation of whole numbers far from zero", "[runtime][aggregate]") {
  const std::int64_t far = GENERATE(std::int64_t{1'000'000'000}, std::int64_t{4'000'000'000'000'000'000});
  Accumulator deviation(AggregateKind::stddev);
  for (std::int64_t n = 1; n <= 3; ++n) deviation.add(Value::integer(far + n * 1024));
  std::uint64_t bad = 0;
  CHECK(deviation.result(bad).as_real() == Approx(1024).epsilon(1e-9));
  CHECK(bad == 0);
}

TEST_CASE("floats too huge to be summed give null while they are in", "[runtime][aggregate]") {
  struct Huge {
    AggregateKind kind;
    double v;
    const char* then;  // of 1 and 2
  };
  const auto c = GENERATE(values<Huge>({
      {AggregateKind::sum, 1.7e308, "3"},
      {AggregateKind::sum, -1.7e308, "3"},
      {AggregateKind::sum, 1e300, "3"},
      {AggregateKind::average, 1.7e308, "1.5"},
      {AggregateKind::stddev, 1.7e308, "0.7071067811865476"},
      {AggregateKind::stddev, 1e150, "0.7071067811865476"},
  }));
  CAPTURE(patterns::name_of(c.kind), c.v);
  const Value huge = Value::real(c.v);
  Accumulator sliding(c.kind);
  std::uint64_t bad = 0;
  sliding.add(huge);
  sliding.add(huge);
  CHECK(tell(sliding, &bad) == "null");
  CHECK(bad == 1);
  sliding.remove_oldest(huge);
  sliding.add(Value::real(1));
  sliding.add(Value::real(2));
  CHECK(tell(sliding, &bad) == "null");
  CHECK(bad == 2);
  sliding.remove_oldest(huge);
  CHECK(tell(sliding, &bad) == c.then);
  CHECK(bad == 2);
}

TEST_CASE("what is huge can be the least, the greatest, counted and told apart", "[runtime][aggregate]") {
  const std::vector<Value> huge{Value::real(-1.7e308), Value::real(1.7e308), Value::real(1.7e308)};
  CHECK(aggregate(AggregateKind::minimum, huge) == "-1.7e+308");
  CHECK(aggregate(AggregateKind::maximum, huge) == "1.7e+308");
  CHECK(aggregate(AggregateKind::count, huge) == "3");
  CHECK(aggregate(AggregateKind::distinct, huge) == "2");
}

TEST_CASE("a sliding aggregate is that of what is in", "[runtime][aggregate]") {
  const AggregateKind kind = GENERATE(from_range(std::begin(kKinds), std::end(kKinds)));
  CAPTURE(patterns::name_of(kind));
  std::mt19937 random(static_cast<unsigned>(kind) + 1);
  Accumulator sliding(kind);
  std::deque<Value> in;
  for (int n = 0; n < 1000; ++n) {
    if (!in.empty() && random() % 100 < 49) {
      sliding.remove_oldest(in.front());
      in.pop_front();
    } else {
      in.push_back(some_number(random));
      sliding.add(in.back());
    }
    CAPTURE(n);
    REQUIRE(tell(sliding) == aggregate(kind, in));
  }
}

TEST_CASE("an aggregate goes on from its snapshot", "[runtime][aggregate][snapshot]") {
  const AggregateKind kind = GENERATE(from_range(std::begin(kKinds), std::end(kKinds)));
  CAPTURE(patterns::name_of(kind));
  std::mt19937 random(static_cast<unsigned>(kind) + 1);
  const Schema schema;
  runtime::Memory memory;
  std::deque<Value> in;
  Accumulator before(kind);
  for (int n = 0; n < 40; ++n) {
    in.push_back(some_number(random));
    before.add(in.back());
    if (n % 3 != 0) continue;
    before.remove_oldest(in.front());
    in.pop_front();
  }
  std::string bytes;
  runtime::SnapshotWriter out(schema, bytes);
  before.save(out);
  Accumulator after(kind);
  runtime::SnapshotReader back(memory, schema, bytes);
  after.restore(back);
  CHECK(back.ok());
  CHECK(back.at_end());
  while (!in.empty()) {
    REQUIRE(tell(after) == tell(before));
    before.remove_oldest(in.front());
    after.remove_oldest(in.front());
    in.pop_front();
  }
  CHECK(tell(after) == tell(before));
}

TEST_CASE("a sum does not take the snapshot of what it is not", "[runtime][aggregate][snapshot]") {
  const AggregateKind kind = GENERATE(
      AggregateKind::stddev, AggregateKind::minimum, AggregateKind::distinct, AggregateKind::collect);
  CAPTURE(patterns::name_of(kind));
  const Schema schema;
  runtime::Memory memory;
  Accumulator other(kind);
  other.add(Value::integer(3));
  std::string bytes;
  runtime::SnapshotWriter out(schema, bytes);
  other.save(out);
  Accumulator sum(AggregateKind::sum);
  runtime::SnapshotReader back(memory, schema, bytes);
  sum.restore(back);
  CHECK_FALSE(back.ok());
}

TEST_CASE("sliding over text", "[runtime][aggregate]") {
  const AggregateKind kind =
      GENERATE(AggregateKind::minimum, AggregateKind::maximum, AggregateKind::distinct);
  CAPTURE(patterns::name_of(kind));
  std::mt19937 random(5);
  const std::vector<std::string> words{"", "a", "b", "ab", "a long text that no small buffer holds", "z"};
  Accumulator sliding(kind);
  std::deque<Value> in;
  for (int n = 0; n < 500; ++n) {
    std::string passing = words[random() % words.size()];  // the accumulator keeps no pointer to it
    const Value kept = Value::string(*std::find(words.begin(), words.end(), passing));
    sliding.add(Value::string(passing));
    in.push_back(kept);
    if (in.size() > 1 + random() % 9) {
      sliding.remove_oldest(in.front());
      in.pop_front();
    }
    std::fill(passing.begin(), passing.end(), '#');
    REQUIRE(tell(sliding) == aggregate(kind, in));
  }
}
