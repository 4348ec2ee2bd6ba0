#include "runtime/json_array.h"

#include <algorithm>
#include <charconv>

namespace tocsin::runtime {
namespace {

void skip(std::string_view& rest, std::string_view characters) {
  rest.remove_prefix(std::min(rest.find_first_not_of(characters), rest.size()));
}

/// Bytes up to the closing quote of the string that `text` begins with, both quotes included.
std::size_t string_bytes(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return text.size();
}

/// Bytes of the object or array that `text` begins with.
std::size_t nested_bytes(std::string_view text) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      i += string_bytes(text.substr(i)) - 1;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return i + 1;
    }
  }
  return text.size();
}

char* append_utf8(char* to, unsigned point) {
  const auto tail = [&](unsigned shift) { *to++ = static_cast<char>(0x80 | (point >> shift & 0x3F)); };
  if (point < 0x80) {
    *to++ = static_cast<char>(point);
  } else if (point < 0x800) {
    *to++ = static_cast<char>(0xC0 | point >> 6);
    tail(0);
  } else if (point < 0x10000) {
    *to++ = static_cast<char>(0xE0 | point >> 12);
    tail(6);
    tail(0);
  } else {
    *to++ = static_cast<char>(0xF0 | point >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
  return to;
}

/// The number of the four digits at `at`, and moves `at` past them.
unsigned take_hex(std::string_view text, std::size_t& at) {
  unsigned value = 0;
  const std::string_view digits = text.substr(std::min(at, text.size()), 4);
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  at += 4;
  return value;
}

/// What stands behind a `\u`, and behind a second one where the two are a pair. Half a pair is U+FFFD.
unsigned unescape_point(std::string_view text, std::size_t& at) {
  constexpr unsigned kReplacement = 0xFFFD;
  const unsigned first = take_hex(text, at);
  if (first < 0xD800 || first > 0xDFFF) return first;
  if (first > 0xDBFF || at + 6 > text.size() || text.substr(at, 2) != "\\u") return kReplacement;
  std::size_t behind = at + 2;
  const unsigned second = take_hex(text, behind);
  if (second < 0xDC00 || second > 0xDFFF) return kReplacement;
  at = behind;
  return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
}

char unescaped(char c) {
  switch (c) {
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
      return c;
  }
}

/// Never longer than `text`, which has an escape.
std::string_view unescape(std::string_view text, Arena& scratch) {
  char* const begin = scratch.allocate<char>(text.size());
  char* to = begin;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      *to++ = text[i++];
      continue;
    }
    const char c = text[i + 1];
    i += 2;
    if (c == 'u') {
      to = append_utf8(to, unescape_point(text, i));
    } else {
      *to++ = unescaped(c);
    }
  }
  return {begin, static_cast<std::size_t>(to - begin)};
}

Value string_item(std::string_view& rest, Arena& scratch) {
  const std::size_t bytes = string_bytes(rest);
  const std::string_view inner = rest.substr(1, bytes < 2 ? 0 : bytes - 2);
  rest.remove_prefix(bytes);
  return Value::string(inner.find('\\') == std::string_view::npos ? inner : unescape(inner, scratch));
}

/// A number, `true`, `false` or `null`. An int that does not fit is a float, as the decoders have it.
Value word_item(std::string_view& rest) {
  const std::string_view word = rest.substr(0, rest.find_first_of(",] \t\r\n"));
  rest.remove_prefix(word.size());
  if (word == "true" || word == "false") return Value::boolean(word == "true");
  const char* const end = word.data() + word.size();
  std::int64_t integer = 0;
  const auto whole = std::from_chars(word.data(), end, integer);
  if (whole.ec == std::errc{} && whole.ptr == end) return Value::integer(integer);
  double real = 0;
  const auto number = std::from_chars(word.data(), end, real);
  return number.ec == std::errc{} ? Value::real(real) : Value::null();
}

}  // namespace

std::optional<std::string_view> open_array(std::string_view json) {
  skip(json, " \t\r\n");
  if (!json.starts_with('[')) return std::nullopt;
  return json.substr(1);
}

std::optional<Value> next_item(std::string_view& rest, Arena& scratch) {
  skip(rest, ", \t\r\n");
  if (rest.empty() || rest.front() == ']') return std::nullopt;
  if (rest.front() == '"') return string_item(rest, scratch);
  if (rest.front() != '{' && rest.front() != '[') return word_item(rest);
  const std::size_t bytes = nested_bytes(rest);
  const Value out = Value::json(rest.substr(0, bytes));
  rest.remove_prefix(bytes);
  return out;
}

}  // namespace tocsin::runtime
