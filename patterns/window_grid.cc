#include "patterns/window_grid.h"

#include <algorithm>

namespace tocsin::patterns {
namespace {

/// No clock is further from UTC than this.
constexpr Duration kAheadMax = std::chrono::hours(26);

}  // namespace

WindowGrid::WindowGrid(const Window& window)
    : size_{window.size},
      every_{window.kind == WindowKind::tumbling ? window.size : window.every},
      offset_{window.offset},
      zone_{window.zone},
      utc_{zone_.name() == "UTC"} {}

/// The last start of a window at or before `reading`.
ClockReading WindowGrid::last_start(ClockReading reading) const {
  const std::int64_t rest = (reading.time_since_epoch() % every_ - offset_ % every_).count() % every_.count();
  return saturating_add(reading, Duration{-(rest < 0 ? rest + every_.count() : rest)});
}

/// The latest that the clock has ever shown up to `t`: where it was put back, that is not what it shows.
ClockReading WindowGrid::latest_reading(EventTime t) {
  if (utc_) return t;
  if (steady_from_ <= t && t < steady_until_) return saturating_add(t, ahead_);
  const EventTime horizon = saturating_add(t, kAheadMax);
  const Duration ahead = zone_.offset_at(t);
  ClockReading latest = saturating_add(t, ahead);
  EventTime next = horizon;
  for (const EventTime change : zone_.changes_between(saturating_add(t, -2 * kAheadMax), horizon)) {
    if (change > t) {
      next = std::min(next, change);
      continue;
    }
    const EventTime before = saturating_add(change, Duration{-1});
    latest = std::max(latest, saturating_add(before, zone_.offset_at(before)));
  }
  if (latest == saturating_add(t, ahead)) {
    steady_from_ = t;
    steady_until_ = next;
    ahead_ = ahead;
  }
  return latest;
}

/// The first instant at which the clock shows `reading` or later.
EventTime WindowGrid::first_instant(ClockReading reading) const {
  if (utc_) return reading;
  EventTime from = saturating_add(reading, -kAheadMax);
  const EventTime horizon = saturating_add(reading, kAheadMax);
  for (const EventTime change : zone_.changes_between(from, horizon)) {
    const EventTime shown = std::max(from, saturating_add(reading, -zone_.offset_at(from)));
    if (shown < change) return shown;
    from = change;
  }
  return std::max(from, saturating_add(reading, -zone_.offset_at(from)));
}

}  // namespace tocsin::patterns
