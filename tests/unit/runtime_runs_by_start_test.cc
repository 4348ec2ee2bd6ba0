#include "runtime/runs_by_start.h"
#include "tests/support/catch.h"

#include <chrono>
#include <cstdint>
#include <vector>

using namespace tocsin;
using namespace tocsin::runtime;

namespace {

using Numbers = std::vector<std::uint32_t>;

EventTime second(int s) {
  return EventTime{std::chrono::seconds{s}};
}

/// The list of one key, and its starts. A start with sequence n began at second n.
struct Key {
  void add(std::uint64_t start) {
    Run& run = runs.emplace_back();
    run.start_sequence = start;
    run.begun = second(static_cast<int>(start));
    starts.add(run, static_cast<std::uint32_t>(runs.size() - 1));
  }
  bool kill(std::uint32_t number) {
    const bool was_open = !runs[number].timed_out;
    runs[number].dead = true;
    return starts.end(number, was_open);
  }
  bool time_out(std::uint32_t number) {
    runs[number].timed_out = true;
    return starts.time_out(number);
  }
  Numbers live_of(std::uint64_t start) {
    Numbers out;
    RunsByStart::live_of(*starts.find(start), runs, out);
    return out;
  }
  Numbers live_before(std::uint64_t start) {
    Numbers out;
    starts.live_before(start, runs, out);
    return out;
  }
  Numbers take_over(int deadline) {
    Numbers out;
    starts.take_over(second(deadline), std::chrono::seconds{10}, runs, out);
    return out;
  }

  ShortList<Run> runs;
  RunsByStart starts;
};

/// Runs 0 to 4 of the starts 1, 2, 1, 5, 2.
Key some_key() {
  Key key;
  for (const std::uint64_t start : {1u, 2u}) key.add(start);
  key.add(1);
  key.add(5);
  key.add(2);
  return key;
}

}  // namespace

TEST_CASE("runs are found by their start", "[runtime][index]") {
  Key key = some_key();
  CHECK(key.starts.open() == 5);
  CHECK(key.live_of(1) == Numbers{0, 2});
  CHECK(key.live_of(5) == Numbers{3});
  CHECK(key.starts.find(3) == nullptr);
  CHECK(key.starts.find(9) == nullptr);
  CHECK(key.live_before(5) == Numbers{0, 2, 1, 4});
  key.kill(0);
  CHECK(key.live_of(1) == Numbers{2});
  CHECK(key.starts.open() == 4);
}

TEST_CASE("the oldest start is the first that has a live run", "[runtime][index]") {
  Key key = some_key();
  CHECK(key.starts.oldest()->sequence == 1);
  key.kill(0);
  key.time_out(2);
  CHECK(key.starts.oldest()->sequence == 1);
  key.kill(2);
  CHECK(key.starts.oldest()->sequence == 2);
  key.add(1);  // what a run became that made room for it
  CHECK(key.starts.oldest()->sequence == 1);
  for (const std::uint32_t number : {1u, 3u, 4u, 5u}) key.kill(number);
  CHECK(key.starts.oldest() == nullptr);
  CHECK(key.starts.open() == 0);
}

TEST_CASE("a start ends with its last open run, if others are timed out", "[runtime][index]") {
  Key key = some_key();
  CHECK_FALSE(key.time_out(0));
  CHECK(key.time_out(2));
  CHECK_FALSE(key.kill(0));
  CHECK_FALSE(key.time_out(1));
  CHECK(key.kill(4));
  CHECK_FALSE(key.kill(3));
}

TEST_CASE("starts are over in their order, and each once", "[runtime][index]") {
  Key key = some_key();
  CHECK(key.take_over(10) == Numbers{});
  CHECK(key.take_over(11) == Numbers{0, 2});
  key.kill(4);
  CHECK(key.take_over(14) == Numbers{1});
  CHECK(key.take_over(15) == Numbers{3});
  CHECK(key.take_over(99) == Numbers{});
}
