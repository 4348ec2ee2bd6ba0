#include "base/value.h"

#include "base/bytes.h"
#include "base/key_bytes.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

namespace tocsin {
namespace {

template <class T>
Ordering order_of(const T& a, const T& b) {
  if (a < b) return Ordering::less;
  return b < a ? Ordering::greater : Ordering::equal;
}

Ordering order_of_reals(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return Ordering::incomparable;
  return order_of(a, b);
}

constexpr double kTwoTo63 = 9223372036854775808.0;

/// Exact: neither side is rounded to the other's type.
Ordering compare_exactly(std::int64_t a, double b) {
  if (std::isnan(b)) return Ordering::incomparable;
  if (b >= kTwoTo63) return Ordering::less;
  if (b < -kTwoTo63) return Ordering::greater;
  const auto whole = static_cast<std::int64_t>(b);
  if (a != whole) return order_of(a, whole);
  return order_of(0.0, b - static_cast<double>(whole));
}

Ordering reversed(Ordering ordering) {
  if (ordering == Ordering::less) return Ordering::greater;
  return ordering == Ordering::greater ? Ordering::less : ordering;
}

Ordering compare_numbers(const Value& a, const Value& b) {
  const bool a_is_real = a.kind() == ValueKind::real;
  const bool b_is_real = b.kind() == ValueKind::real;
  if (a_is_real && b_is_real) return order_of_reals(a.as_real(), b.as_real());
  if (a_is_real) return reversed(compare_exactly(b.as_integer(), a.as_real()));
  if (b_is_real) return compare_exactly(a.as_integer(), b.as_real());
  return order_of(a.as_integer(), b.as_integer());
}

/// The tags of the key encoding; part of the state format.
enum class KeyTag : char {
  null = 0,
  boolean = 1,
  integer = 2,
  real = 3,
  string = kStringKeyTag,
  duration = 5,
  time = 6,
  json = 7,
  list = 8
};

template <class T>
void append_little_endian(std::string& out, T number) {
  for (std::size_t i = 0; i < sizeof(T); ++i) out += static_cast<char>(number >> (8 * i) & 0xFF);
}

template <class T>
T read_little_endian(std::string_view& bytes) {
  TOCSIN_CHECK(bytes.size() >= sizeof(T), "key bytes end within a number");
  static_assert(std::endian::native == std::endian::little);
  T number{};
  std::memcpy(&number, bytes.data(), sizeof number);
  bytes.remove_prefix(sizeof number);
  return number;
}

void append_key_number(std::string& out, KeyTag tag, std::uint64_t bits) {
  out += static_cast<char>(tag);
  append_little_endian(out, bits);
}

void append_key_real(std::string& out, double v) {
  const bool in_range = v >= -kTwoTo63 && v < kTwoTo63;
  if (in_range && std::trunc(v) == v) {
    return append_key_number(out, KeyTag::integer, static_cast<std::uint64_t>(static_cast<std::int64_t>(v)));
  }
  const double canonical = std::isnan(v) ? std::numeric_limits<double>::quiet_NaN() : v;
  append_key_number(out, KeyTag::real, std::bit_cast<std::uint64_t>(canonical));
}

void append_key_text(std::string& out, KeyTag tag, std::string_view text) {
  out += static_cast<char>(tag);
  append_little_endian(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

std::string_view read_key_text(std::string_view& bytes) {
  const auto size = read_little_endian<std::uint32_t>(bytes);
  TOCSIN_CHECK(bytes.size() >= size, "key bytes end within a string");
  const std::string_view text = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return text;
}

/// Equal items give equal bytes, as equal values do.
void append_key_list(std::string& out, std::string_view items) {
  std::string bytes;
  while (!items.empty()) append_key_bytes(bytes, read_key_bytes(items));
  append_key_text(out, KeyTag::list, bytes);
}

void append_json_list(std::string& out, std::string_view items) {
  out += '[';
  while (!items.empty()) {
    append_json(out, read_key_bytes(items));
    if (!items.empty()) out += ',';
  }
  out += ']';
}

void append_integer(std::string& out, std::int64_t v) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), v).ptr;
  out.append(digits.data(), end);
}

void append_real(std::string& out, double v) {
  if (!std::isfinite(v)) {
    out += "null";
    return;
  }
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), v).ptr;
  out.append(digits.data(), end);
}

