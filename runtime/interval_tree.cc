#include "runtime/interval_tree.h"

#include <algorithm>

namespace tocsin::runtime {

IntervalTree::IntervalTree(std::span<const Interval> intervals) {
  for (const Interval& interval : intervals) {
    ends_.push_back(interval.low);
    ends_.push_back(interval.high);
  }
  std::sort(ends_.begin(), ends_.end());
  ends_.erase(std::unique(ends_.begin(), ends_.end()), ends_.end());
  leaves_ = 2 * ends_.size() + 1;

  std::vector<std::vector<std::uint32_t>> owners_of(2 * leaves_);
  for (const Interval& interval : intervals) {
    if (interval.high < interval.low) continue;
    std::size_t from = leaf_of(interval.low) + leaves_;
    std::size_t to = leaf_of(interval.high) + leaves_ + 1;
    for (; from < to; from /= 2, to /= 2) {
      if (from % 2 == 1) owners_of[from++].push_back(interval.owner);
      if (to % 2 == 1) owners_of[--to].push_back(interval.owner);
    }
  }
  for (const auto& owners : owners_of) {
    begins_.push_back(static_cast<std::uint32_t>(owners_.size()));
    owners_.insert(owners_.end(), owners.begin(), owners.end());
  }
  begins_.push_back(static_cast<std::uint32_t>(owners_.size()));
}

std::size_t IntervalTree::leaf_of(double x) const {
  const auto at = std::lower_bound(ends_.begin(), ends_.end(), x);
  const auto index = static_cast<std::size_t>(at - ends_.begin());
  return 2 * index + (at != ends_.end() && *at == x ? 1 : 0);
}

}  // namespace tocsin::runtime
