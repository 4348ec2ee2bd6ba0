/// The table of keys against a plain map, with hashes that were made to fall together.

#include "runtime/key_places.h"
#include "runtime/key_store.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <random>
#include <vector>

using namespace tocsin::runtime;

namespace {

struct Kept {
  std::uint64_t hash = 0;
  KeyState* key = nullptr;
};

KeyState* found(const KeyPlaces& places, const Kept& kept) {
  return places.find(kept.hash, [&](const KeyState& key) { return &key == kept.key; });
}

std::uint64_t hash_of(const KeyState& key) {
  return key.hash;
}

}  // namespace

TEST_CASE("every key is found as long as it is there", "[runtime][keys]") {
  const auto homes = GENERATE(std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{16}, std::uint64_t{5000});
  std::mt19937_64 random(homes);
  std::deque<KeyState> keys;
  std::vector<Kept> live;
  std::vector<Kept> gone;
  KeyPlaces places;
  for (int step = 0; step < 20'000; ++step) {
    const bool grows = (step / 2'500) % 2 == 0;
    if (live.empty() || random() % 8 < (grows ? 5u : 3u)) {
      KeyState& key = keys.emplace_back();
      key.hash = (random() % homes) << 50 | random() % 3 << 20;
      places.add(key.hash, &key, hash_of);
      live.push_back({key.hash, &key});
    } else {
      std::swap(live[random() % live.size()], live.back());
      places.remove(live.back().hash, live.back().key);
      gone.push_back(live.back());
      live.pop_back();
    }
    if (step % 500 != 0) continue;
    std::size_t visited = 0;
    places.for_each([&](const KeyState&) { ++visited; });
    CHECK(visited == live.size());
    CHECK(std::all_of(live.begin(), live.end(), [&](const Kept& k) { return found(places, k) == k.key; }));
    CHECK(std::none_of(gone.begin(), gone.end(), [&](const Kept& k) { return found(places, k) != nullptr; }));
  }
}

TEST_CASE("a search ends where a key has passed every bucket", "[runtime][keys]") {
  // Sixteen buckets of six: stretches that are full one after the other leave one key each behind them.
  constexpr std::size_t kFull = 42;
  std::deque<KeyState> keys;
  std::vector<KeyState*> stretch;
  KeyPlaces places;
  for (std::uint64_t home = 0; home < 16; ++home) {
    for (std::size_t i = 0; i < kFull - home; ++i) {
      KeyState& key = keys.emplace_back();
      key.hash = home << 60;
      places.add(key.hash, &key, hash_of);
      stretch.push_back(&key);
    }
    for (std::size_t i = 0; i + 1 < stretch.size(); ++i) places.remove(stretch[i]->hash, stretch[i]);
    stretch.clear();
  }
  for (std::uint64_t home = 0; home < 16; ++home)
    CHECK(places.find(home << 60, [](const KeyState&) { return false; }) == nullptr);
}
