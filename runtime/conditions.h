#pragma once
/// The conditions over the event alone of all rules, equal ones as one: what one rule asks of an event no
/// other needs to find out again.

#include "patterns/expression.h"
#include "patterns/text_set.h"

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace tocsin::runtime {

using ConditionId = Id<struct ConditionTag>;

/// Text patterns over one attribute that are looked for together.
struct TextGroup {
  AttributeId attribute;
  patterns::TextSet set;
  std::vector<ConditionId> conditions;  ///< by the pattern's number in `set`
};

struct Condition {
  patterns::PooledExpression expression;  ///< in the first rule that has it
  std::uint32_t asked_by = 0;             ///< how many variables of rules ask it
  std::uint32_t group = 0;                ///< of those looked for together, where `grouped`
  std::uint32_t number = 0;               ///< in the group
  bool grouped = false;
};

/// Made with the rule set, then immutable. Programs are borrowed.
class Conditions {
 public:
  /// The id of `expression`; equal ones share it.
  ConditionId add(const patterns::PooledExpression& expression);
  void count_asker(ConditionId id) { ++all_[id.value].asked_by; }

  /// Looks for `patterns`, which are text patterns over `attribute`, together.
  void group(AttributeId attribute, std::vector<ConditionId> patterns);

  const Condition& operator[](ConditionId id) const { return all_[id.value]; }
  std::size_t size() const { return all_.size(); }
  const std::vector<TextGroup>& groups() const { return groups_; }

  /// Whether it is worth to remember what `id` says of an event.
  bool is_shared(ConditionId id) const { return all_[id.value].grouped || all_[id.value].asked_by > 1; }

 private:
  std::vector<Condition> all_;
  std::unordered_multimap<std::uint64_t, ConditionId> by_structure_;
  std::vector<TextGroup> groups_;
};

}  // namespace tocsin::runtime
