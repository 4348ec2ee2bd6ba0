#include "runtime/formatting.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace tocsin::runtime {
namespace {

using patterns::CivilTime;
using patterns::FormatSpec;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t i = 0;
  while (i < text.size() && (!begins_character(text[i]) || count-- > 0)) ++i;
  return text.substr(0, i);
}

// --- numbers ---------------------------------------------------------------------------------------

double nanoseconds_of(std::string_view unit) {
  if (unit == "d") return 86400e9;
  if (unit == "h") return 3600e9;
  if (unit == "m") return 60e9;
  return unit == "ms" ? 1e6 : 1e9;
}

/// An int stays exact however large: no float has all its digits.
std::string integer_digits(std::int64_t v, const FormatSpec& spec) {
  std::string out = std::to_string(v);
  if (spec.type != "f") return out;
  const auto digits = static_cast<std::size_t>(spec.precision < 0 ? 6 : spec.precision);
  return digits == 0 ? out : out + "." + std::string(digits, '0');
}

std::string real_digits(double v, const FormatSpec& spec) {
  const int digits = spec.precision < 0 ? 6 : spec.precision;
  if (spec.type == "e") return fmt::format("{:.{}e}", v, digits);
  if (spec.type == "%") return fmt::format("{:.{}f}%", v * 100, digits);
  if (spec.type == "d") return fmt::format("{:.0f}", v);
  if (spec.type == "f") return fmt::format("{:.{}f}", v, digits);
  std::string out;
  append_plain(out, Value::real(v));
  return out;
}

std::string digits_of(const Value& v, const FormatSpec& spec) {
  if (v.kind() == ValueKind::duration) {
    const double count = static_cast<double>(v.as_integer()) / nanoseconds_of(spec.type);
    return fmt::format("{:.{}f}", count, std::max(spec.precision, 0));
  }
  const bool exact = v.kind() == ValueKind::integer && spec.type != "e" && spec.type != "%";
  return exact ? integer_digits(v.as_integer(), spec) : real_digits(v.as_number(), spec);
}

/// 1234567.25 -> 1,234,567.25
void group(std::string& digits) {
  const std::size_t begin = digits.starts_with('-') ? 1 : 0;
  std::size_t at = std::min(digits.find_first_not_of("0123456789", begin), digits.size());
  while (at > begin + 3) {
    at -= 3;
    digits.insert(at, ",");
  }
}

std::string number_text(const Value& v, const FormatSpec& spec) {
  std::string out = digits_of(v, spec);
  if (spec.grouped) group(out);
  if (spec.plus && !out.starts_with('-')) out.insert(0, "+");
  if (spec.zeros && out.size() < spec.width) {
    const std::size_t sign = out.starts_with('-') || out.starts_with('+') ? 1 : 0;
    out.insert(sign, spec.width - out.size(), '0');
  }
  return out;
}

// --- times and durations -----------------------------------------------------------------------------

