#pragma once
/// Functions of the language that take texts apart or measure them. Null in, null out; what makes no sense is
/// null and counted.

#include "base/arena.h"
#include "base/value.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace tocsin::runtime {

inline constexpr std::size_t kEntropyBytesMax = 64 * 1024;
inline constexpr std::size_t kLevenshteinCharactersMax = 256;

/// Characters `start` (0 the first, -1 the last) to `start + length`, as far as there are any. A view.
Value substr(const Value& text, const Value& start, const Value& length, std::uint64_t& null_operations);

/// The texts between `separator`s, as a list.
Value split(const Value& text, const Value& separator, Arena& scratch, std::uint64_t& null_operations);

/// Shannon's, of the bytes of a text: 0 for a run of one letter, at most 8. No sense beyond kEntropyBytesMax.
Value entropy(const Value& text, std::uint64_t& null_operations);

/// How many characters must be put in, taken out or replaced to make `b` of `a`.
/// No sense beyond kLevenshteinCharactersMax. cost  O(length of a * length of b)
Value levenshtein(const Value& a, const Value& b, std::uint64_t& null_operations);

/// 0 to 2^63 - 1, from the key bytes of one or more values: the same on every machine and in every version.
Value hash_of(const std::string& key_bytes);

}  // namespace tocsin::runtime
