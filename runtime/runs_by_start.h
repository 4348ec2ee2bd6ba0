#pragma once
/// Many runs of one rule under one key by the event that began them: which a match drops, which are the
/// oldest, whose `within` ends, and of which start no run is open any more.
///
/// Runs go by their number in the key's list, as in RunIndex.

#include "base/time.h"
#include "runtime/block_pool.h"
#include "runtime/key_store.h"
#include "runtime/short_list.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tocsin::runtime {

class RunsByStart {
 public:
  struct Start {
    std::uint64_t sequence = 0;
    EventTime begun;
    ShortList<std::uint32_t> runs;  ///< dead ones among them, until `live_of` meets them
    std::uint32_t open = 0;         ///< how many wait for an event
    std::uint32_t timed_out = 0;    ///< how many wait for the other ones to end
    bool matched = false;           ///< it has had a match, and each of its runs says so
    bool live() const { return open + timed_out > 0; }
  };

  /// A run of a start that is known, or later than all that are. cost  O(log starts), O(1) for the latest
  void add(const Run& run, std::uint32_t number);

  /// A run that was open, or else timed out, is dead. Whether it was open, and its start now has timed out
  /// ones alone.
  bool end(std::uint32_t number, bool was_open);

  /// A run that was open is timed out. Whether its start now has such ones alone.
  bool time_out(std::uint32_t number);

  /// Null: there is none.
  Start* find(std::uint64_t sequence);

  /// The earliest one that is live; null: there is none.
  Start* oldest();

  /// Appends to `out` the live runs of the starts before `sequence`.
  void live_before(std::uint64_t sequence, const ShortList<Run>& runs, std::vector<std::uint32_t>& out);

  /// Appends to `out` the live runs of `start`. `runs`  the key's list
  static void live_of(Start& start, const ShortList<Run>& runs, std::vector<std::uint32_t>& out);

  /// Appends to `out` the live runs of starts whose `within` ends by `deadline`; each start's come once.
  void take_over(EventTime deadline,
                 Duration within,
                 const ShortList<Run>& runs,
                 std::vector<std::uint32_t>& out);

  std::size_t open() const { return open_; }  ///< runs that wait for an event

 private:
  PoolVector<Start>::iterator first_from(std::uint64_t sequence);
  void skip_dead();

  PoolVector<Start> starts_;            // rising by sequence, and so by when they began
  PoolVector<std::uint32_t> place_of_;  // by run: its start in starts_
  std::size_t first_ = 0;               // all before it are dead
  std::size_t over_ = 0;                // all before it were taken by `take_over`
  std::size_t open_ = 0;
};

}  // namespace tocsin::runtime
