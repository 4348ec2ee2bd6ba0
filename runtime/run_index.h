#pragma once
/// Finds, among many runs of one rule under one key, those that wait for a value: the search that a click
/// answers, of a user with ten thousand open ones.
///
/// Runs go by their number in the key's list of runs, which stays as it is while there is an index: a run
/// that ends is left there dead, and forgotten with others once they are as many as the live ones.

#include "patterns/program.h"
#include "runtime/short_list.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tocsin::runtime {

class RunIndex {
 public:
  /// What a run waits for: at a position, a value with this fingerprint; 0 where none is compared.
  struct Awaited {
    patterns::PositionId position;
    std::uint64_t fingerprint = 0;
    bool operator==(const Awaited&) const = default;
  };

  /// A run that begins. cost  O(1), as of all of these
  void begin(const Awaited& awaited, std::uint32_t run) {
    ++live_;
    add(awaited, run);
  }
  /// A run that was taken out waits again.
  void add(const Awaited& awaited, std::uint32_t run) { runs_[awaited].emplace_back(run); }
  void end() { --live_; }

  /// Appends to `out` those that wait for it, in no order, also dead ones, and forgets them.
  void take(const Awaited& awaited, std::vector<std::uint32_t>& out);

  std::size_t live() const { return live_; }

  /// All before this one are dead.
  std::uint32_t first() const { return first_; }
  void set_first(std::uint32_t first) { first_ = first; }

 private:
  struct Hash {
    std::size_t operator()(const Awaited& awaited) const;
  };

  boost::unordered_flat_map<Awaited, ShortList<std::uint32_t>, Hash> runs_;
  std::size_t live_ = 0;
  std::uint32_t first_ = 0;
};

}  // namespace tocsin::runtime
