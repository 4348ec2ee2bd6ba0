#pragma once
/// What a condition asks of the event under test and one taken before, each by itself: `query == s.query`,
/// `country != h.country`, `amount > 10 * s.amount`. Each side is told by a word that a run can carry, so
/// that an event which a run cannot take costs it one comparison, or none where runs are found by their
/// words.

#include "base/event.h"
#include "base/schema.h"
#include "patterns/program.h"

#include <cstdint>
#include <optional>

namespace tocsin::runtime {

/// From `first` to `last`, both included; none if that is less.
struct WordRange {
  std::uint64_t first = 1;
  std::uint64_t last = 0;
  bool contains(std::uint64_t word) const { return first <= word && word <= last; }
};

/// The conjunct `own op earlier` of a condition.
struct Join {
  patterns::Op op = patterns::Op::equal;  ///< == != < <= > >=
  patterns::ExpressionId own;             ///< speaks of the event under test alone
  patterns::ExpressionId earlier;         ///< speaks of events taken before alone
  AttributeId own_attribute;              ///< that `own` is; none: it is something else
  AttributeId last_attribute;  ///< that `earlier` is, of the run's last event; none: something else
  bool whole = false;          ///< the condition says nothing else

  bool is_equality() const { return op == patterns::Op::equal; }
  bool by_order() const { return !is_equality() && op != patterns::Op::not_equal; }

  /// Whether what a run brings has the same word in both. `expressions`  of both
  bool has_earlier_word_of(const patterns::ExpressionPool& expressions, const Join& other) const;

  /// What tells `v`, on either side.
  std::uint64_t word_of(Value v) const;

  /// Whether it may hold for sides with these words.
  bool may_hold(std::uint64_t own_word, std::uint64_t earlier_word) const;

  /// Whether, where it may hold, all of the condition does for certain.
  bool is_certain(std::uint64_t own_word, std::uint64_t earlier_word) const;

  /// The words of the earlier side for which it may hold. Of those that compare by order.
  WordRange words_that_may_hold(std::uint64_t own_word) const;
};

/// The join in `condition` that lets the fewest events through, by guess, for runs whose last event was taken
/// by `last`.
std::optional<Join> find_join(const patterns::ExpressionPool& expressions,
                              patterns::ExpressionId condition,
                              patterns::VariableId last);

/// Equal for values that compare as equal. Short strings and most ints are their own fingerprint.
std::uint64_t fingerprint_of(Value v);

/// Whether no other value has this fingerprint.
constexpr bool is_exact(std::uint64_t fingerprint) {
  return fingerprint >> 63 == 0;
}

inline constexpr unsigned kRankBits = 61;  ///< of a rank; those above them tell what compares with each other

/// Where `v` stands among the values that it compares with: not after what is greater. Values that do not
/// compare have ranks in different ranges; one that compares with nothing has rank 0.
std::uint64_t rank_of(Value v);

/// The ranks of all values that compare with one of `rank`.
constexpr WordRange comparable_ranks(std::uint64_t rank) {
  constexpr std::uint64_t kPlaces = (std::uint64_t{1} << kRankBits) - 1;
  if (rank == 0) return {};
  return {rank & ~kPlaces, rank | kPlaces};
}

inline bool Join::may_hold(std::uint64_t own_word, std::uint64_t earlier_word) const {
  using enum patterns::Op;
  if (op == equal) return own_word == earlier_word;
  if (op == not_equal) return own_word != earlier_word || !is_exact(own_word);
  const bool less_than = op == less || op == less_equal;
  return comparable_ranks(own_word).contains(earlier_word) &&
         (less_than ? own_word <= earlier_word : own_word >= earlier_word);
}

inline bool Join::is_certain(std::uint64_t own_word, std::uint64_t earlier_word) const {
  if (!whole) return false;
  if (is_equality()) return is_exact(own_word);
  return by_order() && own_word != earlier_word;
}

}  // namespace tocsin::runtime
