#pragma once
/// What a rule keeps under a key beside its runs, where its settings ask for it.

#include "runtime/block_pool.h"
#include "runtime/fifo.h"
#include "runtime/match_buffer.h"
#include "runtime/run_counter.h"
#include "runtime/shared_runs.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

namespace tocsin::runtime {

/// The last instant there is: time is beyond it only when the input ends.
inline constexpr EventTime kInputEnd = kTimeMax - Duration{1};

/// The number, among the events that the rule saw under its key, of one with which runs began.
struct CountedStart {
  std::uint64_t start_sequence = 0;
  std::uint64_t number = 0;
};

/// `emit: preferred`: of the matches that a start has had the one that comes first.
struct BestMatch {
  std::uint64_t start_sequence = 0;
  TakenEvent* tail = nullptr;  ///< held
  std::uint16_t accept = 0;    ///< the transition by which it ended
  EventTime time;              ///< the alert's
};

/// An empty one stays with its slot, for the next key.
struct RuleMemory : FromPool {
  bool started = false;                 ///< `runs: once`: the key has had its start
  bool waits_for_end = false;           ///< a timer for the input's end is under way
  std::uint64_t seen = 0;               ///< `within: N events`: how many the rule saw, while runs are open
  Fifo<CountedStart> counted;           ///< of those starts that may still be open
  PoolVector<EventTime> last_loud;      ///< `not a for 10m`: when an a came last, by lull; kTimeMin: long ago
  EventTime lull_timer = kTimeMax;      ///< when the timer for them comes; kTimeMax: none is under way
  PriorEvents prior;                    ///< what `prior` speaks of, the last one first; held
  PoolVector<BestMatch> best;           ///< of starts that are not decided
  std::unique_ptr<SharedRuns> shared;   ///< instead of runs one by one, where these need not be told apart
  std::unique_ptr<RunCounter> counter;  ///< the same, where they are only counted

  bool is_loud() const {
    return std::any_of(last_loud.begin(), last_loud.end(), [](EventTime t) { return t != kTimeMin; });
  }
  bool has_runs() const {
    return (shared != nullptr && !shared->empty()) || (counter != nullptr && !counter->empty());
  }
  bool empty() const { return !started && prior.empty() && best.empty() && !is_loud() && !has_runs(); }

  bool has_timers() const { return waits_for_end || lull_timer != kTimeMax; }

  /// The key goes, and its timers with it.
  void forget_timers() {
    waits_for_end = false;
    lull_timer = kTimeMax;
  }
};

}  // namespace tocsin::runtime
