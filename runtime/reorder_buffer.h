#pragma once
/// Puts events that arrive out of order, within a bound, into the order of event time.
///
/// Time is cut into buckets a fraction of the bound wide. Most events come in order, or not far behind the
/// place that is theirs in their bucket, and are put there at once; a bucket in which some were further off
/// is sorted when the watermark reaches it.

#include "base/time.h"
#include "runtime/router.h"

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace tocsin::runtime {

/// Not thread-safe. Events borrowed: they must live until released.
class ReorderBuffer {
 public:
  /// disorder  how far events may be out of order; only the width of the buckets depends on it
  explicit ReorderBuffer(Duration disorder);

  /// Not older than what was last released.
  /// cost  O(1) where it comes after the events of its bucket, a few moves where it is little behind
  void add(const RoutedEvent& event) {
    Bucket& bucket = bucket_of(event.time);
    const bool in_order = bucket.sorted == bucket.events.size();
    bucket.events.push_back(event);
    if (!in_order) return;
    bucket.sorted += 1;
    if (bucket.sorted > 1 && event.time <= bucket.events[bucket.sorted - 2].time) put_in_place(bucket);
  }

  /// The events up to and with `time`, in order; the buffer forgets them. Valid until the next call.
  /// cost  amortised O(log of a bucket's size) an event; O(1) for events that arrived in order
  std::span<const RoutedEvent> release(EventTime time);

  /// No fewer events than `release(time)` will give.
  std::size_t due_at_most(EventTime time) const;

  /// Calls `visit(event)` for each that waits.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const auto& [number, bucket] : buckets_) {
      for (std::size_t i = bucket.released; i < bucket.events.size(); ++i) visit(bucket.events[i]);
    }
  }

  void clear();

 private:
  struct Bucket {
    std::vector<RoutedEvent> events;
    std::size_t released = 0;
    std::size_t sorted = 0;  // how many at the front are in order; of all of them while it can be had cheaply
  };

  using Buckets = std::map<std::int64_t, Bucket>;

  std::int64_t bucket_number(EventTime time) const { return time.time_since_epoch().count() >> width_log2_; }
  Bucket& bucket_of(EventTime time) {
    const std::int64_t number = bucket_number(time);
    const Known& known = known_[static_cast<std::size_t>(number) % kKnown];
    return known.bucket != nullptr && known.number == number ? *known.bucket : find_bucket(number);
  }
  Bucket& find_bucket(std::int64_t number);
  Buckets::iterator add_bucket(Buckets::iterator next, std::int64_t number);
  static void put_in_place(Bucket& bucket);
  static void sort(Bucket& bucket);
  void drop_first();

  int width_log2_;  // of a bucket, in nanoseconds
  Buckets buckets_;
  std::vector<RoutedEvent> ready_;         // of the last release
  std::vector<Buckets::node_type> spare_;  // dropped buckets, with their memory

  /// Where the buckets are that events come to: as many as the bound is wide, and some more.
  struct Known {
    std::int64_t number = 0;
    Bucket* bucket = nullptr;
  };
  static constexpr std::size_t kKnown = 64;
  std::array<Known, kKnown> known_{};  // by number
};

}  // namespace tocsin::runtime
