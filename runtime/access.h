#pragma once
/// What an event must show for a condition to have a chance: found in the condition once, looked up for each
/// event.

#include "patterns/expression.h"
#include "patterns/text_factors.h"

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

namespace tocsin::runtime {

/// Something to be known of one attribute.
struct AccessTerm {
  enum class Kind : std::uint8_t {
    equal,  ///< it equals one of `values`
    range,  ///< it is a number from `low` to `high`, both included
    text,   ///< it satisfies `condition`, a text pattern
  };
  Kind kind = Kind::equal;
  AttributeId attribute;
  std::vector<Value> values;  ///< each equal to itself; texts in them live in the condition's pool
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  patterns::ExpressionId condition;
  /// Parts of the condition, joined by `and`, that hold wherever the term does: they need not be asked any
  /// more, nor would they have counted anything. Of the others it may hold where they do not.
  std::vector<patterns::ExpressionId> decides;
};

/// Where the condition holds, some of these does. None: it never holds.
using Access = std::vector<AccessTerm>;

/// Whether a text pattern over an attribute may be an access.
using TextsSought = std::function<bool(AttributeId, patterns::ExpressionId)>;

/// The access to `condition` that lets the fewest events through, by guess. None: every event must be asked.
std::optional<Access> find_access(const patterns::ExpressionPool& expressions,
                                  patterns::ExpressionId condition,
                                  const TextsSought& texts_sought);

/// `id` as a text pattern over an attribute of the event itself, if it is one.
std::optional<patterns::TextPattern> text_pattern_of(const patterns::ExpressionPool& expressions,
                                                     patterns::ExpressionId id);

}  // namespace tocsin::runtime
