/// Events leave the reorder buffer in the order in which rules see them, up to and with the time given.

#include "runtime/reorder_buffer.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <vector>

using namespace tocsin;
using runtime::ReorderBuffer;
using runtime::RoutedEvent;

namespace {

/// A buffer, and the events that are put into it.
class Reordering {
 public:
  explicit Reordering(Duration disorder) : buffer_{disorder} {}

  void add(std::int64_t time_ms, std::uint32_t partition = 0, std::uint16_t space = 0) {
    Event& event = events_.emplace_back();
    event.time = at(time_ms);
    event.offset = events_.size();
    event.partition = PartitionId{partition};
    buffer_.add({event.time, &event, 0, nullptr, 0, space});
  }

  /// The last event once more, under another key.
  void add_again(std::uint16_t space) { buffer_.add({events_.back().time, &events_.back(), 0, nullptr, 0, space}); }

  /// The times of what leaves.
  std::vector<std::int64_t> release(std::int64_t time_ms) {
    std::vector<std::int64_t> times;
    for (const RoutedEvent& e : release_events(at(time_ms))) times.push_back(ms(*e.event));
    return times;
  }

  std::vector<RoutedEvent> release_events(EventTime time) {
    const auto released = buffer_.release(time);
    return {released.begin(), released.end()};
  }

  ReorderBuffer& buffer() { return buffer_; }
  const std::deque<Event>& events() const { return events_; }

  static EventTime at(std::int64_t time_ms) { return EventTime{std::chrono::milliseconds(time_ms)}; }
  static std::int64_t ms(const Event& event) {
    return event.time.time_since_epoch() / std::chrono::milliseconds(1);
  }

 private:
  ReorderBuffer buffer_;
  std::deque<Event> events_;
};

using Times = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("events leave in the order of their times", "[runtime][reorder]") {
  const int disorder_ms = GENERATE(0, 10, 1000, 1'000'000);
  CAPTURE(disorder_ms);
  Reordering r{std::chrono::milliseconds(disorder_ms)};
  for (const int time : {5, 3, 900, 4, -7, 70}) r.add(time);
  CHECK(r.release(-8) == Times{});
  CHECK(r.release(4) == Times{-7, 3, 4});
  CHECK(r.release(4) == Times{});
  CHECK(r.release(899) == Times{5, 70});
  CHECK(r.release(900) == Times{900});
  CHECK(r.release(5000) == Times{});
}

TEST_CASE("equal times leave by partition, then by arrival, then by key space", "[runtime][reorder]") {
  Reordering r{std::chrono::seconds(1)};
  r.add(5, 1);
  r.add(5, 0, 2);
  r.add_again(1);
  r.add(5, 0);
  std::vector<std::string> left;
  for (const RoutedEvent& e : r.release_events(kTimeMax)) {
    left.push_back(std::to_string(e.event->partition.value) + "/" + std::to_string(e.event->offset) + "/" +
                   std::to_string(e.space));
  }
  CHECK(left == std::vector<std::string>{"0/2/1", "0/2/2", "0/3/0", "1/1/0"});
}

TEST_CASE("what comes after a partial release finds its place", "[runtime][reorder]") {
  Reordering r{std::chrono::seconds(16)};  // buckets of a second
  for (const int time : {100, 900, 500}) r.add(time);
  CHECK(r.release(100) == Times{100});
  for (const int time : {300, 950, 100}) r.add(time);
  CHECK(r.release(500) == Times{100, 300, 500});
  r.add(501);
  CHECK(r.release(949) == Times{501, 900});
  CHECK(r.release(5000) == Times{950});
}

TEST_CASE("what waits is forgotten", "[runtime][reorder]") {
  Reordering r{std::chrono::seconds(1)};
  for (const int time : {100, 2000, 1990}) r.add(time);
  CHECK(r.release(1000) == Times{100});
  r.buffer().clear();
  CHECK(r.release(5000) == Times{});
}

TEST_CASE("the ends of time", "[runtime][reorder]") {
  Reordering r{std::chrono::seconds(1)};
  Event first;
  first.time = kTimeMin;
  Event last;
  last.time = kTimeMax;
  r.buffer().add({last.time, &last, 0, nullptr, 0, 0});
  r.buffer().add({first.time, &first, 0, nullptr, 0, 0});
  CHECK(r.release_events(kTimeMin).size() == 1);
  CHECK(r.release_events(kTimeMax - Duration{1}).empty());
  CHECK(r.release_events(kTimeMax).size() == 1);
}

TEST_CASE("a stream within its bound comes out sorted", "[runtime][reorder]") {
  std::mt19937 random(17);
  const std::int64_t bound = 200;
  Reordering r{std::chrono::milliseconds(bound)};
  std::int64_t newest = 0;
  std::vector<RoutedEvent> left;
  for (int n = 0; n < 3000; ++n) {
    const std::int64_t time = newest + static_cast<std::int64_t>(random() % 220) - bound;
    newest = std::max(newest, time);
    r.add(time);
    if (random() % 7 != 0) continue;
    for (const RoutedEvent& e : r.release_events(Reordering::at(newest - bound))) left.push_back(e);
  }
  for (const RoutedEvent& e : r.release_events(kTimeMax)) left.push_back(e);
  REQUIRE(left.size() == r.events().size());
  CHECK(std::is_sorted(left.begin(), left.end(), [](const RoutedEvent& a, const RoutedEvent& b) {
    return sees_before(*a.event, *b.event);
  }));
}
