#pragma once
/// The rule at the end of a zone file, as `CET-1CEST,M3.5.0,M10.5.0/3`: what holds after its last transition.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tocsin::patterns {

/// A day of each year, and the local time at which the clocks change on it.
struct ChangeRule {
  enum class Day : std::uint8_t {
    month_week,  ///< `M3.5.0`: the last Sunday of March
    julian,      ///< `J60`: day 60 counted from 1, 29 February left out
    zero_based,  ///< `59`: day 59 counted from 0
  };
  Day day = Day::month_week;
  unsigned month = 1;
  unsigned week = 1;    ///< 5: the last
  unsigned number = 0;  ///< of the weekday (0 Sunday), or of the day in the year
  std::chrono::seconds time{std::chrono::hours{2}};
};

struct PosixZone {
  std::chrono::seconds standard{0};  ///< to add to UTC
  std::chrono::seconds summer{0};
  std::optional<ChangeRule> begin;  ///< of summer time; none: there is none
  std::optional<ChangeRule> end;

  std::chrono::seconds offset_at(std::chrono::sys_seconds t) const;

  /// Appends the instants after `after` and up to `until` at which the clocks change, rising.
  void append_changes(std::chrono::sys_seconds after,
                      std::chrono::sys_seconds until,
                      std::vector<std::chrono::sys_seconds>& out) const;

 private:
  std::chrono::sys_seconds summer_begins(std::chrono::year year) const;
  std::chrono::sys_seconds summer_ends(std::chrono::year year) const;
};

/// Nothing if `text` is no such rule.
std::optional<PosixZone> parse_posix_zone(std::string_view text);

}  // namespace tocsin::patterns
