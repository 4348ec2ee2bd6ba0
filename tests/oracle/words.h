#pragma once
/// The words that a pattern spells, as a tree: at each place the ways on, in the order of preference.
///
/// Straight from the language's grammar and 3.1: quantifiers are unrolled, groups opened, and what a way on
/// has to obey is written beside it. Nothing is merged: two ways to the same letter stay two. What comes
/// after a letter is spelled when it is asked for.

#include "patterns/pattern.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::oracle {

/// `not variable`, somewhere before the next letter or the end.
struct Absent {
  patterns::VariableId variable;
  patterns::Joint joint;  ///< before `not`; its gap counts only at the end of a word
  Duration length{0};     ///< `for`
};

struct Place;

/// One more letter, or the end of the word.
struct Way {
  std::optional<patterns::VariableId> variable;  ///< none: the word ends here
  patterns::Joint joint;                         ///< before the letter; its gap limits an end that is late
  patterns::VariableMask rivals =
      0;  ///< what a `->` before the letter does not skip: itself, and what else its unit may begin with
  std::vector<Absent> absent;
  std::vector<patterns::VariableId> until;  ///< of the loops in which the letter is
  std::vector<std::size_t> outdone_by;      ///< ways of this place by which a possessive loop would go on
  bool late = false;                        ///< an end that is there only once the time for more is over
  std::function<Place()> next;              ///< after the letter
};

/// Where one may stand in a pattern after some letters.
struct Place {
  std::vector<Way> ways;  ///< the preferred first
  std::string step;       ///< the same after every letter of one occurrence and one repetition; an unbounded
                          ///< repetition is one step from the last one on that must be
};

/// All words. `root` is borrowed by the ways.
Place words_of(const patterns::PatternNode& root);

}  // namespace tocsin::oracle
