#pragma once
/// Finds, among many runs of one rule under one key, those that an event's values may advance: the search
/// that a click answers, of a user with ten thousand open ones; the payments that were less than a tenth of
/// this one.
///
/// Runs go by their number in the key's list of runs, which stays as it is while there is an index: a run
/// that ends is left there dead, and forgotten with others once they are as many as the live ones. Where a
/// start may have several runs, these are also found by their start and by the times at which they are due.

#include "patterns/program.h"
#include "runtime/block_pool.h"
#include "runtime/fifo.h"
#include "runtime/runs_by_start.h"
#include "runtime/runs_by_word.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace tocsin::runtime {

class RunIndex : public FromPool {
 public:
  /// What a run waits for: at a position, with its word in the join; 0 where there is none.
  struct Awaited {
    patterns::PositionId position;
    std::uint64_t word = 0;
    bool in_order = false;  ///< to be found by `find_between`; the same for all runs at the position
    auto operator<=>(const Awaited&) const = default;
  };

  /// A run that begins. cost  O(1); O(log runs) for those in order, as of all of these
  void begin(const Awaited& awaited, std::uint32_t run) {
    ++live_;
    add(awaited, run);
  }
  /// A run that was taken out waits again.
  void add(const Awaited& awaited, std::uint32_t run);
  void end() { --live_; }

  /// Appends to `out` those that wait for it, and few others, in no order, also dead ones; and forgets them.
  void take(const Awaited& awaited, std::vector<std::uint32_t>& out) {
    by_value_.take(hash_of(awaited), out);
  }

  /// Appends to `out` those that wait for it, and few others, as they began. They stay; one that
  /// `is_gone(run)` goes. cost  O(1) for each of them
  template <class IsGone>
  void find(const Awaited& awaited, IsGone&& is_gone, std::vector<std::uint32_t>& out) {
    by_value_.find(hash_of(awaited), is_gone, out);
  }

  /// Appends to `out` those in order at `position` with words from `first` to `last`. They stay; one that
  /// `is_gone(run, word)` from there goes. cost  O(log runs), and O(1) for each of them
  template <class IsGone>
  void find_between(patterns::PositionId position,
                    std::uint64_t first,
                    std::uint64_t last,
                    IsGone&& is_gone,
                    std::vector<std::uint32_t>& out) {
    auto at = in_order_.lower_bound({position, first, true});
    while (at != in_order_.end() && at->first <= Awaited{position, last, true}) {
      if (is_gone(at->second, at->first.word)) {
        at = in_order_.erase(at);
      } else {
        out.push_back((at++)->second);
      }
    }
  }

  RunsByStart& starts() { return starts_; }

  /// The runs that may have something due so long after their last event, the earliest first.
  Fifo<std::uint32_t>& waiting_for_gap(std::size_t gap) {
    if (gap >= by_gap_.size()) by_gap_.resize(gap + 1);
    return by_gap_[gap];
  }

  /// How many open runs are at `position`, as its user counts them.
  std::uint32_t& open_at(patterns::PositionId position) {
    if (position.value >= open_at_.size()) open_at_.resize(position.value + std::size_t{1});
    return open_at_[position.value];
  }

  std::size_t live() const { return live_; }

  /// All before this one are dead.
  std::uint32_t first() const { return first_; }
  void set_first(std::uint32_t first) { first_ = first; }

 private:
  static std::uint64_t hash_of(const Awaited& awaited);

  template <class T>
  using AllocatorFor = PoolAllocator<std::pair<const Awaited, T>>;

  RunsByWord by_value_;
  std::multimap<Awaited, std::uint32_t, std::less<>, AllocatorFor<std::uint32_t>> in_order_;
  RunsByStart starts_;
  PoolVector<Fifo<std::uint32_t>> by_gap_;
  PoolVector<std::uint32_t> open_at_;
  std::size_t live_ = 0;
  std::uint32_t first_ = 0;
};

}  // namespace tocsin::runtime
