#include "runtime/reorder_buffer.h"

#include <algorithm>
#include <bit>

namespace tocsin::runtime {
namespace {

constexpr std::int64_t kBucketsInBound = 16;
constexpr std::int64_t kWidthMin = 1'000'000;  // 1 ms

bool before(const RoutedEvent& a, const RoutedEvent& b) {
  if (a.time != b.time) return a.time < b.time;
  if (a.event == b.event) return a.space < b.space;
  return sees_before(*a.event, *b.event);
}

}  // namespace

ReorderBuffer::ReorderBuffer(Duration disorder)
    : width_log2_(static_cast<int>(std::bit_width(
          static_cast<std::uint64_t>(std::max(kWidthMin, disorder.count() / kBucketsInBound))))) {}

ReorderBuffer::Bucket& ReorderBuffer::find_bucket(std::int64_t number) {
  const auto [at, fresh] = buckets_.try_emplace(number);
  if (fresh && !spare_.empty()) {
    at->second.events = std::move(spare_.back());
    spare_.pop_back();
  }
  last_number_ = number;
  last_ = &at->second;
  return *last_;
}

void ReorderBuffer::sort(Bucket& bucket) {
  const auto begin = bucket.events.begin() + static_cast<std::ptrdiff_t>(bucket.released);
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

void ReorderBuffer::drop_first() {
  Bucket& bucket = buckets_.begin()->second;
  if (last_ == &bucket) last_ = nullptr;
  bucket.events.clear();
  spare_.push_back(std::move(bucket.events));
  buckets_.erase(buckets_.begin());
}

void ReorderBuffer::clear() {
  buckets_.clear();
  last_ = nullptr;
}

EventTime ReorderBuffer::newest() const {
  if (buckets_.empty()) return kTimeMin;
  EventTime newest = kTimeMin;
  for (const RoutedEvent& e : buckets_.rbegin()->second.events) newest = std::max(newest, e.time);
  return newest;
}

}  // namespace tocsin::runtime
