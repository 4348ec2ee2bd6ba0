/// A queue in blocks does what std::deque does.

#include "runtime/block_fifo.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <deque>
#include <random>

namespace tocsin::tests {

using runtime::BlockFifo;

namespace {

void check_same(const BlockFifo<int>& fifo, const std::deque<int>& expected) {
  REQUIRE(fifo.size() == expected.size());
  REQUIRE(fifo.empty() == expected.empty());
  if (expected.empty()) return;
  CHECK(fifo.front() == expected.front());
  CHECK(fifo.back() == expected.back());
  for (std::size_t i = 0; i < expected.size(); i += 61) CHECK(fifo[i] == expected[i]);
}

}  // namespace

TEST_CASE("a queue in blocks gives what it was given, in order", "[runtime]") {
  std::mt19937 random(7);
  BlockFifo<int> fifo;
  std::deque<int> expected;
  for (int round = 0; round < 200; ++round) {
    const auto pushes = random() % 300;
    for (unsigned i = 0; i < pushes; ++i) {
      const int item = static_cast<int>(random() % 1000);
      fifo.emplace_back(item);
      expected.push_back(item);
    }
    // Now and then all of them, so that it starts anew.
    const std::size_t some = std::min<std::size_t>(random() % 300, expected.size());
    const std::size_t pops = round % 20 == 19 ? expected.size() : some;
    for (std::size_t i = 0; i < pops; ++i) {
      REQUIRE(fifo.front() == expected.front());
      fifo.pop_front();
      expected.pop_front();
    }
    check_same(fifo, expected);
  }
}

TEST_CASE("a queue in blocks can be filtered", "[runtime]") {
  BlockFifo<int> fifo;
  std::deque<int> expected;
  for (int i = 0; i < 1000; ++i) fifo.emplace_back(i);
  for (int i = 0; i < 300; ++i) fifo.pop_front();
  fifo.filter([](int& item) {
    item += 1;
    return item % 3 == 0;
  });
  for (int i = 301; i <= 1000; ++i) {
    if (i % 3 == 0) expected.push_back(i);
  }
  check_same(fifo, expected);
  fifo.emplace_back(5);
  expected.push_back(5);
  check_same(fifo, expected);
}

}  // namespace tocsin::tests
