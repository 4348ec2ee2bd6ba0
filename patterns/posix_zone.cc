#include "patterns/posix_zone.h"

#include <algorithm>
#include <charconv>

namespace tocsin::patterns {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

class PosixZoneReader {
 public:
  explicit PosixZoneReader(std::string_view text) : rest_{text} {}

  std::optional<PosixZone> read() {
    PosixZone out;
    skip_name();
    out.standard = -offset();
    if (!rest_.empty()) {
      skip_name();
      out.summer = rest_.starts_with(',') ? out.standard + hours{1} : -offset();
      out.begin = change();
      out.end = change();
    }
    if (failed_ || !rest_.empty()) return std::nullopt;
    return out;
  }

 private:
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char c) { failed_ = !take(c) || failed_; }

  /// `CET`, `<+03>`.
  void skip_name() {
    const bool quoted = take('<');
    const auto end = rest_.find_first_of(quoted ? ">" : "+-,0123456789");
    failed_ = failed_ || end == 0 || (quoted && end == std::string_view::npos);
    rest_.remove_prefix(std::min(end, rest_.size()));
    if (quoted) expect('>');
  }

  unsigned number() {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    failed_ = failed_ || error != std::errc{} || value > 366;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

  /// `[+-]hh[:mm[:ss]]`
  seconds offset() {
    const bool negative = take('-');
    if (!negative) take('+');
    seconds out = hours{number()};
    if (take(':')) out += minutes{number()};
    if (take(':')) out += seconds{number()};
    return negative ? -out : out;
  }

  ChangeRule change() {
    ChangeRule out;
    expect(',');
    if (take('M')) {
      out.month = number();
      expect('.');
      out.week = number();
      expect('.');
      failed_ = failed_ || out.month < 1 || out.month > 12 || out.week < 1 || out.week > 5;
    } else {
      out.day = take('J') ? ChangeRule::Day::julian : ChangeRule::Day::zero_based;
    }
    out.number = number();
    failed_ = failed_ || (out.day == ChangeRule::Day::month_week && out.number > 6);
    if (take('/')) out.time = offset();
    return out;
  }

  std::string_view rest_;
  bool failed_ = false;
};

sys_days day_of(const ChangeRule& rule, std::chrono::year year) {
  const sys_days first{year / std::chrono::January / 1};
  if (rule.day == ChangeRule::Day::zero_based) return first + days{rule.number};
  if (rule.day == ChangeRule::Day::julian) {
    const bool after_leap_day = year.is_leap() && rule.number >= 60;
    return first + days{rule.number - (after_leap_day ? 0 : 1)};
  }
  const auto month = year / std::chrono::month{rule.month};
  const std::chrono::weekday weekday{rule.number};
  return rule.week == 5 ? sys_days{month / weekday[std::chrono::last]} : sys_days{month / weekday[rule.week]};
}

}  // namespace

sys_seconds PosixZone::summer_begins(std::chrono::year year) const {
  return day_of(*begin, year) + begin->time - standard;
}

sys_seconds PosixZone::summer_ends(std::chrono::year year) const {
  return day_of(*end, year) + end->time - summer;
}

void PosixZone::append_changes(sys_seconds after, sys_seconds until, std::vector<sys_seconds>& out) const {
  if (!begin) return;
  const auto year_of = [](sys_seconds t) {
    return std::chrono::year_month_day{std::chrono::floor<days>(t)}.year();
  };
  const std::size_t first = out.size();
  // A change of a year may lie in the first or last days of a neighbour.
  const std::chrono::year last = year_of(until) + std::chrono::years{1};
  for (auto year = year_of(after) - std::chrono::years{1}; year <= last; ++year) {
    for (const sys_seconds change : {summer_begins(year), summer_ends(year)}) {
      if (after < change && change <= until) out.push_back(change);
    }
  }
  std::sort(out.begin() + static_cast<std::ptrdiff_t>(first), out.end());
}

seconds PosixZone::offset_at(sys_seconds t) const {
  if (!begin) return standard;
  const auto day = std::chrono::floor<days>(t + standard);
  const std::chrono::year year = std::chrono::year_month_day{day}.year();
  const sys_seconds from = summer_begins(year);
  const sys_seconds to = summer_ends(year);
  const bool is_summer = from < to ? from <= t && t < to : !(to <= t && t < from);
  return is_summer ? summer : standard;
}

std::optional<PosixZone> parse_posix_zone(std::string_view text) {
  return PosixZoneReader{text}.read();
}

}  // namespace tocsin::patterns
