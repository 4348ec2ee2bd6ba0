#pragma once
/// The words that a pattern spells, as a tree: at each place the ways on, in the order of preference.
///
/// Straight from the language's grammar and 3.1: quantifiers are unrolled, groups opened, and what a way on
/// has to obey is written beside it. Nothing is merged: two ways to the same letter stay two.

#include "patterns/pattern.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace tocsin::oracle {

/// `not variable`, somewhere before the next letter or the end.
struct Absent {
  patterns::VariableId variable;
  patterns::Joint joint;  ///< before `not`; its gap counts only at the end of a word
};

struct Place;

/// One more letter, or the end of the word.
struct Way {
  std::optional<patterns::VariableId> variable;  ///< none: the word ends here
  patterns::Joint joint;                         ///< before the letter
  patterns::VariableMask rivals =
      0;  ///< what a `->` before the letter does not skip: itself, and what else its unit may begin with
  std::vector<Absent> absent;
  std::shared_ptr<const Place> next;  ///< after the letter
};

/// Where one may stand in a pattern after some letters.
struct Place {
  std::vector<Way> ways;  ///< the preferred first
};

/// All words of at most `letters_max` letters, and the ways on after them.
Place words_of(const patterns::PatternNode& root, std::size_t letters_max);

}  // namespace tocsin::oracle
