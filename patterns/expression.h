#pragma once
/// Typed, compiled expressions: conditions, keys, output fields. What they mean; `runtime/evaluator` runs
/// them.
///
/// Nodes lie flat in an ExpressionPool and name their operands by index. Nothing is looked up by name at run
/// time.

#include "base/ids.h"
#include "base/schema.h"
#include "base/value.h"
#include "patterns/address_set.h"
#include "patterns/format_spec.h"
#include "patterns/text_matcher.h"
#include "patterns/time_zone.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::patterns {

using ExpressionId = Id<struct ExpressionTag>;
using AggregateId = Id<struct AggregateTag, std::uint16_t>;
using VariableId = Id<struct VariableTag, std::uint16_t>;
using TableId = Id<struct TableTag, std::uint16_t>;

inline constexpr std::size_t kVariablesMax = 64;

/// A set of a rule's variables, one bit each.
using VariableMask = std::uint64_t;
constexpr VariableMask mask_of(VariableId v) {
  return VariableMask{1} << v.value;
}

/// Which event an operand speaks of.
struct EventPick {
  enum class Which : std::uint8_t {
    own,    ///< the event under test; in an aggregate's operand, the taken event that is being added
    first,  ///< the earliest event taken by one of `variables`
    last,   ///< the latest
    nth,    ///< number `n` of those taken by `variables`: 0 the first, -1 the last; null when out of range
    prior,  ///< the one that the rule saw `n` events before the event under test, taken or not
  };
  Which which = Which::own;
  std::int32_t n = 0;
  VariableMask variables = 0;
};

enum class Op : std::uint8_t {
  // operands
  constant,    ///< index: into constants
  attribute,   ///< index: AttributeId; pick
  event_time,  ///< pick
  event_type,  ///< pick
  key_part,    ///< index: which part of the rule's key (outputs only)
  alert_time,  ///< the alert's time (outputs only)
  aggregate,   ///< index: AggregateId
  // logic; null counts as false
  logical_not,
  logical_and,
  logical_or,
  // comparisons: null if an operand is null or the kinds do not go together (the latter is counted)
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in_set,   ///< index: into constant_sets; one operand
  in_list,  ///< first operand among the others
  member,   ///< first operand among the items of the second: a list, or an array of the event
  between,
  contains,     ///< ignore_case
  starts_with,  ///< ignore_case
  ends_with,    ///< ignore_case
  text_match,   ///< `like` and `matches` against a constant; index: into matchers
  // arithmetic: null on overflow, division by zero or a kind mismatch (counted); int op int is int, but `/`
  // is always float
  add,
  subtract,
  multiply,
  divide,
  modulo,
  negate,
  // choice
  case_when,  ///< condition, value, condition, value, …, otherwise (always there, maybe a null constant)
  coalesce,
  exists,
  // lists
  make_list,  ///< of its operands
  item,       ///< index: which one, as an int32: 0 the first, -1 the last; null when out of range
  // functions
  lower,
  upper,
  length,
  trim,
  concat,
  abs,
  round,
  floor,
  ceil,
  sqrt,
  log,
  pow,
  substr,
  split,
  hash,
  in_blocks,    ///< index: into address_sets
  hour,         ///< index: into zones
  weekday,      ///< index: into zones
  date,         ///< index: into zones
  to_time,      ///< index: the TimeFormat of a number
  to_duration,  ///< index: the TimeFormat of a number
  haversine,
  entropy,
  levenshtein,
  format,  ///< index: into formats; messages only
  lookup,  ///< index: into lookups; the operands are the parts of the key
};

/// The word of the language for `op`, for printing.
std::string_view name_of(Op op);

struct ExpressionNode {
  Op op = Op::constant;
  bool ignore_case = false;
  std::uint16_t operand_count = 0;
  std::uint32_t first_operand = 0;  ///< into operands
  std::uint32_t index = 0;
  EventPick pick;
};

enum class AggregateKind : std::uint8_t { count, sum, average, minimum, maximum, stddev, distinct, collect };
std::string_view name_of(AggregateKind kind);

/// count(v), sum(v.x), max(probe.time), sum(v.price * v.volume): over the events taken by `variables`.
struct Aggregate {
  AggregateKind kind = AggregateKind::count;
  VariableMask variables = 0;
  ExpressionId operand;  ///< speaks of the taken event as its own; none for count(v)
};

