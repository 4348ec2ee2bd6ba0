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
bool same_index(const ExpressionPool& pool_a,
                const ExpressionNode& a,
                const ExpressionPool& pool_b,
                const ExpressionNode& b) {
  switch (a.op) {
    case Op::constant:
      return same_constants(pool_a.constant(a.index), pool_b.constant(b.index));
    case Op::in_set:
      return same_sets(pool_a.constant_set(a.index), pool_b.constant_set(b.index));
    case Op::text_match:
      return same_matchers(pool_a.matcher(a.index), pool_b.matcher(b.index));
    case Op::in_blocks:
      return pool_a.address_set(a.index).blocks() == pool_b.address_set(b.index).blocks();
    case Op::hour:
    case Op::weekday:
    case Op::date:
      return pool_a.zone(a.index).name() == pool_b.zone(b.index).name();
    case Op::format:
      return pool_a.format(a.index).text == pool_b.format(b.index).text;
    case Op::lookup:
      return pool_a.lookup(a.index) == pool_b.lookup(b.index);
    case Op::aggregate:
      return &pool_a == &pool_b && a.index == b.index;
    default:
      return a.index == b.index;
  }
}

std::uint64_t constant_hash(const Value& v) {
  std::string bytes;
  append_key_bytes(bytes, v);
  return std::hash<std::string>{}(bytes);
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

bool same_expression(const PooledExpression& a, const PooledExpression& b) {
  if (a.pool == b.pool && a.id == b.id) return true;
  const ExpressionNode& x = a.pool->node(a.id);
  const ExpressionNode& y = b.pool->node(b.id);
  if (x.op != y.op || x.ignore_case != y.ignore_case || x.operand_count != y.operand_count) return false;
  if (!same_pick(x.pick, y.pick) || !same_index(*a.pool, x, *b.pool, y)) return false;
  for (std::size_t i = 0; i < x.operand_count; ++i) {
    if (!same_expression({a.pool, a.pool->operand(x, i)}, {b.pool, b.pool->operand(y, i)})) return false;
  }
  return true;
}

std::uint64_t structure_hash(const PooledExpression& expression) {
  const ExpressionNode& node = expression.pool->node(expression.id);
  std::uint64_t hash = static_cast<std::uint64_t>(node.op) + 1;
  const auto mix = [&](std::uint64_t v) { hash = (hash ^ v) * 0x9E3779B97F4A7C15u + (hash >> 29); };
  if (node.op == Op::attribute) mix(node.index);
  if (node.op == Op::text_match)
    mix(std::hash<std::string>{}(expression.pool->matcher(node.index).pattern()));
  if (node.op == Op::in_set) mix(expression.pool->constant_set(node.index).values().size());
  if (node.op == Op::constant) mix(constant_hash(expression.pool->constant(node.index)));
  for (std::size_t i = 0; i < node.operand_count; ++i) {
    mix(structure_hash({expression.pool, expression.pool->operand(node, i)}));
  }
  return hash;
}

}  // namespace tocsin::patterns
