#include "patterns/expression.h"

#include <algorithm>
#include <functional>
#include <iterator>

namespace tocsin::patterns {
namespace {

template <class T>
std::uint32_t append(std::vector<T>& to, T item) {
  to.push_back(std::move(item));
  return static_cast<std::uint32_t>(to.size() - 1);
}

/// The index of the item that is the same by `same`; appended if there is none.
template <class T, class Same>
std::uint32_t share(std::vector<T>& in, T item, Same same) {
  const auto found = std::find_if(in.begin(), in.end(), [&](const T& other) { return same(other, item); });
  if (found == in.end()) return append(in, std::move(item));
  return static_cast<std::uint32_t>(found - in.begin());
}

bool same_sets(const ConstantSet& a, const ConstantSet& b) {
  const auto equal = [](const Value& x, const Value& y) { return compare(x, y) == Ordering::equal; };
  return std::equal(a.values().begin(), a.values().end(), b.values().begin(), b.values().end(), equal);
}

bool same_matchers(const TextMatcher& a, const TextMatcher& b) {
  return a.pattern() == b.pattern() && a.is_regex() == b.is_regex() && a.ignores_case() == b.ignores_case();
}

bool same_constants(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  if (a.is_text()) return a.as_text() == b.as_text();
  return a.is_null() || compare(a, b) == Ordering::equal;
}

/// Whether what `index` stands for is the same.
bool same_index(const ExpressionPool& pool, const ExpressionNode& a, const ExpressionNode& b) {
  if (a.op == Op::constant) return same_constants(pool.constant(a.index), pool.constant(b.index));
  if (a.op == Op::in_set) return same_sets(pool.constant_set(a.index), pool.constant_set(b.index));
  if (a.op == Op::text_match) return same_matchers(pool.matcher(a.index), pool.matcher(b.index));
  if (a.op == Op::in_blocks) return pool.address_set(a.index).blocks() == pool.address_set(b.index).blocks();
  return a.index == b.index;
}

bool same_pick(const EventPick& a, const EventPick& b) {
  return a.which == b.which && a.n == b.n && a.variables == b.variables;
}

}  // namespace

ExpressionId ExpressionPool::add(ExpressionNode node, std::span<const ExpressionId> operands) {
  node.first_operand = static_cast<std::uint32_t>(operands_.size());
  node.operand_count = static_cast<std::uint16_t>(operands.size());
  operands_.insert(operands_.end(), operands.begin(), operands.end());
  return ExpressionId{append(nodes_, node)};
}

/// With its text in the pool.
Value ExpressionPool::kept(const Value& value) {
  return value.is_text() ? value.with_text(texts_.emplace_back(value.as_text())) : value;
}

ExpressionId ExpressionPool::add_constant(const Value& value) {
  ExpressionNode node;
  node.op = Op::constant;
  node.index = append(constants_, kept(value));
  return add(node, {});
}

std::uint32_t ExpressionPool::add_set(std::vector<Value> values) {
  for (Value& value : values) value = kept(value);
  return append(sets_, ConstantSet{std::move(values)});
}

std::uint32_t ExpressionPool::add_matcher(TextMatcher matcher) {
  return append(matchers_, std::move(matcher));
}

std::uint32_t ExpressionPool::add_address_set(AddressSet addresses) {
  return append(address_sets_, std::move(addresses));
}

std::uint32_t ExpressionPool::add_zone(TimeZone zone) {
  return share(zones_, std::move(zone), [](const auto& a, const auto& b) { return a.name() == b.name(); });
}

std::uint32_t ExpressionPool::add_format(FormatSpec format) {
  return share(formats_, std::move(format), [](const auto& a, const auto& b) { return a.text == b.text; });
}

std::uint32_t ExpressionPool::add_lookup(Lookup lookup) {
  return share(lookups_, std::move(lookup), std::equal_to<>{});
}

AggregateId ExpressionPool::add_aggregate(const Aggregate& aggregate) {
  const auto same = [&](const Aggregate& other) {
    if (other.kind != aggregate.kind || other.variables != aggregate.variables) return false;
    if (!other.operand || !aggregate.operand) return other.operand == aggregate.operand;
    return same_expression(*this, other.operand, aggregate.operand);
  };
  const auto found = std::find_if(aggregates_.begin(), aggregates_.end(), same);
  const auto index = std::distance(aggregates_.begin(), found);
  if (found == aggregates_.end()) aggregates_.push_back(aggregate);
  return AggregateId{static_cast<std::uint16_t>(index)};
}

bool same_expression(const ExpressionPool& pool, ExpressionId a, ExpressionId b) {
  if (a == b) return true;
  const ExpressionNode& x = pool.node(a);
  const ExpressionNode& y = pool.node(b);
  if (x.op != y.op || x.ignore_case != y.ignore_case || x.operand_count != y.operand_count) return false;
  if (!same_pick(x.pick, y.pick) || !same_index(pool, x, y)) return false;
  for (std::size_t i = 0; i < x.operand_count; ++i) {
    if (!same_expression(pool, pool.operand(x, i), pool.operand(y, i))) return false;
  }
  return true;
}

}  // namespace tocsin::patterns