/// What is asked of a table, as `customers[card].country`.
struct Lookup {
  TableId table;
  AttributeId column;      ///< none: whether there is a row
  std::string table_name;  ///< for printing, as what follows the key
  std::string member;
  bool operator==(const Lookup&) const = default;
};

/// A constant set, as in `country in [AA, BB]`. Its strings live in the pool.
class ConstantSet {
 public:
  explicit ConstantSet(std::vector<Value> values);

  /// Whether some member equals `v` by `compare`. O(log size).
  bool contains(const Value& v) const;
  const std::vector<Value>& values() const { return values_; }  ///< in the order of search, no two equal

 private:
  std::vector<Value> values_;
};

/// The expressions of one rule. Append-only while compiling, then immutable.
class ExpressionPool {
 public:
  ExpressionPool() = default;
  ExpressionPool(const ExpressionPool&) = delete;  // values point into texts_
  ExpressionPool& operator=(const ExpressionPool&) = delete;
  ExpressionPool(ExpressionPool&&) = default;
  ExpressionPool& operator=(ExpressionPool&&) = default;

  ExpressionId add(ExpressionNode node, std::span<const ExpressionId> operands);
  ExpressionId add_constant(const Value& value);  ///< copies its text
  std::uint32_t add_set(std::vector<Value> values);
  std::uint32_t add_matcher(TextMatcher matcher);
  std::uint32_t add_address_set(AddressSet addresses);
  std::uint32_t add_zone(TimeZone zone);                  ///< zones of one name share an index
  std::uint32_t add_format(FormatSpec format);            ///< formats of one text share an index
  std::uint32_t add_lookup(Lookup lookup);                ///< equal ones share an index
  AggregateId add_aggregate(const Aggregate& aggregate);  ///< equal ones share an id

  const ExpressionNode& node(ExpressionId id) const { return nodes_[id.value]; }
  std::size_t node_count() const { return nodes_.size(); }
  ExpressionId operand(const ExpressionNode& node, std::size_t i) const {
    return operands_[node.first_operand + i];
  }
  const Value& constant(std::uint32_t index) const { return constants_[index]; }
  const ConstantSet& constant_set(std::uint32_t index) const { return sets_[index]; }
  const TextMatcher& matcher(std::uint32_t index) const { return matchers_[index]; }
  const AddressSet& address_set(std::uint32_t index) const { return address_sets_[index]; }
  const TimeZone& zone(std::uint32_t index) const { return zones_[index]; }
  const FormatSpec& format(std::uint32_t index) const { return formats_[index]; }
  const Lookup& lookup(std::uint32_t index) const { return lookups_[index]; }
  const std::vector<Lookup>& lookups() const { return lookups_; }
  const Aggregate& aggregate(AggregateId id) const { return aggregates_[id.value]; }
  std::size_t aggregate_count() const { return aggregates_.size(); }

 private:
  Value kept(const Value& value);

  std::vector<ExpressionNode> nodes_;
  std::vector<ExpressionId> operands_;
  std::vector<Value> constants_;
  std::vector<ConstantSet> sets_;
  std::vector<TextMatcher> matchers_;
  std::vector<AddressSet> address_sets_;
  std::vector<TimeZone> zones_;
  std::vector<FormatSpec> formats_;
  std::vector<Lookup> lookups_;
  std::vector<Aggregate> aggregates_;
  std::deque<std::string> texts_;
};

/// An expression, and where it lies.
struct PooledExpression {
  const ExpressionPool* pool = nullptr;
  ExpressionId id;
};

/// The same structure (constants by value, attributes by id): what common subexpressions are found by. Both
/// of one schema; of two pools only expressions without aggregates are the same.
bool same_expression(const PooledExpression& a, const PooledExpression& b);
inline bool same_expression(const ExpressionPool& pool, ExpressionId a, ExpressionId b) {
  return same_expression({&pool, a}, {&pool, b});
}

/// Equal for the same expressions.
std::uint64_t structure_hash(const PooledExpression& expression);

/// Prints `id` in the language's own syntax with names from `schema`; variables by `variable_names`.
std::string to_string(const ExpressionPool& pool,
                      ExpressionId id,
                      const Schema& schema,
                      std::span<const std::string> variable_names,
                      std::span<const std::string> key_names);

}  // namespace tocsin::patterns
