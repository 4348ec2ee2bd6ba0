#pragma once
/// What the event under test must share with one taken before, `query == s.query`, or must not, `country !=
/// h.country`. It is looked at first, by a fingerprint that each run carries, so that most events that a run
/// cannot take cost it one comparison.

#include "base/event.h"
#include "patterns/program.h"

#include <cstdint>
#include <optional>

namespace tocsin::runtime {

/// The conjunct `own == v.earlier`, or `own != v.earlier` where there is none such.
struct Join {
  AttributeId own;                ///< of the event under test
  AttributeId earlier;            ///< of an event taken before it
  patterns::ExpressionId picked;  ///< `v.earlier`
  bool of_last = false;           ///< `v` took the run's last event
  bool whole = false;             ///< the condition says nothing else
  bool differs = false;           ///< it is `!=`
};

/// The join in `condition`, for runs whose last event was taken by `last`.
std::optional<Join> find_join(const patterns::ExpressionPool& expressions,
                              patterns::ExpressionId condition,
                              patterns::VariableId last);

/// Equal for values that compare as equal. Short strings and most ints are their own fingerprint.
std::uint64_t fingerprint_of(Value v);

/// Whether no other value has this fingerprint.
constexpr bool is_exact(std::uint64_t fingerprint) {
  return fingerprint >> 63 == 0;
}

}  // namespace tocsin::runtime
