#include "runtime/interval_tree.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

namespace tocsin::runtime {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<std::uint32_t> holding(const IntervalTree& tree, double x) {
  std::vector<std::uint32_t> out;
  tree.find(x, [&](std::span<const std::uint32_t> owners) {
    out.insert(out.end(), owners.begin(), owners.end());
    return true;
  });
  std::sort(out.begin(), out.end());
  return out;
}

TEST_CASE("an interval tree finds the intervals that hold a number", "[runtime]") {
  std::mt19937 random{7};
  const auto end = [&](double at_the_edge) {
    const auto n = static_cast<int>(random() % 24);
    return n == 0 ? at_the_edge : n / 2.0;
  };
  for (int round = 0; round < 200; ++round) {
    std::vector<Interval> intervals;
    for (std::uint32_t i = 0; i < random() % 20; ++i)
      intervals.push_back({end(-kInfinity), end(kInfinity), i});
    const IntervalTree tree(intervals);
    for (double x = -1; x < 14; x += 0.25) {
      std::vector<std::uint32_t> want;
      for (const Interval& i : intervals) {
        if (i.low <= x && x <= i.high) want.push_back(i.owner);
      }
      REQUIRE(holding(tree, x) == want);
    }
  }
}

TEST_CASE("an interval tree without intervals", "[runtime]") {
  CHECK(holding(IntervalTree{}, 1).empty());
  CHECK(holding(IntervalTree{std::vector<Interval>{}}, 1).empty());
}

TEST_CASE("a search in an interval tree can be ended", "[runtime]") {
  const std::vector<Interval> intervals = {{0, 10, 0}, {1, 9, 1}, {2, 8, 2}};
  std::size_t calls = 0;
  CHECK_FALSE(IntervalTree{intervals}.find(5, [&](auto) { return ++calls < 2; }));
  CHECK(calls == 2);
}

}  // namespace
}  // namespace tocsin::runtime
