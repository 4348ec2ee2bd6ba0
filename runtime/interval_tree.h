#pragma once
/// Which of many intervals hold a number: a segment tree over their ends.

#include <cstdint>
#include <span>
#include <vector>

namespace tocsin::runtime {

/// Both ends included; none is NaN. Empty if high < low.
struct Interval {
  double low = 0;
  double high = 0;
  std::uint32_t owner = 0;
};

/// Immutable once made.
class IntervalTree {
 public:
  IntervalTree() = default;
  explicit IntervalTree(std::span<const Interval> intervals);

  /// Calls `found(owners)` with spans of the owners of the intervals that hold `x`, until it returns false.
  /// Whether it never did. cost  O(log intervals) and what is found
  template <class Found>
  bool find(double x, Found&& found) const {
    if (ends_.empty()) return true;
    for (std::size_t node = leaf_of(x) + leaves_; node > 0; node /= 2) {
      const std::span owners(owners_.data() + begins_[node], begins_[node + 1] - begins_[node]);
      if (!owners.empty() && !found(owners)) return false;
    }
    return true;
  }

 private:
  /// The ends cut the line into leaves: below the first end, that end, between it and the second, …
  std::size_t leaf_of(double x) const;

  std::vector<double> ends_;  // rising
  std::size_t leaves_ = 0;
  std::vector<std::uint32_t> begins_;  // by node: where its owners begin
  std::vector<std::uint32_t> owners_;
};

}  // namespace tocsin::runtime
