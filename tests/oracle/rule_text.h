#pragma once
/// Rules as the generators and the shrinker handle them: parts that can be put together, taken out and
/// written down.

#include <map>
#include <string>
#include <vector>

namespace tocsin::oracle {

struct Term;

/// Terms one after the other.
using TermSequence = std::vector<Term>;

/// A letter, an absence (of a letter, or of each letter that is a branch of the group), or a group of
/// branches; with the link before it.
struct Term {
  std::string link = "->";  ///< with its gap; not written before the first of a sequence
  bool absent = false;
  char letter = 'a';
  std::vector<TermSequence> group;  ///< unless empty, in place of the letter
  bool together = false;            ///< the group's branches are joined by `&`
  std::string contiguity;           ///< of these: ` strict` or ` any`
  std::string quantifier;
  std::string until;  ///< of the quantifier: letters
  bool operator==(const Term&) const = default;
};

struct RuleText {
  std::vector<TermSequence> pattern;            ///< branches; a window has none
  std::map<char, std::string> types;            ///< of a variable; its own letter where none is given
  std::map<char, std::string> conditions;       ///< of a variable, without `where`
  std::map<std::string, std::string> settings;  ///< `within`, `after match`, `window`, `key`, …
  std::string table;                            ///< what the table `t` is; none if empty
  bool operator==(const RuleText&) const = default;
};

/// `a{2} -> not b ->[2s] (c | a)`.
std::string pattern_text(const std::vector<TermSequence>& branches);

/// The letters that a pattern names, each once.
std::string letters_of(const std::vector<TermSequence>& branches);

/// Those of its pattern and of its settings; of a window those that have a type.
std::string letters_of(const RuleText& rule);

/// The rule as a document; it declares these letters as variables.
std::string yaml_of(const RuleText& rule, const std::string& id);

}  // namespace tocsin::oracle
