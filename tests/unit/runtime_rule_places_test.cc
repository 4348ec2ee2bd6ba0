#include "runtime/rule_places.h"
#include "tests/support/catch.h"

#include <map>
#include <random>

namespace tocsin::runtime {
namespace {

TEST_CASE("rule places are a map", "[runtime]") {
  std::mt19937 random{3};
  for (const std::uint32_t rules : {10u, 200u, 100'000u}) {
    RulePlaces places;
    std::map<std::uint32_t, std::uint32_t> want;
    for (std::uint32_t n = 0; n < 5000; ++n) {
      const std::uint32_t rule = static_cast<std::uint32_t>(random()) % rules;
      if (want.contains(rule) && random() % 2 == 0) {
        places.remove(rule);
        want.erase(rule);
      } else {
        places.put(rule, n);
        want[rule] = n;
      }
    }
    for (std::uint32_t rule = 0; rule < rules; ++rule) {
      const auto at = want.find(rule);
      REQUIRE(places.find(rule) == (at == want.end() ? std::nullopt : std::optional{at->second}));
    }
  }
}

}  // namespace
}  // namespace tocsin::runtime
