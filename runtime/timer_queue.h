#pragma once
/// Wake-ups at event times. Most deadlines are "now + a fixed duration" and so come in order: one queue for
/// each duration, no sorting. Those that do not lie in a heap.

#include "base/time.h"

#include <cstdint>
#include <deque>
#include <vector>

namespace tocsin::runtime {

struct KeyState;

/// A wake-up of one rule under one key. It may come for nothing: the key or its runs may be gone by then.
struct Timer {
  EventTime deadline;  ///< the last instant that still counts: due when time is beyond it
  KeyState* key = nullptr;
  std::uint32_t generation = 0;  ///< of the key's slot
  std::uint32_t rule = 0;
};

class TimerQueue {
 public:
  using Lane = std::uint32_t;

  /// The lane for timers of `duration`. Lanes are few: as many as rules name different durations.
  Lane lane_for(Duration duration);

  /// `timer.deadline` is not before the one last pushed to this lane. kTimeMax: never due, not kept.
  void push(Lane lane, const Timer& timer);

  /// In any order.
  void push_unordered(const Timer& timer);

  /// Whether some timer's deadline lies before `time`.
  bool due(EventTime time) const { return next_ < time; }

  /// The timer with the earliest deadline. One must be there.
  Timer pop();

  /// The timer that comes `places` after the next one, if it is of the same lane; null: there is none.
  const Timer* ahead(std::size_t places) const {
    if (heads_.empty()) return nullptr;
    const auto& timers = lanes_[heads_.front().lane].timers;
    return timers.size() > places ? &timers[places] : nullptr;
  }

  /// Calls `keep(timer)` for each timer, which may change it; forgets those for which it is false.
  template <class Keep>
  void filter(Keep&& keep) {
    for (Queue& queue : lanes_) std::erase_if(queue.timers, [&](Timer& t) { return !keep(t); });
    std::erase_if(unordered_, [&](Timer& t) { return !keep(t); });
    rebuild();
  }

  std::size_t size() const;

 private:
  struct Queue {
    Duration duration;
    std::deque<Timer> timers;
  };
  struct Head {
    EventTime deadline;
    Lane lane;
    bool operator>(const Head& other) const { return deadline > other.deadline; }
  };

  Timer pop_lane();
  void rebuild();
  void find_next();

  std::vector<Queue> lanes_;
  std::vector<Head> heads_;       // one for each lane that has timers: a heap, the earliest first
  std::vector<Timer> unordered_;  // a heap, the earliest first
  EventTime next_ = kTimeMax;
};

}  // namespace tocsin::runtime
