#include "runtime/evaluator.h"

#include "base/check.h"
#include "runtime/aggregate.h"
#include "runtime/formatting.h"
#include "runtime/list_items.h"
#include "runtime/operators.h"
#include "runtime/text_functions.h"
#include "runtime/time_and_place.h"

#include <array>
#include <limits>

namespace tocsin::runtime {
namespace {

using patterns::Aggregate;
using patterns::AggregateKind;
using patterns::EventPick;
using patterns::ExpressionId;
using patterns::ExpressionNode;
using patterns::Op;
using patterns::VariableMask;

bool taken_by(const TakenEvent& taken, VariableMask variables) {
  return (patterns::mask_of(taken.variable) & variables) != 0;
}

/// Number `n` from the end: 0 the last. In a window several variables may have taken one event, which counts
/// once.
const StoredEvent* pick_from_end(const TakenEvent* tail, VariableMask variables, std::int64_t n) {
  const StoredEvent* counted = nullptr;
  for (; tail != nullptr; tail = tail->before) {
    if (!taken_by(*tail, variables) || tail->stored == counted) continue;
    if (n-- == 0) return tail->stored;
    counted = tail->stored;
  }
  return nullptr;
}

std::int64_t count_taken(const TakenEvent* tail, VariableMask variables) {
  std::int64_t count = 0;
  const StoredEvent* counted = nullptr;
  for (; tail != nullptr; tail = tail->before) {
    if (!taken_by(*tail, variables) || tail->stored == counted) continue;
    ++count;
    counted = tail->stored;
  }
  return count;
}

/// `n`: 1 the event just before.
const StoredEvent* prior_event(const Scope& scope, std::size_t n) {
  if (scope.prior == nullptr || n > scope.prior->size()) return nullptr;
  return (*scope.prior)[n - 1];
}

/// Of those that are not the event under test.
const StoredEvent* pick_event(const Scope& scope, const EventPick& pick) {
  using enum EventPick::Which;
  switch (pick.which) {
    case own:
      break;
    case last:
      return pick_from_end(scope.taken, pick.variables, 0);
    case first:
      return pick_from_end(scope.taken, pick.variables, count_taken(scope.taken, pick.variables) - 1);
    case nth:
      if (pick.n < 0) return pick_from_end(scope.taken, pick.variables, -std::int64_t{pick.n} - 1);
      return pick_from_end(
          scope.taken, pick.variables, count_taken(scope.taken, pick.variables) - 1 - pick.n);
    case prior:
      return prior_event(scope, static_cast<std::size_t>(pick.n));
  }
  return nullptr;
}

/// `of(event)` of the event that the node names, under test or stored; null if there is none.
template <class Of>
Value of_event(const Scope& scope, const ExpressionNode& node, Of&& of) {
  if (node.pick.which == EventPick::Which::own) return scope.own == nullptr ? Value::null() : of(*scope.own);
  const StoredEvent* const stored = pick_event(scope, node.pick);
  return stored == nullptr ? Value::null() : of(*stored);
}

/// Adds what the run has taken, earliest first.
void accumulate(const Scope& scope, const Aggregate& aggregate, const TakenEvent* tail, Accumulator& into) {
  std::vector<const TakenEvent*> path;
  collect_path(tail, path);
  Scope own = scope;
  own.taken = nullptr;
  for (const TakenEvent* taken : path) {
    if (!taken_by(*taken, aggregate.variables)) continue;
    const Event event = taken->stored->event(scope.schema);
    own.own = &event;
    into.add(evaluate(own, aggregate.operand));
  }
}

Value aggregate_value(const Scope& scope, patterns::AggregateId id) {
  if (scope.window != nullptr) return scope.window->answer(id, scope.null_operations);
  const Aggregate& aggregate = scope.expressions.aggregate(id);
  if (!aggregate.operand) return Value::integer(count_taken(scope.taken, aggregate.variables));
  Accumulator accumulator(aggregate.kind);
  accumulate(scope, aggregate, scope.taken, accumulator);
  const Value v = accumulator.result(scope.null_operations);
  return v.is_text() ? v.with_text(scope.scratch.copy(v.as_text())) : v;
}

Value key_part(std::string_view key, std::uint32_t index) {
  Value v = read_key_bytes(key);
  for (; index > 0; --index) v = read_key_bytes(key);
  return v;
}

/// The operands of one node, evaluated on demand.
class Operands {
 public:
  Operands(const Scope& scope, const ExpressionNode& node) : scope_{scope}, node_{node} {}
  std::size_t size() const { return node_.operand_count; }
  Value operator[](std::size_t i) const { return evaluate(scope_, scope_.expressions.operand(node_, i)); }