/// Appends what needs no quotes in either form; false if `v` is a string, duration or time.
bool append_bare(std::string& out, const Value& v) {
  switch (v.kind()) {
    case ValueKind::null:
      out += "null";
      return true;
    case ValueKind::boolean:
      out += v.as_boolean() ? "true" : "false";
      return true;
    case ValueKind::integer:
      append_integer(out, v.as_integer());
      return true;
    case ValueKind::real:
      append_real(out, v.as_real());
      return true;
    case ValueKind::json:
      out += v.as_text();
      return true;
    case ValueKind::list:
      append_json_list(out, v.as_text());
      return true;
    case ValueKind::string:
    case ValueKind::duration:
    case ValueKind::time:
      return false;
  }
  return false;
}

void append_escaped(std::string& out, unsigned char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
  }
}

/// The bytes of the UTF-8 character at the start of `text`, which begins with a byte over 127; 0 if it is
/// none.
std::size_t utf8_character_bytes(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const unsigned second = byte(1);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool out_of_range = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
  return overlong || out_of_range ? 0 : size;
}

constexpr std::uint64_t in_each_byte(std::uint64_t byte) {
  return byte * 0x0101010101010101u;
}

/// Whether none of eight bytes is a control character, a quote, a backslash, or above 127. A subtraction
/// raises the high bit of the bytes it finds; it may raise others, but none if there is nothing to find.
bool all_plain(std::uint64_t bytes) {
  const std::uint64_t quotes = bytes ^ in_each_byte('"');
  const std::uint64_t backslashes = bytes ^ in_each_byte('\\');
  const std::uint64_t found =
      (bytes - in_each_byte(' ')) | (quotes - in_each_byte(1)) | (backslashes - in_each_byte(1)) | bytes;
  return (found & in_each_byte(0x80)) == 0;
}

/// How many bytes at the start of `text` may stand in a JSON string as they are; the first `i` may.
[[gnu::noinline]] std::size_t plain_run_from(std::string_view text, std::size_t i) {
  while (i < text.size()) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == '"' || c == '\\') return i;
    const std::size_t bytes = c < 0x80 ? 1 : utf8_character_bytes(text.substr(i));
    if (bytes == 0) return i;
    i += bytes;
  }
  return i;
}

/// The same of all of them, by the word as long as they are the plainest.
std::size_t plain_run(std::string_view text) {
  std::size_t i = 0;
  std::uint64_t word = 0;
  for (; i + sizeof word <= text.size(); i += sizeof word) {
    std::memcpy(&word, text.data() + i, sizeof word);
    if (!all_plain(word)) break;
  }
  if (i + sizeof word > text.size()) {  // nothing but plain bytes so far: the rest in one word, too
    const std::size_t left = text.size() - i;
    word = word_of_bytes(text.data() + i, left) | in_each_byte('a') << (8 * left);
    if (all_plain(word)) return text.size();
  }
  return plain_run_from(text, i);
}

}  // namespace

std::string_view name_of(ValueKind kind) {
  switch (kind) {
    case ValueKind::null:
      return "null";
    case ValueKind::boolean:
      return "bool";
    case ValueKind::integer:
      return "int";
    case ValueKind::real:
      return "float";
    case ValueKind::string:
      return "string";
    case ValueKind::duration:
      return "duration";
    case ValueKind::time:
      return "time";
    case ValueKind::json:
      return "json";
    case ValueKind::list:
      return "list";
  }
  return "";
}

Ordering compare(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return compare_numbers(a, b);
  if (a.kind() != b.kind()) return Ordering::incomparable;
  switch (a.kind()) {
    case ValueKind::string:
      return order_of(a.as_text(), b.as_text());
    case ValueKind::boolean:
    case ValueKind::integer:
    case ValueKind::duration:
    case ValueKind::time:
      return order_of(a.as_integer(), b.as_integer());
    case ValueKind::real:
      return order_of_reals(a.as_real(), b.as_real());
    case ValueKind::null:
    case ValueKind::json:
    case ValueKind::list:
      return Ordering::incomparable;
  }
  return Ordering::incomparable;
}

void append_key_bytes(std::string& out, const Value& v) {
  const auto bits = [&v] { return static_cast<std::uint64_t>(v.as_integer()); };
  switch (v.kind()) {
    case ValueKind::null:
      out += static_cast<char>(KeyTag::null);
      return;
    case ValueKind::boolean:
      out += static_cast<char>(KeyTag::boolean);
      out += static_cast<char>(v.as_boolean());
      return;
    case ValueKind::integer:
      return append_key_number(out, KeyTag::integer, bits());
    case ValueKind::real:
      return append_key_real(out, v.as_real());
    case ValueKind::string:
      return append_key_text(out, KeyTag::string, v.as_text());
    case ValueKind::duration:
      return append_key_number(out, KeyTag::duration, bits());
    case ValueKind::time:
      return append_key_number(out, KeyTag::time, bits());
    case ValueKind::json:
      return append_key_text(out, KeyTag::json, v.as_text());
    case ValueKind::list:
      return append_key_list(out, v.as_text());
  }
}

