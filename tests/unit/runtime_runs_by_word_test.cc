#include "runtime/runs_by_word.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <vector>

namespace tocsin::runtime {
namespace {

using Numbers = std::vector<std::uint32_t>;

TEST_CASE("runs by word are lists by word", "[runtime]") {
  std::mt19937 random{5};
  for (const std::uint32_t words : {1u, 40u, 10'000u}) {
    RunsByWord lists;
    std::map<std::uint64_t, Numbers> want;
    std::set<std::uint32_t> gone;
    const auto is_gone = [&](std::uint32_t run) { return gone.contains(run); };
    for (std::uint32_t run = 0; run < 5000; ++run) {
      const std::uint64_t word = random() % words;
      lists.add(word, run);
      want[word].push_back(run);
      const std::uint64_t other = random() % words;
      Numbers out;
      if (random() % 3 == 0) {
        lists.take(other, out);
        REQUIRE(out == want[other]);
        want[other].clear();
        if (!out.empty()) {  // one of them waits again
          lists.add(other, out.back());
          want[other].push_back(out.back());
        }
      } else {
        gone.insert(static_cast<std::uint32_t>(random() % (run + 1)));
        lists.find(other, is_gone, out);
        std::erase_if(want[other], is_gone);
        REQUIRE(out == want[other]);
      }
    }
  }
}

}  // namespace
}  // namespace tocsin::runtime
