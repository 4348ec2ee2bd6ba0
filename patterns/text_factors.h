#pragma once
/// What a text must contain for a text pattern to have a chance: found from the pattern alone.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::patterns {

/// A test of one text against a constant, as written in a condition.
struct TextPattern {
  enum class Kind : std::uint8_t { contains, starts_with, ends_with, like, regex };
  Kind kind = Kind::contains;
  std::string_view text;  ///< borrowed from the program that has the condition
  bool ignore_case = false;
};

/// Texts that every text which `pattern` accepts contains, byte for byte (but for the case of ASCII letters,
/// with ignore_case). None where it is not plain to see: what this overlooks costs time, never a match.
///
/// Of a regular expression these are the runs of literal characters outside groups, classes and what may be
/// left out: `m0*7\.[a-z]+\.example` has `m`, `7.` and `.example`.
std::vector<std::string> required_texts(const TextPattern& pattern);

/// `text` as a regular expression for itself, in ASCII.
std::string regex_of_text(std::string_view text);

}  // namespace tocsin::patterns
