#pragma once
/// Time zones: how far a place's clocks are from UTC at an instant, and the date and hour they show then.
///
/// Read from the system's zone files (TZif, RFC 8536), rules for the years to come included. Only the
/// compiler reads them: a loaded zone never changes.

#include "base/result.h"
#include "base/time.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::patterns {

/// Immutable, shared by all threads; copies share what was read.
class TimeZone {
 public:
  /// UTC.
  TimeZone();

  /// `Europe/Berlin`: a name of the IANA database, looked up under $TZDIR or the system's folder. Fails when
  /// there is no such zone or its file is damaged.
  static Result<TimeZone> load(std::string_view name);

  /// The zone that `bytes`, the contents of a zone file, describe.
  static Result<TimeZone> decode(std::string_view name, std::string_view bytes);

  /// What to add to UTC for the local time at `t`. O(log transitions)
  std::chrono::seconds offset_at(EventTime t) const;

  /// The instants after `after` and up to `until` at which the clocks may change, rising.
  std::vector<EventTime> changes_between(EventTime after, EventTime until) const;

  const std::string& name() const;

 private:
  struct Rules;
  std::shared_ptr<const Rules> rules_;
};

/// What a wall clock and a calendar show.
struct CivilTime {
  int year = 0;
  unsigned month = 0;  ///< 1 to 12
  unsigned day = 0;    ///< 1 to 31
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::int64_t nanosecond = 0;
  unsigned weekday = 0;            ///< 1 Monday to 7 Sunday, as ISO 8601 has it
  int day_of_year = 0;             ///< from 1
  std::chrono::seconds offset{0};  ///< from UTC
};

CivilTime civil_time(EventTime t, const TimeZone& zone);

}  // namespace tocsin::patterns
