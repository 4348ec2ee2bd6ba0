#pragma once
/// How many runs there are, where all runs that stand alike do alike and nobody asks which: numbers, no runs.
///
/// The state is how many runs wait at each way, and an event is a linear map of that: a match of k ways costs
/// O(k) numbers an event, however many runs wait. That starts leave as they came is what makes it hard: their
/// runs are to be taken off. As with a queue of two stacks, of the starts that came before some event each
/// knows how many runs it and those after it had at each way then; what the events since have made of one run
/// at a way then, is a matrix that all of them share. When the last of these starts is gone, that is found
/// anew for those that came since, from the last to the first.

#include "runtime/block_pool.h"
#include "runtime/run_starts.h"
#include "runtime/run_ways.h"

#include <cstdint>
#include <vector>

namespace tocsin::runtime {

class SnapshotReader;
class SnapshotWriter;

/// Counts modulo 2^64.
class RunCounter : public FromPool {
 public:
  /// Nothing is open yet; what was there before is of no matter.
  /// expires  whether starts are ever taken off; if not, they are not kept
  void shape(const Ways& ways, bool expires);

  /// Whether it has that shape.
  bool fits(const Ways& ways, bool expires) const {
    return moved_.size() == ways.all.size() * (ways.all.size() + 1) && expires_ == expires;
  }

  bool empty() const { return open_ == 0; }
  WayMask open() const { return open_; }
  const RunStarts& starts() const { return starts_; }

  /// The matches that the event completes. The ways it takes are open.
  /// cost  O(ways), and as much again once for each event when its starts are first taken off
  std::uint64_t step(const Ways& ways, const WayStep& step, const RunStart& start);

  /// Takes off the runs of the first start.
  void drop_first_start(const Ways& ways);

  void clear();

  void save(SnapshotWriter& out) const;
  void restore(const Ways& ways, RunStarts starts, SnapshotReader& in);

 private:
  /// A position that the event in hand has come to, and its numbers in `arriving_`.
  struct Reached {
    patterns::PositionId position;
    std::size_t numbers = 0;
  };

  std::uint64_t total_at(std::size_t way) const;
  void move(const Ways& ways, const WayStep& step);
  std::uint64_t* arriving_at(patterns::PositionId position);
  void sum_up(const Ways& ways);
  void undo(const Ways& ways, const WayStep& step);

  std::size_t rows() const { return ways_ + 1; }
  std::uint64_t* column(std::size_t way) { return moved_.data() + way * rows(); }
  const std::uint64_t* column(std::size_t way) const { return moved_.data() + way * rows(); }

  std::size_t ways_ = 0;
  bool expires_ = false;
  WayMask open_ = 0;
  RunStarts starts_;
  // Of the first `sums_.size() / ways_` starts, the last one first: how many runs it and the later ones of
  // them had at each way when they were summed up.
  PoolVector<std::uint64_t> sums_;
  // By way, then: for each way, how many runs have come here of one that was there at that time; at last, of
  // the starts since.
  PoolVector<std::uint64_t> moved_;
  PoolVector<WayStep> since_;           // the steps since that time
  PoolVector<Reached> reached_;         // scratch
  PoolVector<std::uint64_t> arriving_;  // scratch
  PoolVector<std::uint64_t> later_;     // scratch: by way, what one run there has become, by way
};

}  // namespace tocsin::runtime