void append_item(std::string& out, const Value& item) {
  if (item.kind() == ValueKind::list) return append_key_text(out, KeyTag::list, item.as_text());
  if (item.kind() != ValueKind::real) return append_key_bytes(out, item);
  append_key_number(out, KeyTag::real, std::bit_cast<std::uint64_t>(item.as_real()));
}

Value read_key_bytes(std::string_view& bytes) {
  const auto tag = static_cast<KeyTag>(read_little_endian<std::uint8_t>(bytes));
  const auto number = [&bytes] { return read_little_endian<std::uint64_t>(bytes); };
  const auto signed_number = [&number] { return static_cast<std::int64_t>(number()); };
  switch (tag) {
    case KeyTag::null:
      return Value::null();
    case KeyTag::boolean:
      return Value::boolean(read_little_endian<std::uint8_t>(bytes) != 0);
    case KeyTag::integer:
      return Value::integer(signed_number());
    case KeyTag::real:
      return Value::real(std::bit_cast<double>(number()));
    case KeyTag::string:
      return Value::string(read_key_text(bytes));
    case KeyTag::duration:
      return Value::duration(Duration{signed_number()});
    case KeyTag::time:
      return Value::time(EventTime{Duration{signed_number()}});
    case KeyTag::json:
      return Value::json(read_key_text(bytes));
    case KeyTag::list:
      return Value::list(read_key_text(bytes));
  }
  TOCSIN_CHECK(false, "key bytes have an unknown tag");
  return Value::null();
}

namespace {

constexpr std::size_t kListDepthMax = 64;

/// Takes `size` bytes off the front.
bool skip(std::string_view& bytes, std::size_t size) {
  if (bytes.size() < size) return false;
  bytes.remove_prefix(size);
  return true;
}

std::optional<std::size_t> count_values(std::string_view bytes, std::size_t depth);

/// Takes a text off the front: its size, its bytes.
bool skip_text(std::string_view& bytes, bool is_list, std::size_t depth) {
  if (bytes.size() < sizeof(std::uint32_t)) return false;
  const auto size = read_little_endian<std::uint32_t>(bytes);
  const std::string_view text = bytes.substr(0, size);
  return skip(bytes, size) && (!is_list || (depth > 0 && count_values(text, depth - 1)));
}

std::optional<std::size_t> count_values(std::string_view bytes, std::size_t depth) {
  std::size_t count = 0;
  for (; !bytes.empty(); ++count) {
    const auto tag = static_cast<KeyTag>(bytes.front());
    bytes.remove_prefix(1);
    bool whole = false;
    switch (tag) {
      case KeyTag::null:
        whole = true;
        break;
      case KeyTag::boolean:
        whole = skip(bytes, 1);
        break;
      case KeyTag::integer:
      case KeyTag::real:
      case KeyTag::duration:
      case KeyTag::time:
        whole = skip(bytes, sizeof(std::uint64_t));
        break;
      case KeyTag::string:
      case KeyTag::json:
      case KeyTag::list:
        whole = skip_text(bytes, tag == KeyTag::list, depth);
        break;
    }
    if (!whole) return std::nullopt;
  }
  return count;
}

}  // namespace

std::optional<std::size_t> count_key_bytes(std::string_view bytes) {
  return count_values(bytes, kListDepthMax);
}

void append_json(std::string& out, const Value& v) {
  if (append_bare(out, v)) return;
  if (v.is_string()) return append_json_string(out, v.as_text());
  out += '"';
  append_plain(out, v);
  out += '"';
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  append_json_text(out, text);
  out += '"';
}

bool is_plain_json_text(std::string_view text) {
  return plain_run(text) == text.size();
}

void append_json_text(std::string& out, std::string_view text) {
  while (true) {
    const std::size_t run = plain_run(text);
    out.append(text.data(), run);
    if (run == text.size()) return;
    const auto c = static_cast<unsigned char>(text[run]);
    if (c < 0x80) {
      append_escaped(out, c);
    } else {
      out += "\uFFFD";
    }
    text.remove_prefix(run + 1);
  }
}

void append_plain(std::string& out, const Value& v) {
  if (append_bare(out, v)) return;
  if (v.is_string()) {
    out += v.as_text();
  } else if (v.kind() == ValueKind::duration) {
    out += format_duration(v.as_duration());
  } else {
    append_rfc3339(out, v.as_time());
  }
}

}  // namespace tocsin
