#include "connectors/json_text.h"

#include "base/digits.h"
#include "connectors/event_batch.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

namespace tocsin::connectors {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Moves `at` past the digits there; false if there are none.
bool skip_digits(const char*& at, const char* end) {
  const char* const from = at;
  while (end - at >= std::ptrdiff_t{kEightDigits} && are_digits(eight_bytes(at))) at += kEightDigits;
  while (at != end && is_digit(*at)) ++at;
  return at != from;
}

bool skip_fraction_and_exponent(const char*& at, const char* end) {
  if (at != end && *at == '.' && !skip_digits(++at, end)) return false;
  if (at != end && (*at == 'e' || *at == 'E')) {
    ++at;
    if (at != end && (*at == '+' || *at == '-')) ++at;
    return skip_digits(at, end);
  }
  return true;
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The number of the four hex digits at the start of `text`; -1 if they are not there.
std::int32_t hex_number(std::string_view text) {
  if (text.size() < 4) return -1;
  std::int32_t number = 0;
  for (const char c : text.substr(0, 4)) {
    const int digit = hex_digit(c);
    if (digit < 0) return -1;
    number = number * 16 + digit;
  }
  return number;
}

/// What `\c` stands for; NUL if it is no escape of one character.
char simple_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

bool is_high_surrogate(std::int32_t unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}
bool is_low_surrogate(std::int32_t unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

/// Takes what follows `\u` and, for the first half of a pair, the second half; gives the code point.
std::uint32_t take_code_point(std::string_view& text) {
  constexpr std::uint32_t kReplacement = 0xFFFD;
  const std::int32_t unit = hex_number(text);
  text.remove_prefix(4);
  if (is_low_surrogate(unit)) return kReplacement;
  if (!is_high_surrogate(unit)) return static_cast<std::uint32_t>(unit);
  const std::int32_t low = text.starts_with("\\u") ? hex_number(text.substr(2)) : -1;
  if (!is_low_surrogate(low)) return kReplacement;
  text.remove_prefix(6);
  return static_cast<std::uint32_t>(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
}

void put_utf8(char*& to, std::uint32_t point) {
  const auto put = [&to](std::uint32_t byte) { *to++ = static_cast<char>(byte); };
  if (point < 0x80) return put(point);
  if (point < 0x800) {
    put(0xC0 | point >> 6);
  } else if (point < 0x10000) {
    put(0xE0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3F));
  } else {
    put(0xF0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3F));
    put(0x80 | (point >> 6 & 0x3F));
  }
  put(0x80 | (point & 0x3F));
}

/// from_chars has no value for numbers too large or too small; strtod has.
double extreme_real(std::string_view text) {
  return std::strtod(std::string(text).c_str(), nullptr);
}

Value number_value(std::string_view text) {
  const char* const end = text.data() + text.size();
  std::int64_t whole = 0;
  const auto as_integer = std::from_chars(text.data(), end, whole);
  if (as_integer.ptr == end && as_integer.ec == std::errc{}) return Value::integer(whole);
  double number = 0;
  const auto as_real = std::from_chars(text.data(), end, number);
  return Value::real(as_real.ec == std::errc{} ? number : extreme_real(text));
}

}  // namespace

bool is_json_number(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  if (at != end && *at == '-') ++at;
  const char* const whole = at;
  if (!skip_digits(at, end)) return false;
  if (*whole == '0' && at - whole > 1) return false;
  return at == end || (skip_fraction_and_exponent(at, end) && at == end);
}

bool is_json_scalar(std::string_view text) {
  return is_json_number(text) || text == "true" || text == "false" || text == "null";
}

bool escapes_are_valid(std::string_view text) {
  while (true) {
    const std::size_t escape = text.find('\\');
    if (escape == text.npos) return true;
    text.remove_prefix(escape + 1);
    if (text.empty()) return false;
    const bool valid = text[0] == 'u' ? hex_number(text.substr(1)) >= 0 : simple_escape(text[0]) != '\0';
    if (!valid) return false;
    text.remove_prefix(1);
  }
}

std::string_view unescape(std::string_view text, Arena& arena) {
  char* const out =
      arena.allocate<char>(text.size() + kPadding);  // no escape is shorter than what it stands for
  char* to = out;
  while (true) {
    const std::size_t run = std::min(text.find('\\'), text.size());
    std::memcpy(to, text.data(), run);
    to += run;
    if (run == text.size()) return {out, static_cast<std::size_t>(to - out)};
    const char kind = text[run + 1];
    text.remove_prefix(run + 2);
    if (kind == 'u') {
      put_utf8(to, take_code_point(text));
    } else {
      *to++ = simple_escape(kind);
    }
  }
}

Value scalar_value(std::string_view text) {
  switch (text[0]) {
    case 't':
      return Value::boolean(true);
    case 'f':
      return Value::boolean(false);
    case 'n':
      return Value::null();
    default:
      return number_value(text);
  }
}

}  // namespace tocsin::connectors
