#pragma once
/// Event time: instants and lengths as the events tell them, in nanoseconds. Nothing here reads a clock.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

using Duration = std::chrono::duration<std::int64_t, std::nano>;

/// Time as the events tell it. It has no now(), so nothing can read it off the wall.
struct EventClock {
  using duration = Duration;
};

using EventTime = std::chrono::time_point<EventClock>;  // t - t is a Duration; t + t does not compile

inline constexpr EventTime kTimeMin{Duration{std::numeric_limits<std::int64_t>::min()}};
inline constexpr EventTime kTimeMax{Duration{std::numeric_limits<std::int64_t>::max()}};
/// What events may carry, 1823 to 2116: far enough from the ends that no sum of a time and a bound wraps
/// round.
inline constexpr EventTime kEventTimeFirst{Duration{-(std::int64_t{1} << 62)}};
inline constexpr EventTime kEventTimeLast{Duration{std::int64_t{1} << 62}};

inline constexpr Duration kForever{std::numeric_limits<std::int64_t>::max()};

/// `t + d`, or the nearest time there is. Deadlines are computed with it, so that no input can overflow them.
constexpr EventTime saturating_add(EventTime t, Duration d) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(t.time_since_epoch().count(), d.count(), &sum)) return EventTime{Duration{sum}};
  return d.count() > 0 ? kTimeMax : kTimeMin;
}

/// Reads a duration as rules write it: `500ms`, `1h`, `1h30m`, `1.5s`; units ns us ms s m h d w.
/// Nothing if the text is no duration or does not fit in 64 bits of nanoseconds.
std::optional<Duration> parse_duration(std::string_view text);

/// The shortest text that `parse_duration` reads back to the same value, as `1h30m`.
std::string format_duration(Duration d);

/// How a time is written in the events.
enum class TimeFormat : std::uint8_t { seconds, milliseconds, microseconds, nanoseconds, rfc3339 };

/// Reads an RFC 3339 timestamp with an offset or `Z` and up to nine digits of a second.
std::optional<EventTime> parse_rfc3339(std::string_view text);

/// Reads an RFC 3339 timestamp, or a date alone, `2023-11-14`: its midnight in UTC.
std::optional<EventTime> parse_time_or_date(std::string_view text);

/// Reads a time given as text in `format`: a decimal number of units since the epoch, or RFC 3339.
std::optional<EventTime> parse_time(std::string_view text, TimeFormat format);

/// `count` units of `format` since the epoch; nothing on overflow or for rfc3339.
std::optional<EventTime> time_from_units(std::int64_t count, TimeFormat format);

/// Appends `2023-11-14T22:13:20.000Z`: milliseconds, or as many digits as the time needs.
void append_rfc3339(std::string& out, EventTime t);

/// Writes times as `append_rfc3339` does. Most are of the same day as the one before, the date of which is
/// kept as text.
class TimeWriter {
 public:
  static constexpr std::size_t kBytesMax = 32;

  /// At `to`, where there is room for kBytesMax. Gives the end.
  char* put(char* to, EventTime t);

 private:
  std::int64_t day_ = std::numeric_limits<std::int64_t>::min();  // since the epoch, of `date_`
  std::array<char, 16> date_{};                                  // `2023-11-14T`
};

}  // namespace tocsin
