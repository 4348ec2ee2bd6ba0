#include "runtime/run_counter.h"

#include <algorithm>
#include <bit>

namespace tocsin::runtime {

using patterns::PositionId;
using patterns::TransitionMask;

void RunCounter::shape(const Ways& ways, bool expires) {
  ways_ = ways.all.size();
  expires_ = expires;
  clear();
}

void RunCounter::clear() {
  open_ = 0;
  starts_.clear();
  sums_.clear();
  since_.clear();
  moved_.assign(ways_ * rows(), 0);
}

/// How many runs wait at `way`.
std::uint64_t RunCounter::total_at(std::size_t way) const {
  const std::uint64_t* const moved = column(way);
  std::uint64_t total = moved[ways_];
  if (sums_.empty()) return total;
  const std::uint64_t* const sum = sums_.data() + sums_.size() - ways_;
  for (std::size_t from = 0; from < ways_; ++from) total += sum[from] * moved[from];
  return total;
}

std::uint64_t RunCounter::step(const Ways& ways, const WayStep& step, const RunStart& start) {
  std::uint64_t matches = 0;
  for (WayMask takes = step.takes; takes != 0; takes &= takes - 1) {
    const auto way = static_cast<std::size_t>(std::countr_zero(takes));
    if (ways.accepts[ways.all[way].target.value]) matches += total_at(way);
  }
  for (TransitionMask begins = step.begins; begins != 0; begins &= begins - 1) {
    const PositionId target = ways.begun_by[static_cast<std::size_t>(std::countr_zero(begins))];
    if (ways.accepts[target.value]) ++matches;
  }
  move(ways, step);
  if (open_ == 0) {
    if (!starts_.empty()) clear();
    return matches;
  }
  if (!expires_) return matches;
  since_.push_back(step);
  if (step.begins != 0) starts_.push_back(start);
  return matches;
}

/// How many runs have come to `position` with the event in hand, by row.
std::uint64_t* RunCounter::arriving_at(PositionId position) {
  for (const Reached& at : reached_) {
    if (at.position == position) return arriving_.data() + at.numbers;
  }
  reached_.push_back({position, arriving_.size()});
  arriving_.resize(arriving_.size() + rows());
  return arriving_.data() + reached_.back().numbers;
}

/// Moves on all runs that take the event, lets go of those that it closes, and adds those that it begins.
void RunCounter::move(const Ways& ways, const WayStep& step) {
  const std::size_t first_row = sums_.empty() ? ways_ : 0;
  reached_.clear();
  arriving_.clear();
  for (WayMask takes = step.takes; takes != 0; takes &= takes - 1) {
    const auto way = static_cast<std::size_t>(std::countr_zero(takes));
    if (ways.out_of[ways.all[way].target.value] == 0) continue;
    std::uint64_t* const to = arriving_at(ways.all[way].target);
    for (std::size_t row = first_row; row < rows(); ++row) to[row] += column(way)[row];
  }
  for (TransitionMask begins = step.begins; begins != 0; begins &= begins - 1) {
    const PositionId target = ways.begun_by[static_cast<std::size_t>(std::countr_zero(begins))];
    if (ways.out_of[target.value] != 0) ++arriving_at(target)[ways_];
  }
  for (WayMask closes = step.closes & open_; closes != 0; closes &= closes - 1)
    std::fill_n(column(static_cast<std::size_t>(std::countr_zero(closes))), rows(), 0);
  open_ &= ~step.closes;
  for (const Reached& at : reached_) {
    const std::uint64_t* const from = arriving_.data() + at.numbers;
    open_ |= ways.out_of[at.position.value];
    for (WayMask out = ways.out_of[at.position.value]; out != 0; out &= out - 1) {
      std::uint64_t* const to = column(static_cast<std::size_t>(std::countr_zero(out)));
      for (std::size_t row = first_row; row < rows(); ++row) to[row] += from[row];
    }
  }
}

void RunCounter::drop_first_start(const Ways& ways) {
  if (sums_.empty()) sum_up(ways);
  sums_.resize(sums_.size() - ways_);
  starts_.pop_front();
  if (starts_.empty()) clear();
}

/// From now on all starts are those that came before: sums up what they have, from the last to the first.
void RunCounter::sum_up(const Ways& ways) {
  later_.assign(ways_ * ways_, 0);
  for (std::size_t way = 0; way < ways_; ++way) later_[way * ways_ + way] = 1;
  std::vector<std::uint64_t> sum(ways_);
  for (auto step = since_.rbegin(); step != since_.rend(); ++step) {
    for (TransitionMask begins = step->begins; begins != 0; begins &= begins - 1) {
      const PositionId target = ways.begun_by[static_cast<std::size_t>(std::countr_zero(begins))];
      for (WayMask out = ways.out_of[target.value]; out != 0; out &= out - 1) {
        const auto way = static_cast<std::size_t>(std::countr_zero(out));
        for (std::size_t i = 0; i < ways_; ++i) sum[i] += later_[way * ways_ + i];
      }
    }
    if (step->begins != 0) sums_.insert(sums_.end(), sum.begin(), sum.end());
    undo(ways, *step);
  }
  since_.clear();
  std::fill(moved_.begin(), moved_.end(), 0);
  for (std::size_t way = 0; way < ways_; ++way) column(way)[way] = 1;
}

/// `later_` says what one run at each way becomes after `step`; makes it say so from before.
void RunCounter::undo(const Ways& ways, const WayStep& step) {
  const WayMask changed = step.takes | step.closes;
  arriving_.clear();
  for (WayMask rest = changed; rest != 0; rest &= rest - 1) {
    const auto way = static_cast<std::size_t>(std::countr_zero(rest));
    const std::size_t begin = arriving_.size();
    arriving_.resize(begin + ways_);
    const auto add = [&](std::size_t other) {
      for (std::size_t i = 0; i < ways_; ++i) arriving_[begin + i] += later_[other * ways_ + i];
    };
    if ((step.closes >> way & 1) == 0) add(way);
    if ((step.takes >> way & 1) == 0) continue;
    for (WayMask out = ways.out_of[ways.all[way].target.value]; out != 0; out &= out - 1)
      add(static_cast<std::size_t>(std::countr_zero(out)));
  }
  auto row = arriving_.begin();
  for (WayMask rest = changed; rest != 0; rest &= rest - 1, row += static_cast<std::ptrdiff_t>(ways_))
    std::copy_n(row, ways_, later_.begin() + std::countr_zero(rest) * static_cast<std::ptrdiff_t>(ways_));
}

}  // namespace tocsin::runtime
