#include "connectors/json_checker.h"

namespace tocsin::connectors {

Reason JsonChecker::skip_container(JsonCursor& cursor, std::size_t outer_depth) {
  std::size_t depth = outer_depth;
  while (true) {  // each turn begins where a value has to stand
    const char first = cursor.peek();
    if (first == '{' || first == '[') {
      if (depth == depth_max_) return kTooDeep;
      is_object_[++depth] = first == '{';
      ++cursor.token;
      if (cursor.peek() != closer(depth)) {
        if (!enter_member(cursor, depth)) return kNotJson;
        continue;
      }
    } else if (!skip_scalar(cursor)) {
      return kNotJson;
    }
    const After after = leave_value(cursor, depth, outer_depth);
    if (after == After::done) return nullptr;
    if (after == After::bad) return kNotJson;
  }
}

/// Closes what ends after a value, up to the comma before the next one.
JsonChecker::After JsonChecker::leave_value(JsonCursor& cursor, std::size_t& depth, std::size_t outer_depth) {
  while (cursor.take(closer(depth))) {
    if (--depth == outer_depth) return After::done;
  }
  return cursor.take(',') && enter_member(cursor, depth) ? After::next_value : After::bad;
}

bool JsonChecker::enter_member(JsonCursor& cursor, std::size_t depth) {
  std::string_view key;
  return !is_object_[depth] || take_key(cursor, key);
}

}  // namespace tocsin::connectors
