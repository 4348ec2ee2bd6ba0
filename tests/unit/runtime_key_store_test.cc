/// Keys of any length are found as long as they are there, whatever came and went beside them.

#include "runtime/key_store.h"
#include "tests/support/catch.h"

#include <map>
#include <random>
#include <string>

namespace tocsin::tests {

using runtime::KeyState;
using runtime::KeyStore;
using runtime::RoutedEvent;

namespace {

/// Few hashes, so that keys meet.
RoutedEvent routed(const std::string& key) {
  RoutedEvent out;
  out.hash = std::hash<std::string>{}(key) % 7 << 60 | key.size();
  out.key = key.data();
  out.key_size = static_cast<std::uint32_t>(key.size());
  return out;
}

std::string random_key(std::mt19937& random) {
  return std::string(random() % 60, static_cast<char>('a' + random() % 4));
}

}  // namespace

TEST_CASE("keys come and go, short ones and long ones", "[runtime]") {
  std::mt19937 random(11);
  KeyStore store(0);
  store.set_runs_only(GENERATE(false, true));
  std::map<std::string, KeyState*> expected;
  for (int i = 0; i < 20000; ++i) {
    const std::string key = random_key(random);
    const auto at = expected.find(key);
    KeyState* const found = store.find(routed(key));
    REQUIRE(found == (at == expected.end() ? nullptr : at->second));
    if (found == nullptr) {
      KeyState& added = store.add(routed(key));
      CHECK(added.key_bytes() == key);
      expected[key] = &added;
    } else if (random() % 2 == 0) {
      store.remove(*found);
      expected.erase(at);
    }
  }
  std::size_t live = 0;
  store.for_each([&](KeyState& key) {
    ++live;
    CHECK(expected.at(std::string(key.key_bytes())) == &key);
  });
  CHECK(live == expected.size());
}

}  // namespace tocsin::tests
