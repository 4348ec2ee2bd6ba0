#pragma once
/// Numbers by the value that they stand for: which of many constants one attribute equals, in one look-up.

#include "base/value.h"

#include <cstdint>
#include <span>
#include <vector>

namespace tocsin::runtime {

/// A hash table that is filled, sealed and then only asked. It finds what `compare` calls equal, and nothing
/// else.
class EntriesByValue {
 public:
  /// `value` is a number, a string or a bool; its text lives until `seal`.
  void add(const Value& value, std::uint32_t entry);
  void seal();

  bool empty() const { return entries_.empty(); }
  std::span<const std::uint32_t> find(const Value& v) const;

 private:
  struct Added {
    std::uint64_t fingerprint = 0;
    Value value;
    std::uint32_t entry = 0;
  };
  /// Open addressing, linear probing.
  struct Place {
    std::uint64_t fingerprint = 0;
    Value value;
    std::uint32_t begin = 0;  // in entries_; if there is one only, that one
    std::uint32_t count = 0;  // 0: free
  };

  static std::size_t mixed(std::uint64_t fingerprint);
  static bool is_at(const Place& place, std::uint64_t fingerprint, const Value& v);
  Place& place_of(const Added& added);
  void keep_texts();

  std::vector<Added> added_;   // until sealed
  std::vector<Place> places_;  // a power of two, at most half of them taken
  std::vector<char> texts_;    // of the values
  std::vector<std::uint32_t> entries_;
};

}  // namespace tocsin::runtime
