#pragma once
/// Names known beforehand -> small numbers, for looking up every key and type of every event.
///
/// Filled once, then immutable. A look-up hashes a name's first eight bytes and its length; names of up to
/// eight bytes are compared by one word.

#include "connectors/event_batch.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::connectors {

class NameTable {
 public:
  static constexpr std::uint32_t kUnknown = 0xFFFFFFFF;

  NameTable() : slots_(8) {}

  /// The number of `name`: those before it, in the order of adding.
  std::uint32_t add(std::string_view name) {
    std::string padded{name};
    padded.resize(name.size() + kWordBytes);
    const std::string_view readable{padded.data(), name.size()};
    if (const std::uint32_t known = find(readable); known != kUnknown) return known;
    const auto number = static_cast<std::uint32_t>(names_.size());
    names_.emplace_back(name);
    if (names_.size() * kSlotsPerName > slots_.size()) {
      grow();
    } else {
      insert(first_word(readable), number);
    }
    return number;
  }

  /// kUnknown if `name` was not added. Reads up to eight bytes from the name's start, whatever its length.
  std::uint32_t find(std::string_view name) const {
    const std::uint64_t word = first_word(name);
    for (std::size_t i = slot_of(word, name.size());; i = (i + 1) & (slots_.size() - 1)) {
      const Slot& slot = slots_[i];
      if (slot.number == kUnknown) return kUnknown;
      if (slot.word == word && slot.size == name.size() && same_rest(slot, name)) return slot.number;
    }
  }

  std::size_t size() const { return names_.size(); }
  const std::string& name(std::uint32_t number) const { return names_[number]; }

 private:
  static constexpr std::size_t kWordBytes = sizeof(std::uint64_t);
  static constexpr std::size_t kSlotsPerName = 4;
  static_assert(kWordBytes <= kPadding && std::endian::native == std::endian::little);

  struct Slot {
    std::uint64_t word = 0;
    std::size_t size = 0;
    std::uint32_t number = kUnknown;
  };

  static std::uint64_t first_word(std::string_view name) {
    std::uint64_t word = 0;
    std::memcpy(&word, name.data(), kWordBytes);
    const std::size_t beyond = name.size() < kWordBytes ? kWordBytes - name.size() : 0;
    return beyond == kWordBytes ? 0 : word << (8 * beyond) >> (8 * beyond);
  }

  std::size_t slot_of(std::uint64_t word, std::size_t size) const {
    const std::uint64_t hash = (word + size) * 0x9E3779B97F4A7C15u;
    return hash >> 32 & (slots_.size() - 1);
  }

  bool same_rest(const Slot& slot, std::string_view name) const {
    return name.size() <= kWordBytes || names_[slot.number] == name;
  }

  void insert(std::uint64_t word, std::uint32_t number) {
    const std::size_t size = names_[number].size();
    std::size_t i = slot_of(word, size);
    while (slots_[i].number != kUnknown) i = (i + 1) & (slots_.size() - 1);
    slots_[i] = {word, size, number};
  }

  void grow() {
    slots_.assign(std::bit_ceil(names_.size() * kSlotsPerName * 2), Slot{});
    for (std::uint32_t number = 0; number < names_.size(); ++number) {
      std::string padded = names_[number];
      padded.resize(padded.size() + kWordBytes);
      insert(first_word({padded.data(), names_[number].size()}), number);
    }
  }

  std::vector<std::string> names_;  // by number
  std::vector<Slot> slots_;         // a power of two of them, linear probing
};

}  // namespace tocsin::connectors
