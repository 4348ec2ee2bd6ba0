#include "runtime/conditions.h"

#include "base/check.h"
#include "runtime/access.h"

namespace tocsin::runtime {

ConditionId Conditions::add(const patterns::PooledExpression& expression) {
  const std::uint64_t hash = patterns::structure_hash(expression);
  const auto [first, last] = by_structure_.equal_range(hash);
  for (auto at = first; at != last; ++at) {
    if (patterns::same_expression(all_[at->second.value].expression, expression)) return at->second;
  }
  const ConditionId id{static_cast<std::uint32_t>(all_.size())};
  Condition condition;
  condition.expression = expression;
  all_.push_back(condition);
  by_structure_.emplace(hash, id);
  return id;
}

void Conditions::group(AttributeId attribute, std::vector<ConditionId> conditions) {
  std::vector<patterns::TextPattern> texts;
  for (const ConditionId id : conditions) {
    Condition& condition = all_[id.value];
    condition.grouped = true;
    condition.group = static_cast<std::uint32_t>(groups_.size());
    condition.number = static_cast<std::uint32_t>(texts.size());
    const auto text = text_pattern_of(*condition.expression.pool, condition.expression.id);
    TOCSIN_CHECK(text, "only text patterns are looked for together");
    texts.push_back(*text);
  }
  groups_.push_back({attribute, patterns::TextSet{texts}, std::move(conditions)});
}

}  // namespace tocsin::runtime