 private:
  const Scope& scope_;
  const ExpressionNode& node_;
};

Value in_list(const Operands& operands, std::uint64_t& null_operations) {
  const Value v = operands[0];
  if (v.is_null()) return v;
  for (std::size_t i = 1; i < operands.size(); ++i) {
    if (compare_with(Op::equal, v, operands[i], null_operations).is_true()) return Value::boolean(true);
  }
  return Value::boolean(false);
}

Value between(const Operands& operands, std::uint64_t& null_operations) {
  const Value v = operands[0];
  const Value above = compare_with(Op::greater_equal, v, operands[1], null_operations);
  const Value below = compare_with(Op::less_equal, v, operands[2], null_operations);
  if (above.is_null() || below.is_null()) return Value::null();
  return Value::boolean(above.is_true() && below.is_true());
}

Value case_when(const Operands& operands) {
  std::size_t i = 0;
  for (; i + 1 < operands.size(); i += 2) {
    if (operands[i].is_true()) return operands[i + 1];
  }
  return operands[i];
}

Value coalesce(const Operands& operands) {
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const Value v = operands[i];
    if (!v.is_null()) return v;
  }
  return Value::null();
}

Value concat(const Operands& operands, Arena& scratch) {
  std::string text;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const Value v = operands[i];
    if (v.is_null()) return v;
    append_plain(text, v);
  }
  return Value::string(scratch.copy(text));
}

Value make_list(const Operands& operands, Arena& scratch) {
  std::string items;
  for (std::size_t i = 0; i < operands.size(); ++i) append_item(items, operands[i]);
  return Value::list(scratch.copy(items));
}

/// Without a length up to the end.
Value part_of_text(const Operands& operands, std::uint64_t& null_operations) {
  const Value rest = Value::integer(std::numeric_limits<std::int64_t>::max());
  return substr(operands[0], operands[1], operands.size() > 2 ? operands[2] : rest, null_operations);
}

Value hash(const Operands& operands) {
  std::string bytes;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const Value v = operands[i];
    if (v.is_null()) return v;
    append_key_bytes(bytes, v);
  }
  return hash_of(bytes);
}

Value format(const Scope& scope, const ExpressionNode& node, const Value& v) {
  std::string text;
  append_formatted(text, v, scope.expressions.format(node.index));
  return Value::string(scope.scratch.copy(text));
}

Value text_match(const Scope& scope, const ExpressionNode& node, const Value& text) {
  if (text.is_null()) return text;
  if (!text.is_string()) return no_sense(scope.null_operations);
  return Value::boolean(scope.expressions.matcher(node.index).matches(text.as_text()));
}

Value in_set(const Scope& scope, const ExpressionNode& node, const Value& v) {
  return v.is_null() ? v : Value::boolean(scope.expressions.constant_set(node.index).contains(v));
}

const Value* values_of(const Event& event) {
  return event.values;
}
const Value* values_of(const StoredEvent& stored) {
  return stored.values();
}

std::string_view type_name_of(const Event& event, const Schema& /*schema*/) {
  return event.type_name;
}
std::string_view type_name_of(const StoredEvent& stored, const Schema& schema) {
  return stored.event(schema).type_name;
}

Value event_attribute(const Scope& scope, const ExpressionNode& node) {
  const AttributeId attribute{static_cast<std::uint16_t>(node.index)};
  return of_event(scope, node, [&](const auto& event) {
    return attribute_of(event.type, values_of(event), scope.schema, attribute);
  });
}

Value event_time(const Scope& scope, const ExpressionNode& node) {
  return of_event(scope, node, [](const auto& event) { return Value::time(event.time); });
}

Value event_type(const Scope& scope, const ExpressionNode& node) {
  return of_event(
      scope, node, [&](const auto& event) { return Value::string(type_name_of(event, scope.schema)); });
}

/// As of where tables are asked.
EventPlace place_of(const Scope& scope) {
  if (scope.own != nullptr) return tocsin::place_of(*scope.own);
  return scope.as_of != nullptr ? *scope.as_of : EventPlace{};
}

Value lookup(const Scope& scope, const ExpressionNode& node, const Operands& operands) {
  if (scope.tables == nullptr) return Value::null();
  std::array<Value, patterns::kTableKeyPartsMax> key;
  for (std::size_t i = 0; i < operands.size(); ++i) key[i] = operands[i];
  return scope.tables->find(
      scope.expressions.lookup(node.index), {key.data(), operands.size()}, place_of(scope));
}

