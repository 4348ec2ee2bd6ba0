#pragma once
/// Small numbers found by a hash: what is the same among those that share it, the caller says.

#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

namespace tocsin::patterns {

/// Open addressing, linear probing, at most half full. May be read by many threads while none writes.
class HashIndex {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  HashIndex() : places_(kPlacesMin) {}

  /// The first number under `hash` that `same(number)` holds of; kNone if there is none.
  template <class Same>
  std::uint32_t find(std::uint64_t hash, Same&& same) const {
    for (std::size_t i = home(hash); places_[i].number != kNone; i = after(i)) {
      if (places_[i].hash == hash && same(places_[i].number)) return places_[i].number;
    }
    return kNone;
  }

  void add(std::uint64_t hash, std::uint32_t number) {
    if (++size_ * 2 > places_.size()) grow();
    put({hash, number});
  }

  /// `number` stands under `hash`.
  void remove(std::uint64_t hash, std::uint32_t number) {
    std::size_t hole = home(hash);
    while (places_[hole].number != number) hole = after(hole);
    // What probed past the hole moves up into it, so that no search stops short.
    for (std::size_t i = after(hole); places_[i].number != kNone; i = after(i)) {
      const std::size_t wanted = home(places_[i].hash);
      const bool between = hole < i ? hole < wanted && wanted <= i : hole < wanted || wanted <= i;
      if (!between) places_[std::exchange(hole, i)] = places_[i];
    }
    places_[hole] = {};
    --size_;
  }

  std::size_t size() const { return size_; }

 private:
  static constexpr std::size_t kPlacesMin = 16;

  struct Place {
    std::uint64_t hash = 0;
    std::uint32_t number = kNone;  // kNone: free
  };

  std::size_t home(std::uint64_t hash) const { return hash & (places_.size() - 1); }
  std::size_t after(std::size_t i) const { return (i + 1) & (places_.size() - 1); }

  void put(const Place& place) {
    std::size_t i = home(place.hash);
    while (places_[i].number != kNone) i = after(i);
    places_[i] = place;
  }

  void grow() {
    const std::vector<Place> old = std::exchange(places_, std::vector<Place>(places_.size() * 2));
    for (const Place& place : old) {
      if (place.number != kNone) put(place);
    }
  }

  std::vector<Place> places_;
  std::size_t size_ = 0;
};

}  // namespace tocsin::patterns
