#pragma once
/// Lists of runs by a word that they share: what they wait for.
///
/// A hash table of 16 bytes a list, whose runs are linked by number: many lists are short, and each visit is
/// a cache line or two. Runs go by their number, as in RunIndex; each is in one list at most.

#include "runtime/block_pool.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tocsin::runtime {

class RunsByWord {
 public:
  /// At the end of the list of `word`. cost  O(1) on average
  void add(std::uint64_t word, std::uint32_t run);

  /// Appends the list of `word` to `out`, and forgets it.
  void take(std::uint64_t word, std::vector<std::uint32_t>& out);

  /// Appends the list of `word` to `out`, but for those that `is_gone(run)`, which it forgets.
  template <class IsGone>
  void find(std::uint64_t word, IsGone&& is_gone, std::vector<std::uint32_t>& out) {
    if (slots_.empty()) return;
    List& list = slots_[slot_of(word)];
    std::uint32_t kept = kNone;
    for (std::uint32_t run = list.first; run != kNone; run = next_[run]) {
      if (is_gone(run)) continue;
      out.push_back(run);
      (kept == kNone ? list.first : next_[kept]) = run;
      kept = run;
    }
    end_after(kept, list);
  }

 private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  static constexpr std::size_t kSlotsMin = 32;

  struct List {
    std::uint64_t word = 0;
    std::uint32_t first = kNone;  // none: there was one, or the slot is free
    std::uint32_t last = kFree;
  };
  static constexpr std::uint32_t kFree = 0xFFFFFFFF;
  static constexpr std::uint32_t kEmpty = 0xFFFFFFFE;  // as `last`: there was one

  std::size_t mask() const { return slots_.size() - 1; }
  /// The list of `word`, or the free slot where it would be.
  std::size_t slot_of(std::uint64_t word) const {
    std::size_t at = (word * 0x9E3779B97F4A7C15u >> 32) & mask();
    while (slots_[at].last != kFree && slots_[at].word != word) at = (at + 1) & mask();
    return at;
  }
  void end_after(std::uint32_t last, List& list) {
    if (last != kNone) {
      next_[last] = kNone;
      list.last = last;
    } else if (list.last != kFree) {
      list.first = kNone;
      list.last = kEmpty;
    }
  }
  void make_room();

  PoolVector<List> slots_;          // none, or a power of two, and at most half of them used
  PoolVector<std::uint32_t> next_;  // by run: the one after it in its list
  std::size_t used_ = 0;            // slots that are not free
};

}  // namespace tocsin::runtime
