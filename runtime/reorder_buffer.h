#pragma once
/// Puts events that arrive out of order, within a bound, into the order of event time.
///
/// Time is cut into buckets a fraction of the bound wide; a bucket is sorted once, when the watermark reaches
/// it.

#include "base/time.h"
#include "runtime/router.h"

#include <cstdint>
#include <map>
#include <vector>

namespace tocsin::runtime {

/// Not thread-safe. Events borrowed: they must live until released.
class ReorderBuffer {
 public:
  /// disorder  how far events may be out of order; only the width of the buckets depends on it
  explicit ReorderBuffer(Duration disorder);

  /// Not older than what was last released.
  void add(const RoutedEvent& event) { bucket_of(event.event->time).events.push_back(event); }

  /// Calls `take` with each event up to and with `time`, in order, and forgets them.
  /// cost  amortised O(log of a bucket's size) an event; O(1) for events that arrived in order
  template <class Take>
  void release(EventTime time, Take&& take) {
    while (!buckets_.empty() && buckets_.begin()->first <= bucket_number(time)) {
      Bucket& bucket = buckets_.begin()->second;
      const bool whole = buckets_.begin()->first < bucket_number(time);
      sort(bucket);
      std::size_t i = bucket.released;
      for (; i < bucket.events.size() && bucket.events[i].event->time <= time; ++i) take(bucket.events[i]);
      bucket.released = i;
      if (i < bucket.events.size() && !whole) return;
      drop_first();
    }
  }

  void clear();
  bool empty() const { return buckets_.empty(); }
  /// Time of the newest event waiting; kTimeMin if none.
  EventTime newest() const;

 private:
  struct Bucket {
    std::vector<RoutedEvent> events;
    std::size_t released = 0;
    std::size_t sorted = 0;  // how many at the front are in order
  };

  std::int64_t bucket_number(EventTime time) const;
  Bucket& bucket_of(EventTime time);
  static void sort(Bucket& bucket);
  void drop_first();

  std::int64_t width_;
  std::map<std::int64_t, Bucket> buckets_;
  std::vector<std::vector<RoutedEvent>> spare_;  // memory of dropped buckets
  std::int64_t last_number_ = 0;
  Bucket* last_ = nullptr;  // the bucket of last_number_
};

}  // namespace tocsin::runtime
