#pragma once
/// Where tumbling and hopping windows begin and end on a wall clock.
///
/// A window's bounds are readings of the clock of a zone, as multiples of a step after an offset; it begins
/// when the clock first shows its start or is put on beyond it, and ends when it first shows its end. So a
/// day has 23 hours when the clock is put on and 25 when it is put back, every instant lies in one tumbling
/// window, and a window that the clock skips does not exist.

#include "base/time.h"
#include "patterns/program.h"

namespace tocsin::patterns {

/// What a clock shows, as an instant of UTC at which a clock of UTC shows the same.
using ClockReading = EventTime;

class WindowGrid {
 public:
  /// Of a tumbling or a hopping window; of others it is not to be asked.
  explicit WindowGrid(const Window& window);

  /// Calls `visit(start)` for each window that holds an event at `t`, by their starts.
  /// cost  O(windows) while `t` moves between two changes of the zone's clocks
  template <class Visit>
  void for_each_holding(EventTime t, Visit&& visit) {
    const ClockReading now = latest_reading(t);
    const ClockReading last = last_start(now);
    const ClockReading first = saturating_add(last_start(saturating_add(now, -size_)), every_);
    for (ClockReading start = first; start <= last; start += every_) {
      visit(start);
      if (last - start < every_) return;
    }
  }

  EventTime begin(ClockReading start) const { return first_instant(start); }
  EventTime end(ClockReading start) const { return first_instant(saturating_add(start, size_)); }

 private:
  ClockReading latest_reading(EventTime t);
  EventTime first_instant(ClockReading reading) const;
  ClockReading last_start(ClockReading reading) const;

  Duration size_;
  Duration every_;
  Duration offset_;
  TimeZone zone_;
  bool utc_;
  // Between these the clock runs ahead of UTC by so much and shows what it never showed before.
  EventTime steady_from_ = kTimeMax;
  EventTime steady_until_ = kTimeMin;
  Duration ahead_{0};
};

}  // namespace tocsin::patterns
