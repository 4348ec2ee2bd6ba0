#include "runtime/shared_runs.h"

#include <algorithm>
#include <bit>

namespace tocsin::runtime {

using patterns::PositionId;

void SharedRuns::shape(const Ways& ways) {
  positions_.resize(ways.out_of.size());
  open_from_.resize(ways.all.size());
}

std::uint64_t SharedRuns::first_of(const Arrival& arrival) const {
  return std::max(arrival.begin, positions_[arrival.from.value].taken_gone);
}

void SharedRuns::arrive(const Ways& ways, WayMask takes, std::vector<Arrival>& out) const {
  for (; takes != 0; takes &= takes - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(takes));
    const Way& way = ways.all[i];
    out.push_back({way.from, way.choice, open_from_[i], positions_[way.from.value].end()});
  }
}

std::uint64_t SharedRuns::newest_start(std::span<const Arrival> arrivals) const {
  std::uint64_t newest = 0;
  for (const Arrival& arrival : arrivals) {
    if (arrival.from != patterns::kStart)
      newest = std::max(newest, positions_[arrival.from.value].taken.back().newest_start);
  }
  return newest;
}

void SharedRuns::close(const Ways& ways, WayMask closes) {
  open_ &= ~closes;
  for (; closes != 0; closes &= closes - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(closes));
    open_from_[i] = positions_[ways.all[i].from.value].end();
  }
}

void SharedRuns::take(const Ways& ways,
                      PositionId position,
                      StoredEvent* stored,
                      std::uint64_t newest_start,
                      std::span<const Arrival> arrivals) {
  AtPosition& at = positions_[position.value];
  for (const Arrival& arrival : arrivals) at.arrivals.push_back(arrival);
  // Where ways close, what comes later may have begun earlier. It then stays as long as what came before it.
  if (!at.taken.empty()) newest_start = std::max(newest_start, at.taken.back().newest_start);
  at.taken.push_back({stored, newest_start, at.arrivals_gone + at.arrivals.size()});
  open_ |= ways.out_of[position.value];
  ++size_;
}

/// Lets go of the first `count` of those at `position`.
void SharedRuns::drop_front(const Ways& ways, std::size_t position, std::size_t count, EventStore& store) {
  if (count == 0) return;
  AtPosition& at = positions_[position];
  for (std::size_t i = 0; i < count; ++i) store.release(at.taken[i].stored);
  const std::uint64_t arrivals_begin = at.taken[count - 1].arrivals_end;
  at.arrivals.drop_front(arrivals_begin - at.arrivals_gone);
  at.arrivals_gone = arrivals_begin;
  at.taken.drop_front(count);
  at.taken_gone += count;
  size_ -= count;
  for (WayMask out = ways.out_of[position] & open_; out != 0; out &= out - 1) {
    const auto way = static_cast<std::size_t>(std::countr_zero(out));
    if (std::max(open_from_[way], at.taken_gone) == at.end()) open_ &= ~(WayMask{1} << way);
  }
}

void SharedRuns::drop_expired(const Ways& ways, EventStore& store) {
  if (starts_.empty()) return clear(store);
  const std::uint64_t first = starts_.front().sequence;
  for (std::size_t p = 0; p < positions_.size(); ++p) {
    const auto& taken = positions_[p].taken;
    std::size_t expired = 0;
    while (expired < taken.size() && taken[expired].newest_start < first) ++expired;
    drop_front(ways, p, expired, store);
  }
  if (open_ == 0) clear(store);
}

void SharedRuns::drop_closed(const Ways& ways, EventStore& store) {
  if (size_ < look_at_) return;
  while (drop_closed_once(ways, store)) {
  }
  look_at_ = std::max(kLookMin, 2 * size_);
}

/// Whether there was anything to let go of: what that stood on may be the next.
bool SharedRuns::drop_closed_once(const Ways& ways, EventStore& store) {
  PoolVector<std::uint64_t> needed;  // by position: the number of the first that is
  for (const AtPosition& at : positions_) needed.push_back(at.end());
  for (WayMask open = open_; open != 0; open &= open - 1) {
    const auto way = static_cast<std::size_t>(std::countr_zero(open));
    std::uint64_t& first = needed[ways.all[way].from.value];
    first = std::min(first, open_from_[way]);
  }
  for (const AtPosition& at : positions_) {
    for (const Arrival& arrival : at.arrivals) {
      std::uint64_t& first = needed[arrival.from.value];
      first = std::min(first, arrival.begin);
    }
  }
  const std::size_t size = size_;
  for (std::size_t p = 0; p < positions_.size(); ++p) {
    const std::uint64_t gone = positions_[p].taken_gone;
    if (needed[p] > gone) drop_front(ways, p, needed[p] - gone, store);
  }
  return size_ < size;
}

void SharedRuns::clear(EventStore& store) {
  for_each_event([&](StoredEvent* stored) { store.release(stored); });
  for (AtPosition& at : positions_) {
    at.taken.clear();
    at.arrivals.clear();
    at.taken_gone = at.arrivals_gone = 0;
  }
  std::fill(open_from_.begin(), open_from_.end(), 0);
  open_ = 0;
  size_ = 0;
  look_at_ = kLookMin;
  starts_.clear();
}

}  // namespace tocsin::runtime
