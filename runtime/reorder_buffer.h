#pragma once
/// Puts events that arrive out of order, within a bound, into the order of event time.
///
/// Time is cut into buckets a fraction of the bound wide; a bucket is sorted once, when the watermark reaches
/// it.

#include "base/time.h"
#include "runtime/router.h"

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
  void add(const RoutedEvent& event) { bucket_of(event.time).events.push_back(event); }

  /// The events up to and with `time`, in order; the buffer forgets them. Valid until the next call.
  /// cost  amortised O(log of a bucket's size) an event; O(1) for events that arrived in order
  std::span<const RoutedEvent> release(EventTime time);

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

  std::int64_t bucket_number(EventTime time) const { return time.time_since_epoch().count() >> width_log2_; }
  Bucket& bucket_of(EventTime time) {
    const std::int64_t number = bucket_number(time);
    return last_ != nullptr && number == last_number_ ? *last_ : find_bucket(number);
  }
  Bucket& find_bucket(std::int64_t number);
  static void sort(Bucket& bucket);
  void drop_first();

  int width_log2_;  // of a bucket, in nanoseconds
  std::map<std::int64_t, Bucket> buckets_;
  std::vector<RoutedEvent> ready_;               // of the last release
  std::vector<std::vector<RoutedEvent>> spare_;  // memory of dropped buckets
  std::int64_t last_number_ = 0;
  Bucket* last_ = nullptr;  // the bucket of last_number_
};

}  // namespace tocsin::runtime
