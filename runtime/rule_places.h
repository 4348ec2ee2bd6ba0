#pragma once
/// Where in a list each of some rules has its place: the states of a key under which many rules have
/// something, what an index knows of a rule.

#include "runtime/block_pool.h"

#include <cstdint>
#include <optional>

namespace tocsin::runtime {

/// A hash table, open addressing with linear probing.
class RulePlaces : public FromPool {
 public:
  std::optional<std::uint32_t> find(std::uint32_t rule) const;

  /// Adds `rule`, or says anew where it is.
  void put(std::uint32_t rule, std::uint32_t place);

  /// It must be there.
  void remove(std::uint32_t rule);

 private:
  struct Slot {
    std::uint32_t rule = 0;
    std::uint32_t place = kFree;
  };
  static constexpr std::size_t kSlotsMin = 32;
  static constexpr std::uint32_t kFree = 0xFFFFFFFF;

  std::size_t mask() const { return slots_.size() - 1; }
  std::size_t home(std::uint32_t rule) const { return (rule * 0x9E3779B1u >> 7) & mask(); }
  std::size_t slot_of(std::uint32_t rule) const;  // or the free one where it would be
  void grow();

  PoolVector<Slot> slots_;  // none, or a power of two and at most half of them taken
  std::size_t size_ = 0;
};

}  // namespace tocsin::runtime
