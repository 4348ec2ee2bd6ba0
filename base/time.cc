#include "base/time.h"

#include "base/digits.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace tocsin {
namespace {

using Wide = __int128;  // wide enough for every product here; checked once, on the way back to 64 bits

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kNsPerMinute = 60 * kNsPerSecond;
constexpr std::int64_t kNsPerHour = 60 * kNsPerMinute;
constexpr std::int64_t kNsPerDay = 24 * kNsPerHour;
constexpr std::int64_t kSecondsPerDay = 86'400;

std::optional<std::int64_t> narrow(Wide wide) {
  const auto number = static_cast<std::int64_t>(wide);
  if (number != wide) return std::nullopt;
  return number;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes the digits at the start of `text`.
std::string_view take_digits(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && is_digit(text[size])) ++size;
  const std::string_view digits = text.substr(0, size);
  text.remove_prefix(size);
  return digits;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

/// An unsigned decimal number as written: `12.5` is whole 12, fraction "5".
struct Decimal {
  std::uint64_t whole = 0;
  std::string_view fraction;
};

/// The number that `digits` say; nothing if it does not fit.
std::optional<std::uint64_t> number_of(std::string_view digits) {
  constexpr std::size_t kDigitsThatFit = 19;
  std::uint64_t number = 0;
  if (digits.size() > kDigitsThatFit) {
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return read.ec == std::errc{} ? std::optional(number) : std::nullopt;
  }
  for (const char c : digits) number = number * 10 + static_cast<std::uint64_t>(c - '0');
  return number;
}

/// Takes `12` or `12.5`; nothing if there is none or its whole part does not fit.
std::optional<Decimal> take_decimal(std::string_view& text) {
  const std::string_view digits = take_digits(text);
  const auto whole = number_of(digits);
  if (digits.empty() || !whole) return std::nullopt;
  Decimal decimal{*whole, {}};
  if (take(text, '.')) {
    decimal.fraction = take_digits(text);
    if (decimal.fraction.empty()) return std::nullopt;
  }
  return decimal;
}

struct Scaled {
  Wide value = 0;
  bool exact = true;  ///< false where digits beyond the last whole unit were cut off
};

/// 0.fraction * scale. Scale is at most a week of nanoseconds, so 19 digits are all that can count.
Scaled scale_fraction(std::string_view fraction, std::int64_t scale) {
  if (fraction.empty()) return {};
  constexpr std::size_t kDigitsMax = 19;
  Wide digits = 0;
  Wide divisor = 1;
  for (const char c : fraction.substr(0, kDigitsMax)) {
    digits = digits * 10 + (c - '0');
    divisor *= 10;
  }
  const Wide product = digits * scale;
  const bool rest_is_zero =
      fraction.find_first_not_of('0', std::min(kDigitsMax, fraction.size())) == fraction.npos;
  return {product / divisor, product % divisor == 0 && rest_is_zero};
}

struct Unit {
  std::string_view name;
  std::int64_t ns;
};
constexpr std::array<Unit, 8> kUnits{{{"w", 7 * kNsPerDay},
                                      {"d", kNsPerDay},
                                      {"h", kNsPerHour},
                                      {"m", kNsPerMinute},
                                      {"s", kNsPerSecond},
                                      {"ms", 1'000'000},
                                      {"us", 1'000},
                                      {"ns", 1}}};

const Unit* take_unit(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && text[size] >= 'a' && text[size] <= 'z') ++size;
  const std::string_view name = text.substr(0, size);
  const auto* found =
      std::find_if(kUnits.begin(), kUnits.end(), [name](const Unit& u) { return u.name == name; });
  if (found == kUnits.end()) return nullptr;
  text.remove_prefix(size);
  return found;
}

/// Takes one `30m`, in a unit smaller than `below`; sets `below` to that unit.
std::optional<Wide> take_duration_part(std::string_view& text, std::int64_t& below) {
  const auto decimal = take_decimal(text);
  if (!decimal) return std::nullopt;
  const Unit* unit = take_unit(text);
  if (unit == nullptr || unit->ns >= below) return std::nullopt;
  below = unit->ns;
  const Scaled fraction = scale_fraction(decimal->fraction, unit->ns);
  if (!fraction.exact) return std::nullopt;
  return Wide{decimal->whole} * unit->ns + fraction.value;
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 24> digits;
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

/// `count` in units of 10^digits as a decimal: 1500 with 3 digits is `1.5`.
void append_decimal(std::string& out, std::uint64_t count, int digits) {
  std::uint64_t unit = 1;
  for (int i = 0; i < digits; ++i) unit *= 10;
  append_number(out, count / unit);
  std::uint64_t rest = count % unit;
  if (rest != 0) out += '.';
  while (rest != 0) {
    unit /= 10;
    out += static_cast<char>('0' + rest / unit);
    rest %= unit;
  }
}

/// What is less than a minute: `59.5s`, `1.5ms`, `3ns`.
void append_seconds(std::string& out, std::uint64_t ns) {
  if (ns >= 1'000'000'000) {
    append_decimal(out, ns, 9);
    out += 's';
  } else if (ns >= 1'000'000) {
    append_decimal(out, ns, 6);
    out += "ms";
  } else if (ns >= 1'000) {
    append_decimal(out, ns, 3);
    out += "us";
  } else {
    append_number(out, ns);
    out += "ns";
  }
}

struct Date {
  std::int64_t year;
  unsigned month;
  unsigned day;
};

// Both after "chrono-Compatible Low-Level Date Algorithms" (H. Hinnant); years begin in March.
std::int64_t days_from_civil(const Date& date) {
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const auto year_of_era = static_cast<unsigned>(year - era * 400);
  const unsigned month = date.month > 2 ? date.month - 3 : date.month + 9;
  const unsigned day_of_year = (153 * month + 2) / 5 + date.day - 1;
  const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + static_cast<std::int64_t>(day_of_era) - 719'468;
}

Date civil_from_days(std::int64_t days) {
  days += 719'468;
  const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const auto day_of_era = static_cast<unsigned>(days - era * 146'097);
  const unsigned year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned month = (5 * day_of_year + 2) / 153;
  const unsigned civil_month = month < 10 ? month + 3 : month - 9;
  const std::int64_t year = static_cast<std::int64_t>(year_of_era) + era * 400 + (civil_month <= 2 ? 1 : 0);
  return {year, civil_month, day_of_year - (153 * month + 2) / 5 + 1};
}

unsigned days_in_month(std::int64_t year, unsigned month) {
  constexpr std::array<unsigned, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

/// Takes exactly `size` digits; nothing if there are fewer or the number is above `max`.
std::optional<unsigned> take_number(std::string_view& text, std::size_t size, unsigned max) {
  if (text.size() < size) return std::nullopt;
  unsigned number = 0;
  for (const char c : text.substr(0, size)) {
    if (!is_digit(c)) return std::nullopt;
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  if (number > max) return std::nullopt;
  text.remove_prefix(size);
  return number;
}

/// Takes `2023-11-14`, as days since the epoch.
std::optional<std::int64_t> take_date(std::string_view& text) {
  const auto year = take_number(text, 4, 9999);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2, 12);
  if (!month || *month == 0 || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2, days_in_month(*year, *month));
  if (!day || *day == 0) return std::nullopt;
  return days_from_civil({*year, *month, *day});
}

/// Takes `22:13`, as seconds.
std::optional<std::int64_t> take_hours_and_minutes(std::string_view& text) {
  const auto hours = take_number(text, 2, 23);
  if (!hours || !take(text, ':')) return std::nullopt;
  const auto minutes = take_number(text, 2, 59);
  if (!minutes) return std::nullopt;
  return std::int64_t{*hours} * 3600 + std::int64_t{*minutes} * 60;
}

/// Takes `22:13:20.5`, as nanoseconds. A leap second, `:60`, is the first of the next minute.
std::optional<std::int64_t> take_time_of_day(std::string_view& text) {
  const auto minutes = take_hours_and_minutes(text);
  if (!minutes || !take(text, ':')) return std::nullopt;
  const auto seconds = take_number(text, 2, 60);
  if (!seconds) return std::nullopt;
  std::string_view fraction;
  if (take(text, '.')) {
    fraction = take_digits(text);
    if (fraction.empty() || fraction.size() > 9) return std::nullopt;
  }
  const auto ns = static_cast<std::int64_t>(scale_fraction(fraction, kNsPerSecond).value);
  return (*minutes + *seconds) * kNsPerSecond + ns;
}

/// Takes `Z` or `+01:00`, as seconds east of Greenwich.
std::optional<std::int64_t> take_offset(std::string_view& text) {
  if (take(text, 'Z') || take(text, 'z')) return 0;
  const bool west = take(text, '-');
  if (!west && !take(text, '+')) return std::nullopt;
  const auto seconds = take_hours_and_minutes(text);
  if (!seconds) return std::nullopt;
  return west ? -*seconds : *seconds;
}

std::int64_t ns_per_unit(TimeFormat format) {
  switch (format) {
    case TimeFormat::seconds:
      return kNsPerSecond;
    case TimeFormat::milliseconds:
      return 1'000'000;
    case TimeFormat::microseconds:
      return 1'000;
    case TimeFormat::nanoseconds:
      return 1;
    case TimeFormat::rfc3339:
      return 0;
  }
  return 0;
}

/// Numbers with an exponent, as `1.7e9`: through a double, as whoever wrote it had one.
std::optional<EventTime> parse_scientific(std::string_view text, std::int64_t unit_ns) {
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  const double ns = number * static_cast<double>(unit_ns);
  if (!(std::abs(ns) < 9.2e18)) return std::nullopt;
  return EventTime{Duration{static_cast<std::int64_t>(ns)}};
}

/// A whole number of units as nanoseconds, into `ns`; false if `text` is anything else, or too much.
bool read_whole_units(std::string_view text, std::int64_t unit_ns, std::int64_t& ns) {
  constexpr std::size_t kDigitsThatFit = 18;
  if (text.empty() || text.size() > kDigitsThatFit) return false;
  std::int64_t units = 0;
  for (; text.size() >= kEightDigits; text.remove_prefix(kEightDigits)) {
    const std::uint64_t eight = eight_bytes(text.data());
    if (!are_digits(eight)) return false;
    units = units * 100'000'000 + static_cast<std::int64_t>(number_of_digits(eight));
  }
  for (const char c : text) {
    if (!is_digit(c)) return false;
    units = units * 10 + (c - '0');
  }
  return !__builtin_mul_overflow(units, unit_ns, &ns);
}

/// Exact; digits below a nanosecond are cut off.
std::optional<EventTime> parse_units(std::string_view text, std::int64_t unit_ns) {
  std::int64_t whole_ns = 0;
  if (read_whole_units(text, unit_ns, whole_ns)) return EventTime{Duration{whole_ns}};
  std::string_view rest = text;
  const bool negative = take(rest, '-');
  const auto decimal = take_decimal(rest);
  if (!decimal) return std::nullopt;
  if (!rest.empty()) return parse_scientific(text, unit_ns);
  const Wide magnitude = Wide{decimal->whole} * unit_ns + scale_fraction(decimal->fraction, unit_ns).value;
  const auto ns = narrow(negative ? -magnitude : magnitude);
  if (!ns) return std::nullopt;
  return EventTime{Duration{*ns}};
}

/// Writes `number` as `size` digits and moves `to` past them.
constexpr std::array<std::array<char, 2>, 100> make_pairs() {
  std::array<std::array<char, 2>, 100> pairs{};
  for (std::size_t i = 0; i < pairs.size(); ++i)
    pairs[i] = {static_cast<char>('0' + i / 10), static_cast<char>('0' + i % 10)};
  return pairs;
}
constexpr auto kPairs = make_pairs();

void put_pair(char*& to, std::uint64_t number) {
  to = std::copy_n(kPairs[number].data(), 2, to);
}
void put_triple(char*& to, std::uint64_t number) {
  *to++ = static_cast<char>('0' + number / 100);
  put_pair(to, number % 100);
}
/// `2023-11-14T`
constexpr std::size_t kDateTextBytes = 11;
void put_date(char* to, std::int64_t days) {
  const Date date = civil_from_days(days);
  put_pair(to, static_cast<std::uint64_t>(date.year) / 100);
  put_pair(to, static_cast<std::uint64_t>(date.year) % 100);
  *to++ = '-';
  put_pair(to, date.month);
  *to++ = '-';
  put_pair(to, date.day);
  *to = 'T';
}
void put_time_of_day(char*& to, std::uint64_t seconds) {
  put_pair(to, seconds / 3600);
  *to++ = ':';
  put_pair(to, seconds / 60 % 60);
  *to++ = ':';
  put_pair(to, seconds % 60);
}

/// At least milliseconds; no zeros after them.
void put_fraction(char*& to, std::uint64_t ns) {
  *to++ = '.';
  put_triple(to, ns / 1'000'000);
  if (ns % 1'000'000 == 0) return;
  put_triple(to, ns / 1'000 % 1'000);
  put_triple(to, ns % 1'000);
  while (to[-1] == '0') --to;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  const bool negative = take(text, '-');
  if (text.empty()) return std::nullopt;
  Wide sum = 0;
  std::int64_t below = std::numeric_limits<std::int64_t>::max();
  while (!text.empty()) {
    const auto part = take_duration_part(text, below);
    if (!part) return std::nullopt;
    sum += *part;
  }
  const auto ns = narrow(negative ? -sum : sum);
  if (!ns) return std::nullopt;
  return Duration{*ns};
}

std::string format_duration(Duration d) {
  if (d.count() == 0) return "0s";
  std::string out;
  auto ns = static_cast<std::uint64_t>(d.count());
  if (d.count() < 0) {
    out += '-';
    ns = 0 - ns;
  }
  for (const Unit& unit :
       {kUnits[1], kUnits[2], kUnits[3]}) {  // days, hours, minutes: `14d` says more than `2w`
    const auto unit_ns = static_cast<std::uint64_t>(unit.ns);
    if (ns < unit_ns) continue;
    append_number(out, ns / unit_ns);
    out += unit.name;
    ns %= unit_ns;
  }
  if (ns != 0) append_seconds(out, ns);
  return out;
}

std::optional<EventTime> parse_rfc3339(std::string_view text) {
  const auto days = take_date(text);
  if (!days || !(take(text, 'T') || take(text, 't') || take(text, ' '))) return std::nullopt;
  const auto time_of_day = take_time_of_day(text);
  if (!time_of_day) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  const auto ns = narrow(Wide{*days} * kNsPerDay + *time_of_day - Wide{*offset} * kNsPerSecond);
  if (!ns) return std::nullopt;
  return EventTime{Duration{*ns}};
}

std::optional<EventTime> parse_time_or_date(std::string_view text) {
  constexpr std::size_t kDateBytes = 10;
  if (text.size() != kDateBytes) return parse_rfc3339(text);
  return parse_rfc3339(std::string{text} + "T00:00:00Z");
}

std::optional<EventTime> parse_time(std::string_view text, TimeFormat format) {
  if (format == TimeFormat::rfc3339) return parse_rfc3339(text);
  return parse_units(text, ns_per_unit(format));
}

std::optional<EventTime> time_from_units(std::int64_t count, TimeFormat format) {
  if (format == TimeFormat::rfc3339) return std::nullopt;
  std::int64_t ns = 0;
  if (__builtin_mul_overflow(count, ns_per_unit(format), &ns)) return std::nullopt;
  return EventTime{Duration{ns}};
}

char* TimeWriter::put(char* to, EventTime t) {
  const std::int64_t ns = t.time_since_epoch().count();
  const std::int64_t seconds = ns / kNsPerSecond - (ns % kNsPerSecond < 0 ? 1 : 0);
  const std::int64_t day = seconds / kSecondsPerDay - (seconds % kSecondsPerDay < 0 ? 1 : 0);
  if (day != day_) {
    put_date(date_.data(), day);
    day_ = day;
  }
  std::memcpy(to, date_.data(), date_.size());
  to += kDateTextBytes;
  put_time_of_day(to, static_cast<std::uint64_t>(seconds - day * kSecondsPerDay));
  const std::int64_t fraction = ns % kNsPerSecond;
  put_fraction(to, static_cast<std::uint64_t>(fraction < 0 ? fraction + kNsPerSecond : fraction));
  *to++ = 'Z';
  return to;
}

void append_rfc3339(std::string& out, EventTime t) {
  std::array<char, TimeWriter::kBytesMax> text;
  out.append(text.data(), TimeWriter{}.put(text.data(), t));
}

}  // namespace tocsin
