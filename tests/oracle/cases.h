#pragma once
/// What the oracle and the engine are asked: rules and streams, made up one after the other or drawn from a
/// seed.

#include "tests/oracle/rule_text.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::oracle {

/// One event of a stream. Seconds and order of the list are the order in which a rule sees events.
struct Record {
  int second = 0;
  char type = 'a';
  std::string k;                ///< a text; none if empty
  std::string j;                ///< the same
  std::optional<int> x;         ///< an int
  std::optional<int> y_halves;  ///< y is a float, this many halves
  bool operator==(const Record&) const = default;
};

struct Case {
  RuleText rule;
  std::optional<RuleText> above;  ///< sees what `rule` emits, events of type `z`
  std::vector<Record> events;
};

/// Any rule that the generator's grammar gives; it may be one that the compiler refuses.
Case random_case(std::uint64_t seed);

/// How far the small cases go.
struct SmallCases {
  std::size_t terms_max = 2;       ///< of a pattern
  std::size_t quantified_max = 2;  ///< terms of a pattern that carry a quantifier
  std::size_t letters_max = 3;     ///< of a stream
};

/// All small patterns over a, b and c (one for each renaming of the three) with all `after match` settings,
/// with and without `on timeout`. Each comes with all streams of up to `letters_max` letters over all time
/// steps on and around the bounds, each stream under a key of its own.
void for_each_small_case(const SmallCases& size, const std::function<void(const Case&)>& visit);

}  // namespace tocsin::oracle
