#pragma once
/// The runs of one rule under one key, where all runs that stand alike do alike: kept not one by one, but as
/// the events taken at each position.
///
/// An event taken at a position lies there once, however many runs have taken it. What stood before it are
/// ranges of what lies at other positions: a way out of a position is open to those that came there after it
/// was last closed, so to a range up to the last one. A run is a path through these ranges to a start. Starts
/// that are over cut off the front of each position.
///
/// The idea, events in the order of the latest start before them, is that of CORE (Bucchi, Grez, Quintana,
/// Riveros, Vansummeren: CORE: a Complex Event Recognition Engine, VLDB 2022), whose union nodes the ranges
/// stand for.

#include "runtime/block_pool.h"
#include "runtime/event_store.h"
#include "runtime/fifo.h"
#include "runtime/run_starts.h"
#include "runtime/run_ways.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tocsin::runtime {

class SnapshotReader;
class SnapshotWriter;

/// One event of a path.
struct PathStep {
  StoredEvent* stored = nullptr;
  patterns::VariableId variable;
  std::uint8_t choice = 0;  ///< the transition that took it
};

class SharedRuns : public FromPool {
 public:
  /// How an event came to be taken at a position: after any of a range of those at another.
  struct Arrival {
    patterns::PositionId from;  ///< kStart: a run begins here
    std::uint8_t choice = 0;    ///< the transition that took the event
    std::uint64_t begin = 0;    ///< numbers at `from`, which rise from 0
    std::uint64_t end = 0;
  };

  /// An event taken at a position that runs go on from.
  struct Taken {
    StoredEvent* stored = nullptr;   ///< held
    std::uint64_t newest_start = 0;  ///< the sequence of a start not before any of its runs'; never falls
    std::uint64_t arrivals_end = 0;  ///< the number behind its last arrival
  };

  struct AtPosition {
    Fifo<Taken> taken;
    Fifo<Arrival> arrivals;
    std::uint64_t taken_gone = 0;  ///< the number of the first of `taken`
    std::uint64_t arrivals_gone = 0;

    std::uint64_t end() const { return taken_gone + taken.size(); }
    std::uint64_t arrivals_begin(std::size_t i) const {
      return i == 0 ? arrivals_gone : taken[i - 1].arrivals_end;
    }
  };

  /// Nothing is open yet; what was there before is of no matter.
  void shape(const Ways& ways);
  /// Whether it has that shape.
  bool fits(const Ways& ways) const {
    return positions_.size() == ways.out_of.size() && open_from_.size() == ways.all.size();
  }

  bool empty() const { return open_ == 0; }
  WayMask open() const { return open_; }
  /// Events taken and kept, each as often as positions took it.
  std::size_t size() const { return size_; }
  RunStarts& starts() { return starts_; }
  const RunStarts& starts() const { return starts_; }

  /// How the event in hand comes to `target` by `takes`, ways into it that are open. `begins`: a run begins
  /// there by that transition. Into `out`, appended.
  void arrive(const Ways& ways, WayMask takes, std::vector<Arrival>& out) const;

  /// The latest start before what arrived so; 0: there is none.
  std::uint64_t newest_start(std::span<const Arrival> arrivals) const;

  /// What stands at the ways `closes` goes no further by them.
  void close(const Ways& ways, WayMask closes);

  /// The event in hand, held for this, is taken at `position`.
  void take(const Ways& ways,
            patterns::PositionId position,
            StoredEvent* stored,
            std::uint64_t newest_start,
            std::span<const Arrival> arrivals);

  /// Lets go of what began before the first of the starts that are left.
  void drop_expired(const Ways& ways, EventStore& store);

  /// Lets go of what no way is open to, and nothing that came later stands on, once there is so much as to be
  /// worth a look.
  /// cost  amortised O(1) for each event taken
  void drop_closed(const Ways& ways, EventStore& store);

  void clear(EventStore& store);

  void save(const Ways& ways, SnapshotWriter& out) const;
  void restore(const Ways& ways, SnapshotReader& in);

  /// Calls `visit(StoredEvent*&)` for each event kept.
  template <class Visit>
  void for_each_event(Visit&& visit) {
    for (AtPosition& at : positions_) {
      for (Taken& taken : at.taken) visit(taken.stored);
    }
  }

  /// Calls `visit(steps)` with each run that ends with an event that arrived so, the last event first, until
  /// it says false.
  /// cost  O(its steps) for each run
  template <class Visit>
  void for_each_run(std::span<const Arrival> arrivals,
                    const patterns::Program& program,
                    const PathStep& last,
                    Visit&& visit);

 private:
  static constexpr std::size_t kLookMin = 64;

  /// Where a walk from a run's last event towards its start has come to, at one of its events.
  struct Walk {
    const Arrival* arrival = nullptr;  // the one that is being followed
    const Arrival* end = nullptr;
    std::uint64_t next = 0;  // the number, at where that came from, of the event to go on to
  };

  std::uint64_t first_of(const Arrival& arrival) const;
  void drop_front(const Ways& ways, std::size_t position, std::size_t count, EventStore& store);
  bool is_sound() const;
  bool drop_closed_once(const Ways& ways, EventStore& store);

  PoolVector<AtPosition> positions_;
  PoolVector<std::uint64_t> open_from_;  // by way: the number of the first to which it is open
  WayMask open_ = 0;                     // ways that are open to something
  std::size_t size_ = 0;
  std::size_t look_at_ = kLookMin;  // the size at which drop_closed does something
  RunStarts starts_;
  PoolVector<Walk> walk_;       // scratch
  PoolVector<PathStep> steps_;  // scratch, the last event first
};

template <class Visit>
void SharedRuns::for_each_run(std::span<const Arrival> arrivals,
                              const patterns::Program& program,
                              const PathStep& last,
                              Visit&& visit) {
  walk_.clear();
  steps_.clear();
  const auto come_to = [&](const PathStep& step, const Arrival* begin, const Arrival* end) {
    steps_.push_back(step);
    walk_.push_back({begin, end, first_of(*begin)});
  };
  come_to(last, arrivals.data(), arrivals.data() + arrivals.size());
  while (!walk_.empty()) {
    Walk& walk = walk_.back();
    const Arrival& arrival = *walk.arrival;
    steps_.back().choice = arrival.choice;
    if (arrival.from == patterns::kStart && !visit(std::span<const PathStep>{steps_})) return;
    if (walk.next < arrival.end) {
      const AtPosition& at = positions_[arrival.from.value];
      const std::size_t i = walk.next++ - at.taken_gone;
      const Arrival* const before = &at.arrivals[at.arrivals_begin(i) - at.arrivals_gone];
      const std::size_t count = at.taken[i].arrivals_end - at.arrivals_begin(i);
      come_to(
          {at.taken[i].stored, program.positions[arrival.from.value].variable, 0}, before, before + count);
    } else if (++walk.arrival != walk.end) {
      walk.next = first_of(*walk.arrival);
    } else {
      walk_.pop_back();
      steps_.pop_back();
    }
  }
}

}  // namespace tocsin::runtime
