#pragma once
/// The items of a list: of one that an expression made, or of an array that an event carries as JSON.

#include "base/arena.h"
#include "base/value.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace tocsin::runtime {

/// Reads one item after the other, without making them all.
class ListItems {
 public:
  /// `scratch` takes the texts that have to be unescaped.
  ListItems(const Value& list, Arena& scratch);

  /// Whether the value is a list at all.
  bool is_list() const { return form_ != Form::none; }

  /// The next item, null among them; nothing at the end.
  std::optional<Value> next();

 private:
  enum class Form : std::uint8_t { none, list, array };

  Form form_;
  std::string_view rest_;  // of an array: from the next item, or the closing bracket, on
  Arena& scratch_;
};

/// Whether some item equals `v`; null if `v` or `list` is.
Value is_member(const Value& v, const Value& list, Arena& scratch, std::uint64_t& null_operations);

/// Item `n`: 0 the first, -1 the last; null when out of range.
Value item_of(const Value& list, std::int32_t n, Arena& scratch, std::uint64_t& null_operations);

/// The code points of a string, or the items of a list.
Value length_of(const Value& v, Arena& scratch, std::uint64_t& null_operations);

}  // namespace tocsin::runtime
