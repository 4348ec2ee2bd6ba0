#pragma once
/// One attribute value: 16 bytes, trivially copied, never owning. Strings live in the event or program they
/// came from.

#include "base/arena.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/time.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace tocsin {

enum class ValueKind : std::uint8_t {
  null,
  boolean,
  integer,
  real,
  string,
  duration,
  time,
  json,  ///< an attribute that is an object or an array: its JSON text
  list,  ///< made by an expression: its items one after the other, as `append_item` writes them
};

/// The word for `kind` in messages to rule authors: `int`, `float`, `string`, ...
std::string_view name_of(ValueKind kind);

class Value {
 public:
  constexpr Value() : integer_{0} {}

  static constexpr Value null() { return Value{}; }
  static constexpr Value boolean(bool v) {
    Value out;
    out.kind_ = ValueKind::boolean;
    out.integer_ = v ? 1 : 0;
    return out;
  }
  static constexpr Value integer(std::int64_t v) {
    Value out;
    out.kind_ = ValueKind::integer;
    out.integer_ = v;
    return out;
  }
  static constexpr Value real(double v) {
    Value out;
    out.kind_ = ValueKind::real;
    out.real_ = v;
    return out;
  }
  /// `v` is at most 4 GiB and must outlive the value.
  static constexpr Value string(std::string_view v) { return text(ValueKind::string, v); }
  static constexpr Value json(std::string_view v) { return text(ValueKind::json, v); }
  static constexpr Value list(std::string_view items) { return text(ValueKind::list, items); }
  static constexpr Value duration(Duration v) {
    Value out = integer(v.count());
    out.kind_ = ValueKind::duration;
    return out;
  }
  static constexpr Value time(EventTime v) {
    Value out = integer(v.time_since_epoch().count());
    out.kind_ = ValueKind::time;
    return out;
  }

  constexpr ValueKind kind() const { return kind_; }
  constexpr bool is_null() const { return kind_ == ValueKind::null; }
  constexpr bool is_string() const { return kind_ == ValueKind::string; }
  /// Whether its bytes live elsewhere: what outlives them must copy `as_text`.
  constexpr bool is_text() const {
    return kind_ == ValueKind::string || kind_ == ValueKind::json || kind_ == ValueKind::list;
  }
  constexpr bool is_number() const { return kind_ == ValueKind::integer || kind_ == ValueKind::real; }
  constexpr bool is_true() const { return kind_ == ValueKind::boolean && integer_ != 0; }

  constexpr bool as_boolean() const { return integer_ != 0; }
  constexpr std::int64_t as_integer() const { return integer_; }
  constexpr double as_real() const { return real_; }
  /// An int or a float as a float.
  constexpr double as_number() const {
    return kind_ == ValueKind::real ? real_ : static_cast<double>(integer_);
  }
  constexpr std::string_view as_text() const { return {text_, length_}; }
  /// The same kind of value with its text elsewhere. Of those for which `is_text`.
  constexpr Value with_text(std::string_view v) const { return text(kind_, v); }
  constexpr Duration as_duration() const { return Duration{integer_}; }
  constexpr EventTime as_time() const { return EventTime{Duration{integer_}}; }

 private:
  static constexpr Value text(ValueKind kind, std::string_view v) {
    Value out;
    out.kind_ = kind;
    out.length_ = static_cast<std::uint32_t>(v.size());
    out.text_ = v.data();
    return out;
  }

  ValueKind kind_ = ValueKind::null;
  std::uint32_t length_ = 0;
  union {
    std::int64_t integer_;
    double real_;
    const char* text_;
  };
};
static_assert(sizeof(Value) == 16);

/// How two values compare. `incomparable`: one is null, a NaN, or their kinds do not go together.
enum class Ordering : std::int8_t { less = -1, equal = 0, greater = 1, incomparable = 2 };

/// Ints and floats compare by exact value; strings by bytes; durations, times and bools with their own kind.
Ordering compare(const Value& a, const Value& b);

/// Appends what tells `v` apart from every other value as a key: equal values (1 and 1.0) give equal bytes.
/// The encoding is part of the state format: it must not change between versions.
void append_key_bytes(std::string& out, const Value& v);

/// How the key bytes of a string begin: a tag, then its size; then comes the text.
inline constexpr std::uint8_t kStringKeyTag = 4;
inline constexpr std::size_t kKeyTextAt = 1 + sizeof(std::uint32_t);

/// What `append_key_bytes` writes of a string, in `arena`.
inline std::string_view string_key_bytes(Arena& arena, std::string_view text) {
  const std::uint64_t head = kStringKeyTag | std::uint64_t{text.size()} << 8;
  char* const key = arena.allocate<char>(sizeof head + text.size());
  for (std::size_t i = 0; i < sizeof head; ++i) key[i] = static_cast<char>(head >> (8 * i) & 0xFF);
  copy_bytes(key + kKeyTextAt, text.data(), text.size());
  return {key, kKeyTextAt + text.size()};
}

/// Appends `item` to the text of a list, kind and all.
void append_item(std::string& out, const Value& item);

/// Reads back what `append_key_bytes` or `append_item` wrote, and moves `bytes` past it. The text of a string
/// stays in `bytes`.
Value read_key_bytes(std::string_view& bytes);

/// Appends `v` as JSON: durations as text (`"1h30m"`), times as RFC 3339, NaN and infinities as null.
void append_json(std::string& out, const Value& v);

/// Appends `text` as a JSON string with its quotes; bytes that are no UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// The same without the quotes.
void append_json_text(std::string& out, std::string_view text);

/// Whether `text` stands in a JSON string as it is.
bool is_plain_json_text(std::string_view text);

/// Appends `v` as a person reads it in a message: strings bare, the rest as in JSON.
void append_plain(std::string& out, const Value& v);

}  // namespace tocsin
