/// Deadlines come in order, from lanes and from the heap, and none before its time.

#include "runtime/timer_queue.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <random>
#include <vector>

using namespace tocsin;
using runtime::Timer;
using runtime::TimerQueue;

namespace {

EventTime at(int second) {
  return EventTime{std::chrono::seconds(second)};
}

Timer timer(int deadline, std::uint32_t rule = 0) {
  return {at(deadline), nullptr, 0, rule};
}

/// The seconds of all deadlines before `time`, in the order in which they come.
std::vector<int> fire(TimerQueue& timers, EventTime time) {
  std::vector<int> seconds;
  while (timers.due(time)) {
    seconds.push_back(static_cast<int>(timers.pop().deadline.time_since_epoch() / std::chrono::seconds(1)));
  }
  return seconds;
}

}  // namespace

TEST_CASE("a deadline is due when time is beyond it", "[runtime][timer]") {
  TimerQueue timers;
  CHECK_FALSE(timers.due(kTimeMax));
  timers.push(timers.lane_for(std::chrono::seconds(5)), timer(5));
  CHECK_FALSE(timers.due(at(4)));
  CHECK_FALSE(timers.due(at(5)));
  CHECK(timers.due(at(5) + Duration{1}));
  CHECK(fire(timers, at(6)) == std::vector{5});
  CHECK_FALSE(timers.due(kTimeMax));
  CHECK(timers.size() == 0);
}

TEST_CASE("what never comes is not kept", "[runtime][timer]") {
  TimerQueue timers;
  timers.push(timers.lane_for(kForever), {kTimeMax, nullptr, 0, 0});
  timers.push_unordered({kTimeMax, nullptr, 0, 0});
  CHECK(timers.size() == 0);
  CHECK_FALSE(timers.due(kTimeMax));
}

TEST_CASE("durations have a lane each", "[runtime][timer]") {
  TimerQueue timers;
  const auto minute = timers.lane_for(std::chrono::minutes(1));
  CHECK(timers.lane_for(std::chrono::seconds(60)) == minute);
  CHECK(timers.lane_for(std::chrono::seconds(61)) != minute);
}

TEST_CASE("lanes and the heap are one queue", "[runtime][timer]") {
  TimerQueue timers;
  const auto near = timers.lane_for(std::chrono::seconds(1));
  const auto far = timers.lane_for(std::chrono::seconds(9));
  for (const int second : {1, 4, 4, 7}) timers.push(near, timer(second));
  for (const int second : {3, 9}) timers.push(far, timer(second));
  for (const int second : {8, 2, 5}) timers.push_unordered(timer(second));
  CHECK(timers.size() == 9);
  CHECK(fire(timers, at(5)) == std::vector{1, 2, 3, 4, 4});
  timers.push(near, timer(7));
  timers.push_unordered(timer(6));
  CHECK(fire(timers, kTimeMax) == std::vector{5, 6, 7, 7, 8, 9});
}

TEST_CASE("a lane that ran dry fills again", "[runtime][timer]") {
  TimerQueue timers;
  const auto lane = timers.lane_for(std::chrono::seconds(1));
  for (int second = 1; second <= 3; ++second) {
    timers.push(lane, timer(second));
    CHECK(fire(timers, at(second)).empty());
    CHECK(fire(timers, at(second + 1)) == std::vector{second});
  }
}

TEST_CASE("timers can be changed and forgotten", "[runtime][timer]") {
  TimerQueue timers;
  const auto lane = timers.lane_for(std::chrono::seconds(1));
  for (const int second : {1, 3, 5}) timers.push(lane, timer(second, 0));
  for (const int second : {4, 2}) timers.push_unordered(timer(second, 1));
  timers.filter([](Timer& t) {
    t.rule += 10;
    return t.deadline != at(1) && t.deadline != at(4);
  });
  std::vector<std::uint32_t> rules;
  while (timers.due(kTimeMax)) rules.push_back(timers.pop().rule);
  CHECK(rules == std::vector<std::uint32_t>{11, 10, 10});
}

TEST_CASE("many deadlines in order", "[runtime][timer]") {
  std::mt19937 random(3);
  TimerQueue timers;
  std::vector<int> want;
  const int durations[] = {1, 10, 100};
  for (int now = 0; now < 300; ++now) {
    const int duration = durations[random() % 3];
    want.push_back(now + duration);
    timers.push(timers.lane_for(std::chrono::seconds(duration)), timer(now + duration));
    want.push_back(now + static_cast<int>(random() % 50));
    timers.push_unordered(timer(want.back()));
  }
  std::sort(want.begin(), want.end());
  CHECK(fire(timers, kTimeMax) == want);
}