/// Lists and the rarer functions, apart from the rest so that a plain condition needs little stack.
Value call_function(const Scope& scope, const ExpressionNode& node, const Operands& operand) {
  const patterns::ExpressionPool& pool = scope.expressions;
  std::uint64_t& bad = scope.null_operations;
  switch (node.op) {
    case Op::member:
      return is_member(operand[0], operand[1], scope.scratch, bad);
    case Op::make_list:
      return make_list(operand, scope.scratch);
    case Op::item:
      return item_of(operand[0], static_cast<std::int32_t>(node.index), scope.scratch, bad);
    case Op::substr:
      return part_of_text(operand, bad);
    case Op::split:
      return split(operand[0], operand[1], scope.scratch, bad);
    case Op::hash:
      return hash(operand);
    case Op::in_blocks:
      return in_blocks(operand[0], pool.address_set(node.index), bad);
    case Op::hour:
    case Op::weekday:
      return calendar_field(node.op, operand[0], pool.zone(node.index), bad);
    case Op::date:
      return date_of(operand[0], pool.zone(node.index), scope.scratch, bad);
    case Op::to_time:
      return to_time(operand[0], static_cast<TimeFormat>(node.index), bad);
    case Op::to_duration:
      return to_duration(operand[0], static_cast<TimeFormat>(node.index), bad);
    case Op::haversine:
      return haversine(operand[0], operand[1], operand[2], operand[3], bad);
    case Op::entropy:
      return entropy(operand[0], bad);
    case Op::levenshtein:
      return levenshtein(operand[0], operand[1], bad);
    case Op::format:
      return format(scope, node, operand[0]);
    case Op::lookup:
      return lookup(scope, node, operand);
    default:
      TOCSIN_CHECK(false, "evaluate answers the other operators itself");
      return Value::null();
  }
}

/// Apart from constants and attributes, so that these need no stack: not to be inlined.
[[gnu::noinline]] Value evaluate_operator(const Scope& scope, const ExpressionNode& node) {
  const Operands operand(scope, node);
  std::uint64_t& bad = scope.null_operations;
  switch (node.op) {
    case Op::event_time:
      return event_time(scope, node);
    case Op::event_type:
      return event_type(scope, node);
    case Op::key_part:
      return key_part(scope.key, node.index);
    case Op::alert_time:
      return Value::time(scope.alert_time);
    case Op::aggregate:
      return aggregate_value(scope, patterns::AggregateId{static_cast<std::uint16_t>(node.index)});
    case Op::logical_not:
      return Value::boolean(!operand[0].is_true());
    case Op::logical_and:
      for (std::size_t i = 0; i < operand.size(); ++i) {
        if (!operand[i].is_true()) return Value::boolean(false);
      }
      return Value::boolean(true);
    case Op::logical_or:
      for (std::size_t i = 0; i < operand.size(); ++i) {
        if (operand[i].is_true()) return Value::boolean(true);
      }
      return Value::boolean(false);
    case Op::equal:
    case Op::not_equal:
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
      return compare_with(node.op, operand[0], operand[1], bad);
    case Op::in_set:
      return in_set(scope, node, operand[0]);
    case Op::in_list:
      return in_list(operand, bad);
    case Op::between:
      return between(operand, bad);
    case Op::contains:
    case Op::starts_with:
    case Op::ends_with:
      return text_test(node.op, node.ignore_case, operand[0], operand[1], bad);
    case Op::text_match:
      return text_match(scope, node, operand[0]);
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::modulo:
    case Op::pow:
      return arithmetic(node.op, operand[0], operand[1], bad);
    case Op::case_when:
      return case_when(operand);
    case Op::coalesce:
      return coalesce(operand);
    case Op::exists:
      return Value::boolean(!operand[0].is_null());
    case Op::lower:
    case Op::upper:
    case Op::trim:
      return text_change(node.op, operand[0], scope.scratch, bad);
    case Op::length:
      return length_of(operand[0], scope.scratch, bad);
    case Op::concat:
      return concat(operand, scope.scratch);
    case Op::negate:
    case Op::abs:
    case Op::round:
    case Op::floor:
    case Op::ceil:
    case Op::sqrt:
    case Op::log:
      return unary_number(node.op, operand[0], bad);
    case Op::member:
    case Op::make_list:
    case Op::item:
    case Op::substr:
    case Op::split:
    case Op::hash:
    case Op::in_blocks:
    case Op::hour:
    case Op::weekday:
    case Op::date:
    case Op::to_time:
    case Op::to_duration:
    case Op::haversine:
    case Op::entropy:
    case Op::levenshtein:
    case Op::format:
    case Op::lookup:
      return call_function(scope, node, operand);
    case Op::constant:
    case Op::attribute:
      break;
  }
  TOCSIN_CHECK(false, "evaluate answers what is no operator itself");
  return Value::null();
}

}  // namespace

Value evaluate(const Scope& scope, ExpressionId id) {
  const ExpressionNode& node = scope.expressions.node(id);
  if (node.op == Op::attribute) return event_attribute(scope, node);
  if (node.op == Op::constant) return scope.expressions.constant(node.index);
  return evaluate_operator(scope, node);
}

bool append_key_bytes(std::string& out, const Scope& scope, std::span<const ExpressionId> parts) {
  for (const ExpressionId part : parts) {
    const Value v = evaluate(scope, part);
    if (v.is_null()) return false;
    append_key_bytes(out, v);
  }
  return true;
}

patterns::VariableMask variables_under(const Scope& scope,
                                       const patterns::Program& program,
                                       std::string_view key,
                                       std::string& buffer) {
  patterns::VariableMask out = 0;
  for (const patterns::VariableKey& of : program.variable_keys) {
    buffer.clear();
    if (append_key_bytes(buffer, scope, of.parts) && buffer == key) out |= of.variables;
  }
  return out;
}

}  // namespace tocsin::runtime
