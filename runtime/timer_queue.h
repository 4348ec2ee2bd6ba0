#pragma once
/// Wake-ups at event times. Most deadlines are "now + a fixed duration" and so come in order: one queue for
/// each duration, no sorting. Those that do not lie in a heap.

#include "base/check.h"
#include "base/time.h"
#include "runtime/block_fifo.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
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
  void push(Lane lane, const Timer& timer) {
    if (timer.deadline == kTimeMax) return;
    auto& timers = lanes_[lane].timers;
    TOCSIN_DCHECK(timers.empty() || timers.back().deadline <= timer.deadline, "a lane's deadlines rise");
    if (timers.empty()) begin_lane(lane, timer.deadline);
    timers.emplace_back(timer.deadline, timer.key, timer.generation, timer.rule);
  }

  /// In any order.
  void push_unordered(const Timer& timer);

  /// Whether some timer's deadline lies before `time`.
  bool due(EventTime time) const { return next_ < time; }

  /// The earliest deadline; kTimeMax: there is none.
  EventTime next_deadline() const { return next_; }

  /// The timer with the earliest deadline. One must be there.
  Timer pop() {
    const bool lane_is_next =
        !heads_.empty() && (unordered_.empty() || heads_.front().deadline < unordered_.front().deadline);
    const Timer timer = lane_is_next ? pop_lane() : pop_unordered();
    next_ = heads_.empty() ? kTimeMax : heads_.front().deadline;
    if (!unordered_.empty()) next_ = std::min(next_, unordered_.front().deadline);
    return timer;
  }

  /// The timers after the next one, for looking ahead.
  class Coming {
   public:
    Coming(const BlockFifo<Timer>& lane, std::size_t lanes)
        : lane_{lane}, lanes_log2_{static_cast<unsigned>(std::bit_width(lanes - 1))} {}

    /// A timer of the same lane that comes no more than `places` after the next one, if the lanes take turns,
    /// but at least `in_lane` places after it in the lane, which are fewer; null: there is none.
    const Timer* at(std::size_t places, std::size_t in_lane) const {
      places = std::max(places >> lanes_log2_, in_lane);
      return lane_.size() > places ? &lane_[places] : nullptr;
    }

   private:
    const BlockFifo<Timer>& lane_;
    unsigned lanes_log2_;
  };

  /// None if no lane has timers.
  std::optional<Coming> coming() const {
    if (heads_.empty()) return std::nullopt;
    return Coming{lanes_[heads_.front().lane].timers, heads_.size()};
  }

  /// Calls `keep(timer)` for each timer, which may change it; forgets those for which it is false.
  template <class Keep>
  void filter(Keep&& keep) {
    for (Queue& queue : lanes_) queue.timers.filter(keep);
    std::erase_if(unordered_, [&](Timer& t) { return !keep(t); });
    rebuild();
  }

  std::size_t size() const;

 private:
  struct Queue {
    Duration duration;
    BlockFifo<Timer> timers;
  };
  struct Head {
    EventTime deadline;
    Lane lane;
    bool operator>(const Head& other) const { return deadline > other.deadline; }
  };

  void begin_lane(Lane lane, EventTime deadline);
  /// The first timer of the lane whose turn it is.
  Timer pop_lane() {
    auto& timers = lanes_[heads_.front().lane].timers;
    const Timer timer = timers.front();
    timers.pop_front();
    if (heads_.size() == 1 && !timers.empty()) {
      heads_.front().deadline = timers.front().deadline;
    } else {
      sort_first_lane();
    }
    return timer;
  }
  void sort_first_lane();
  Timer pop_unordered();
  void rebuild();
  void find_next();

  std::vector<Queue> lanes_;
  std::vector<Head> heads_;       // one for each lane that has timers: a heap, the earliest first
  std::vector<Timer> unordered_;  // a heap, the earliest first
  EventTime next_ = kTimeMax;
};

}  // namespace tocsin::runtime
