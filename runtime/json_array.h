#pragma once
/// Reads the items of a JSON array that a decoder has already found to be valid.

#include "base/arena.h"
#include "base/value.h"

#include <optional>
#include <string_view>

namespace tocsin::runtime {

/// What follows the opening bracket of `json`; nothing if it is no array.
std::optional<std::string_view> open_array(std::string_view json);

/// The next item of an array, and moves `rest` past it; nothing at the closing bracket. Objects and arrays
/// stay JSON; texts with escapes are put into `scratch`, the others stay where they are.
std::optional<Value> next_item(std::string_view& rest, Arena& scratch);

}  // namespace tocsin::runtime
