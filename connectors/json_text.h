#pragma once
/// The tokens of JSON: are they well-formed, and what do they stand for. Pure functions.

#include "base/arena.h"
#include "base/value.h"

#include <string_view>

namespace tocsin::connectors {

/// Whether all of `text` is a number by JSON's grammar: no `+`, no leading zeros, no `1.` or `.5`.
bool is_json_number(std::string_view text);

/// Whether all of `text` is a number, `true`, `false` or `null`.
bool is_json_scalar(std::string_view text);

/// Whether every backslash between the quotes of a string begins an escape that JSON knows.
bool escapes_are_valid(std::string_view between_quotes);

/// The text that a string with valid escapes stands for, in `arena`, followed by kPadding readable bytes.
/// Half a surrogate pair becomes U+FFFD.
std::string_view unescape(std::string_view between_quotes, Arena& arena);

/// The value of a valid scalar: integers that fit in 64 bits are ints, all other numbers floats; those beyond
/// what a float can hold are infinite.
Value scalar_value(std::string_view text);

}  // namespace tocsin::connectors
