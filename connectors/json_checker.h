#pragma once
/// The grammar of JSON over indexed tokens: skips a value and says whether it was one, all the way down.
///
/// With the index's own checks nothing that is not JSON gets through: brackets, commas, colons, literals,
/// numbers, escapes. Never recurses. One thread.

#include "connectors/json_index.h"
#include "connectors/json_text.h"

#include <cstddef>
#include <vector>

namespace tocsin::connectors {

/// Why a record is not admitted: constant strings, or nothing.
using Reason = const char*;
inline constexpr Reason kNotJson = "not JSON";
inline constexpr Reason kTooDeep = "too deep";

class JsonChecker {
 public:
  /// `depth_max`: how many objects and arrays may lie within each other, the record itself included.
  explicit JsonChecker(std::size_t depth_max) : depth_max_(depth_max), is_object_(depth_max + 1) {}

  /// Whether the text may hold backslashes; without any, strings need no look.
  void expect_escapes(bool escapes) { escapes_ = escapes; }

  /// Takes one value that lies within `depth` objects or arrays. Nothing if it is valid, else why not.
  Reason skip_value(JsonCursor& cursor, std::size_t depth) {
    const char first = cursor.peek();
    if (first == '{' || first == '[') return skip_container(cursor, depth);
    return skip_scalar(cursor) ? nullptr : kNotJson;
  }

  /// Takes the commonest member and what follows it, a comma or the object's end: nothing in it has spaces
  /// around it, its value is a string or scalar, no string has escapes. False, and takes nothing, of any
  /// other. `key` is what stands between the quotes, `value` the value's token, `after` what follows.
  bool take_plain_member(JsonCursor& cursor,
                         std::string_view& key,
                         const std::uint32_t*& value,
                         char& after) {
    const std::uint32_t* const token = cursor.token;
    const char* const text = cursor.record->text;
    if (escapes_) return false;
    // The tokens rise; each lies below `end` before the next one is looked at.
    for (std::size_t i = 0; i < 4; ++i) {
      if (token[i] >= cursor.record->end) return false;
    }
    after = text[token[3]];
    const bool quoted_key = text[token[0]] == '"' && text[token[1] - 1] == '"';
    if (!quoted_key || text[token[1]] != ':' || (after != ',' && after != '}')) return false;
    const std::string_view written{text + token[2], token[3] - token[2]};
    const bool plain =
        written[0] == '"' ? written.size() > 1 && written.back() == '"' : is_json_scalar(written);
    if (!plain) return false;
    key = {text + token[0] + 1, token[1] - token[0] - 2};
    value = token + 2;
    cursor.token = token + 4;
    return true;
  }

  /// Takes a key and its colon; false if they are not there. `key` is what stands between the quotes.
  bool take_key(JsonCursor& cursor, std::string_view& key) {
    if (cursor.peek() != '"') return false;
    key = cursor.take_string();
    if (escapes_ && !escapes_are_valid(key)) return false;
    return cursor.take(':');
  }

 private:
  enum class After { next_value, done, bad };

  Reason skip_container(JsonCursor& cursor, std::size_t outer_depth);
  After leave_value(JsonCursor& cursor, std::size_t& depth, std::size_t outer_depth);
  bool enter_member(JsonCursor& cursor, std::size_t depth);
  bool skip_scalar(JsonCursor& cursor) {
    if (cursor.peek() == '"') {
      const std::string_view text = cursor.take_string();
      return !escapes_ || escapes_are_valid(text);
    }
    return !cursor.at_end() && is_json_scalar(cursor.take_token());
  }
  char closer(std::size_t depth) const { return is_object_[depth] ? '}' : ']'; }

  std::size_t depth_max_;
  std::vector<bool> is_object_;  // by depth
  bool escapes_ = true;
};

}  // namespace tocsin::connectors
