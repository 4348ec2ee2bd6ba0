#include "runtime/reorder_buffer.h"

#include <algorithm>
#include <bit>

namespace tocsin::runtime {
namespace {

constexpr std::int64_t kBucketsInBound = 16;
constexpr std::int64_t kWidthMin = 64'000'000;  // 64 ms: what comes in order needs few buckets
constexpr std::size_t kMovesMax = 64;

bool before(const RoutedEvent& a, const RoutedEvent& b) {
  if (a.time != b.time) return a.time < b.time;
  if (a.event == b.event) return a.space != b.space ? a.space < b.space : a.changed < b.changed;
  return sees_before(*a.event, *b.event);
}

}  // namespace

ReorderBuffer::ReorderBuffer(Duration disorder)
    : width_log2_(static_cast<int>(std::bit_width(
          static_cast<std::uint64_t>(std::max(kWidthMin, disorder.count() / kBucketsInBound))))) {}

ReorderBuffer::Bucket& ReorderBuffer::find_bucket(std::int64_t number) {
  auto at = buckets_.lower_bound(number);
  if (at == buckets_.end() || at->first != number) at = add_bucket(at, number);
  known_[static_cast<std::size_t>(number) % kKnown] = {number, &at->second};
  return at->second;
}

/// Before `next`.
ReorderBuffer::Buckets::iterator ReorderBuffer::add_bucket(Buckets::iterator next, std::int64_t number) {
  if (spare_.empty()) return buckets_.try_emplace(next, number);
  spare_.back().key() = number;
  const auto added = buckets_.insert(next, std::move(spare_.back()));
  spare_.pop_back();
  return added;
}

/// Moves the last event, which may come before others, to where it belongs; gives up where that is far.
void ReorderBuffer::put_in_place(Bucket& bucket) {
  const std::size_t last = bucket.events.size() - 1;
  const std::size_t nearest = std::max(bucket.released, last - std::min(last, kMovesMax));
  const RoutedEvent event = bucket.events[last];
  std::size_t at = last;
  while (at > nearest && before(event, bucket.events[at - 1])) --at;
  if (at == nearest && at > bucket.released && before(event, bucket.events[at - 1])) {
    bucket.sorted = last;
    return;
  }
  std::move_backward(&bucket.events[at], &bucket.events[last], &bucket.events[last] + 1);
  bucket.events[at] = event;
}

void ReorderBuffer::sort(Bucket& bucket) {
  const auto begin = bucket.events.begin() + static_cast<std::ptrdiff_t>(bucket.released);
  if (bucket.sorted == bucket.events.size()) return;
  const auto fresh =
      bucket.events.begin() + static_cast<std::ptrdiff_t>(std::max(bucket.sorted, bucket.released));
  if (!std::is_sorted(fresh, bucket.events.end(), before)) std::sort(fresh, bucket.events.end(), before);
  if (fresh != begin && fresh != bucket.events.end() && before(*fresh, *(fresh - 1))) {
    std::inplace_merge(begin, fresh, bucket.events.end(), before);
  }
  bucket.sorted = bucket.events.size();
}

std::span<const RoutedEvent> ReorderBuffer::release(EventTime time) {
  ready_.clear();
  while (!buckets_.empty() && buckets_.begin()->first <= bucket_number(time)) {
    Bucket& bucket = buckets_.begin()->second;
    sort(bucket);
    const auto begin = bucket.events.begin() + static_cast<std::ptrdiff_t>(bucket.released);
    const auto beyond = [](EventTime t, const RoutedEvent& routed) { return t < routed.time; };
    const auto end = std::upper_bound(begin, bucket.events.end(), time, beyond);
    ready_.insert(ready_.end(), begin, end);
    bucket.released += static_cast<std::size_t>(end - begin);
    if (end != bucket.events.end()) break;
    drop_first();
  }
  return ready_;
}

std::size_t ReorderBuffer::due_at_most(EventTime time) const {
  std::size_t sum = 0;
  for (const auto& [number, bucket] : buckets_) {
    if (number > bucket_number(time)) break;
    sum += bucket.events.size() - bucket.released;
  }
  return sum;
}

void ReorderBuffer::drop_first() {
  Bucket& bucket = buckets_.begin()->second;
  Known& known = known_[static_cast<std::size_t>(buckets_.begin()->first) % kKnown];
  if (known.bucket == &bucket) known.bucket = nullptr;
  bucket.events.clear();
  bucket.released = 0;
  bucket.sorted = 0;
  spare_.push_back(buckets_.extract(buckets_.begin()));
}

void ReorderBuffer::clear() {
  buckets_.clear();
  known_ = {};
}

}  // namespace tocsin::runtime