constexpr std::array<std::string_view, 7> kDays{
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
constexpr std::array<std::string_view, 12> kMonths{"January",
                                                   "February",
                                                   "March",
                                                   "April",
                                                   "May",
                                                   "June",
                                                   "July",
                                                   "August",
                                                   "September",
                                                   "October",
                                                   "November",
                                                   "December"};

std::string offset_text(seconds offset) {
  const auto minutes_off = std::chrono::abs(std::chrono::duration_cast<minutes>(offset)).count();
  return fmt::format("{}{:02}:{:02}", offset.count() < 0 ? '-' : '+', minutes_off / 60, minutes_off % 60);
}

/// What `%letter` stands for.
std::string time_part(char letter, const CivilTime& t, EventTime time) {
  switch (letter) {
    case 'Y':
      return fmt::format("{:04}", t.year);
    case 'm':
      return fmt::format("{:02}", t.month);
    case 'd':
      return fmt::format("{:02}", t.day);
    case 'H':
      return fmt::format("{:02}", t.hour);
    case 'I':
      return fmt::format("{:02}", (t.hour + 11) % 12 + 1);
    case 'p':
      return t.hour < 12 ? "AM" : "PM";
    case 'M':
      return fmt::format("{:02}", t.minute);
    case 'S':
      return fmt::format("{:02}", t.second);
    case 'L':
      return fmt::format("{:03}", t.nanosecond / 1'000'000);
    case 'f':
      return fmt::format("{:06}", t.nanosecond / 1'000);
    case 'j':
      return fmt::format("{:03}", t.day_of_year);
    case 'a':
      return std::string{kDays[t.weekday - 1].substr(0, 3)};
    case 'A':
      return std::string{kDays[t.weekday - 1]};
    case 'b':
      return std::string{kMonths[t.month - 1].substr(0, 3)};
    case 'B':
      return std::string{kMonths[t.month - 1]};
    case 'u':
      return fmt::format("{}", t.weekday);
    case 'F':
      return fmt::format("{:04}-{:02}-{:02}", t.year, t.month, t.day);
    case 'T':
      return fmt::format("{:02}:{:02}:{:02}", t.hour, t.minute, t.second);
    case 'R':
      return fmt::format("{:02}:{:02}", t.hour, t.minute);
    case 'z':
      return offset_text(t.offset);
    case 's':
      return fmt::format("{}", std::chrono::floor<seconds>(time.time_since_epoch()).count());
    default:
      return "%";
  }
}

/// A length as a clock would show it, but that its hours go on after 24.
CivilTime clock_of(std::uint64_t ns) {
  CivilTime out;
  const std::uint64_t s = ns / 1'000'000'000;
  out.nanosecond = static_cast<std::int64_t>(ns % 1'000'000'000);
  out.hour = static_cast<int>(s / 3600);
  out.minute = static_cast<int>(s / 60 % 60);
  out.second = static_cast<int>(s % 60);
  return out;
}

std::string pattern_text(const Value& v, const FormatSpec& spec) {
  const bool is_time = v.kind() == ValueKind::time;
  const bool negative = !is_time && v.as_integer() < 0;
  const auto ns = static_cast<std::uint64_t>(v.as_integer());
  const CivilTime shown =
      is_time ? patterns::civil_time(v.as_time(), spec.zone) : clock_of(negative ? 0 - ns : ns);
  std::string out = negative ? "-" : "";
  for (std::size_t i = 0; i < spec.pattern.size(); ++i) {
    if (spec.pattern[i] != '%') {
      out += spec.pattern[i];
    } else {
      out += time_part(spec.pattern[++i], shown, is_time ? v.as_time() : EventTime{});
    }
  }
  return out;
}

// --- the whole -------------------------------------------------------------------------------------

void append_padded(std::string& out, std::string_view text, char align, std::size_t width) {
  const std::size_t size = count_characters(text);
  const std::size_t room = width > size ? width - size : 0;
  const std::size_t left = align == '<' ? 0 : align == '>' ? room : room / 2;
  out.append(left, ' ');
  out += text;
  out.append(room - left, ' ');
}

/// Whether the value is written as a number, which stands to the right.
bool is_numeric(const Value& v, const FormatSpec& spec) {
  return v.is_number() || (v.kind() == ValueKind::duration && !spec.type.empty());
}

}  // namespace

void append_formatted(std::string& out, const Value& v, const FormatSpec& spec) {
  if (!spec.fits(v.kind())) {
    std::string text;
    append_plain(text, v);
    return append_padded(out, text, spec.align == '\0' ? '<' : spec.align, spec.width);
  }
  if (!spec.pattern.empty()) {
    out += pattern_text(v, spec);
  } else if (is_numeric(v, spec)) {
    append_padded(out, number_text(v, spec), spec.align == '\0' ? '>' : spec.align, spec.width);
  } else {
    std::string text;
    append_plain(text, v);
    const auto most = spec.precision < 0 ? text.size() : static_cast<std::size_t>(spec.precision);
    append_padded(out, first_characters(text, most), spec.align == '\0' ? '<' : spec.align, spec.width);
  }
}

}  // namespace tocsin::runtime
