#pragma once
/// Runs compiled expressions against an event and what a run has taken before it.

#include "base/arena.h"
#include "base/event.h"
#include "base/schema.h"
#include "patterns/expression.h"
#include "runtime/match_buffer.h"
#include "runtime/table_store.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tocsin::runtime {

/// A window's answers to `aggregate` operands.
class WindowAnswers {
 public:
  virtual ~WindowAnswers() = default;
  virtual Value answer(patterns::AggregateId id, std::uint64_t& null_operations) const = 0;
};

/// What an expression may look at. Borrowed for the time of one evaluation.
struct Scope {
  const patterns::ExpressionPool& expressions;
  const Schema& schema;
  Arena& scratch;                      ///< for texts that are made; they live until the caller resets it
  std::uint64_t& null_operations;      ///< counts overflow, division by zero, kinds that do not go together
  const Event* own = nullptr;          ///< the event under test
  const TakenEvent* taken = nullptr;   ///< the last event taken before it
  const PriorEvents* prior = nullptr;  ///< rules that look back at events whether taken or not
  const WindowAnswers* window = nullptr;  ///< of a window: answers aggregates in place of `taken`
  std::string_view key = {};              ///< key bytes; outputs and `having`
  EventTime alert_time = {};              ///< outputs
  const TableStore* tables = nullptr;     ///< none: every look-up is null
  const EventPlace* as_of = nullptr;      ///< without an own event: as of where tables are asked; none: now
};

/// The value of `id`. Never fails: what makes no sense is null and counted.
/// cost  O(size of the expression); `first(v)`, `v[n]` and aggregates walk the run's events
Value evaluate(const Scope& scope, patterns::ExpressionId id);

/// Whether `id` is true; null is not. An absent expression holds.
inline bool holds(const Scope& scope, patterns::ExpressionId id) {
  return !id || evaluate(scope, id).is_true();
}

/// Appends the key that `parts` make of `scope.own`; false if one of them is null.
bool append_key_bytes(std::string& out, const Scope& scope, std::span<const patterns::ExpressionId> parts);

/// Where each variable has a key: those by whose key `scope.own` belongs to `key`. `buffer` is overwritten.
patterns::VariableMask variables_under(const Scope& scope,
                                       const patterns::Program& program,
                                       std::string_view key,
                                       std::string& buffer);

/// An attribute of an event of `type` with these values, null where it has none.
inline Value attribute_of(TypeId type, const Value* values, const Schema& schema, AttributeId attribute) {
  const std::uint16_t slot = schema.layout(type).slot_of[attribute.value];
  return slot == Layout::kAbsent || values == nullptr ? Value::null() : values[slot];
}
inline Value attribute_of(const Event& event, const Schema& schema, AttributeId attribute) {
  return attribute_of(event.type, event.values, schema, attribute);
}

}  // namespace tocsin::runtime
