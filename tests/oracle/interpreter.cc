#include "tests/oracle/interpreter.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <vector>

namespace tocsin::oracle {

using patterns::Aggregate;
using patterns::AggregateKind;
using patterns::EventPick;
using patterns::ExpressionId;
using patterns::ExpressionNode;
using patterns::Op;
using patterns::VariableMask;

namespace {

bool all_whole(std::span<const Value> values) {
  return std::all_of(
      values.begin(), values.end(), [](const Value& v) { return v.kind() == ValueKind::integer; });
}

Value comparison(Op op, const Value& a, const Value& b) {
  const Ordering order = compare(a, b);
  if (order == Ordering::incomparable) return Value::null();
  switch (op) {
    case Op::equal:
      return Value::boolean(order == Ordering::equal);
    case Op::not_equal:
      return Value::boolean(order != Ordering::equal);
    case Op::less:
      return Value::boolean(order == Ordering::less);
    case Op::less_equal:
      return Value::boolean(order != Ordering::greater);
    case Op::greater:
      return Value::boolean(order == Ordering::greater);
    default:
      return Value::boolean(order != Ordering::less);
  }
}

Value whole_arithmetic(Op op, std::int64_t a, std::int64_t b) {
  std::int64_t out = 0;
  const bool overflow = op == Op::add        ? __builtin_add_overflow(a, b, &out)
                        : op == Op::subtract ? __builtin_sub_overflow(a, b, &out)
                        : op == Op::multiply ? __builtin_mul_overflow(a, b, &out)
                                             : b == 0;
  if (overflow) return Value::null();
  return Value::integer(op == Op::modulo ? a % b : out);
}

Value float_arithmetic(Op op, double a, double b) {
  const double out = op == Op::add        ? a + b
                     : op == Op::subtract ? a - b
                     : op == Op::multiply ? a * b
                     : op == Op::divide   ? a / b
                                          : std::fmod(a, b);
  return std::isfinite(out) ? Value::real(out) : Value::null();
}

/// A time or a duration takes part; the generated rules only add and subtract them.
Value time_arithmetic(Op op, const Value& a, const Value& b) {
  const Value count = whole_arithmetic(op, a.as_integer(), b.as_integer());
  const bool times = a.kind() == ValueKind::time && b.kind() == ValueKind::time;
  const bool durations = a.kind() == ValueKind::duration && b.kind() == ValueKind::duration;
  if (count.is_null() || (times && op != Op::subtract)) return Value::null();
  if (times || durations) return Value::duration(Duration{count.as_integer()});
  return Value::time(EventTime{Duration{count.as_integer()}});
}

Value arithmetic(Op op, const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return Value::null();
  if (!a.is_number() && !b.is_number()) return time_arithmetic(op, a, b);
  if (!a.is_number() || !b.is_number()) return Value::null();
  if (all_whole(std::vector{a, b}) && op != Op::divide)
    return whole_arithmetic(op, a.as_integer(), b.as_integer());
  return float_arithmetic(op, a.as_number(), b.as_number());
}

/// The numbers of generated events are small: no sum of them is rounded or overflows.
Value sum_of(std::span<const Value> values) {
  double sum = 0;
  for (const Value& v : values) sum += v.as_number();
  return all_whole(values) ? Value::integer(static_cast<std::int64_t>(sum)) : Value::real(sum);
}

Value average_of(std::span<const Value> values) {
  if (values.empty()) return Value::null();
  return Value::real(sum_of(values).as_number() / static_cast<double>(values.size()));
}

Value furthest_of(std::span<const Value> values, Ordering wanted) {
  Value out;
  for (const Value& v : values) {
    if (out.is_null() || compare(v, out) == wanted) out = v;
  }
  return out;
}

Value distinct_of(std::span<const Value> values) {
  std::vector<Value> seen;
  for (const Value& v : values) {
    const auto same = [&](const Value& s) { return compare(s, v) == Ordering::equal; };
    if (std::none_of(seen.begin(), seen.end(), same)) seen.push_back(v);
  }
  return Value::integer(static_cast<std::int64_t>(seen.size()));
}

Value aggregate_of(AggregateKind kind, std::span<const Value> values) {
  switch (kind) {
    case AggregateKind::count:
      return Value::integer(static_cast<std::int64_t>(values.size()));
    case AggregateKind::sum:
      return sum_of(values);
    case AggregateKind::average:
      return average_of(values);
    case AggregateKind::minimum:
      return furthest_of(values, Ordering::less);
    case AggregateKind::maximum:
      return furthest_of(values, Ordering::greater);
    case AggregateKind::distinct:
      return distinct_of(values);
    default:
      TOCSIN_CHECK(false, "the oracle does not know this aggregate");
      return {};
  }
}

}  // namespace

/// One expression over one event and what was taken before it.
class Interpreter::Evaluation {
 public:
  Evaluation(const Interpreter& in,
             const patterns::ExpressionPool& pool,
             const Event* own,
             std::span<const Taken> taken)
      : in_{in}, pool_{pool}, own_{own}, taken_{taken} {}

  Value of(ExpressionId id) const {
    const ExpressionNode& node = pool_.node(id);
    switch (node.op) {
      case Op::constant:
        return pool_.constant(node.index);
      case Op::attribute:
        return attribute(picked(node.pick), AttributeId{static_cast<std::uint16_t>(node.index)});
      case Op::event_time: {
        const Event* event = picked(node.pick);
        return event == nullptr ? Value::null() : Value::time(event->time);
      }
      case Op::event_type: {
        const Event* event = picked(node.pick);
        return event == nullptr ? Value::null() : Value::string(event->type_name);
      }
      case Op::aggregate:
        return aggregate(pool_.aggregate(patterns::AggregateId{static_cast<std::uint16_t>(node.index)}));
      default:
        return operation(node);
    }
  }

 private:
  Value operand(const ExpressionNode& node, std::size_t i) const { return of(pool_.operand(node, i)); }

  Value operation(const ExpressionNode& node) const {
    switch (node.op) {
      case Op::logical_not:
        return Value::boolean(!operand(node, 0).is_true());
      case Op::logical_and:
        return Value::boolean(count_true(node) == node.operand_count);
      case Op::logical_or:
        return Value::boolean(count_true(node) > 0);
      case Op::equal:
      case Op::not_equal:
      case Op::less:
      case Op::less_equal:
      case Op::greater:
      case Op::greater_equal:
        return comparison(node.op, operand(node, 0), operand(node, 1));
      case Op::add:
      case Op::subtract:
      case Op::multiply:
      case Op::divide:
      case Op::modulo:
        return arithmetic(node.op, operand(node, 0), operand(node, 1));
      case Op::exists:
        return Value::boolean(!operand(node, 0).is_null());
      case Op::between:
        return between(node);
      case Op::in_set:
        return in_set(node);
      case Op::coalesce:
        return coalesce(node);
      case Op::lookup:
        return lookup(node);
      default:
        TOCSIN_CHECK(false, "the oracle does not know this operator");
        return {};
    }
  }

  std::size_t count_true(const ExpressionNode& node) const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < node.operand_count; ++i) count += operand(node, i).is_true() ? 1 : 0;
    return count;
  }

  Value between(const ExpressionNode& node) const {
    const Value v = operand(node, 0);
    const Value above = comparison(Op::greater_equal, v, operand(node, 1));
    const Value below = comparison(Op::less_equal, v, operand(node, 2));
    if (above.is_null() || below.is_null()) return Value::null();
    return Value::boolean(above.is_true() && below.is_true());
  }

  Value in_set(const ExpressionNode& node) const {
    const Value v = operand(node, 0);
    if (v.is_null()) return v;
    const auto& members = pool_.constant_set(node.index).values();
    return Value::boolean(std::any_of(
        members.begin(), members.end(), [&](const Value& m) { return compare(m, v) == Ordering::equal; }));
  }

  Value coalesce(const ExpressionNode& node) const {
    for (std::size_t i = 0; i < node.operand_count; ++i) {
      if (const Value v = operand(node, i); !v.is_null()) return v;
    }
    return Value::null();
  }

  /// The last event before this one that has the key is the row, unless it takes it away.
  Value lookup(const ExpressionNode& node) const {
    const patterns::Lookup& asked = pool_.lookup(node.index);
    const patterns::Table& table = *in_.history_.tables[asked.table.value];
    const Event* row = nullptr;
    for (const Event& event : in_.history_.events) {
      if (!sees_before(event, *own_)) break;
      if (changes(table, event) && has_key(table, event, node)) row = &event;
    }
    if (row == nullptr || is_deletion(table, *row)) return Value::null();
    return asked.column ? attribute(row, asked.column) : Value::boolean(true);
  }

  static bool changes(const patterns::Table& table, const Event& event) {
    return std::find(table.types.begin(), table.types.end(), event.type) != table.types.end();
  }

  bool has_key(const patterns::Table& table, const Event& event, const ExpressionNode& node) const {
    for (std::size_t i = 0; i < node.operand_count; ++i) {
      if (compare(attribute(&event, table.key[i]), operand(node, i)) != Ordering::equal) return false;
    }
    return true;
  }

  bool is_deletion(const patterns::Table& table, const Event& event) const {
    if (table.value && attribute(&event, table.value).is_null()) return true;
    return table.deleted && Evaluation{in_, table.expressions, &event, {}}.of(table.deleted).is_true();
  }

  Value attribute(const Event* event, AttributeId id) const {
    if (event == nullptr) return Value::null();
    const std::uint16_t slot = in_.schema_.layout(event->type).slot_of[id.value];
    return slot == Layout::kAbsent ? Value::null() : event->values[slot];
  }

  std::vector<const Event*> taken_by(VariableMask variables) const {
    std::vector<const Event*> out;
    for (const Taken& t : taken_) {
      if ((mask_of(t.variable) & variables) == 0) continue;
      if (out.empty() || out.back() != t.event) out.push_back(t.event);  // in a window several may take one
    }
    return out;
  }

  /// `n` events before this one; none where there are fewer.
  const Event* prior(std::ptrdiff_t n) const { return own_ - in_.seen_.data() < n ? nullptr : own_ - n; }

  /// None: out of range.
  const Event* picked(const EventPick& pick) const {
    if (pick.which == EventPick::Which::own) return own_;
    if (pick.which == EventPick::Which::prior) return prior(pick.n);
    const std::vector<const Event*> events = taken_by(pick.variables);
    const auto count = static_cast<std::int64_t>(events.size());
    std::int64_t index = pick.which == EventPick::Which::first  ? 0
                         : pick.which == EventPick::Which::last ? count - 1
                         : pick.n < 0                           ? count + pick.n
                                                                : pick.n;
    return index < 0 || index >= count ? nullptr : events[static_cast<std::size_t>(index)];
  }

  Value aggregate(const Aggregate& aggregate) const {
    const std::vector<const Event*> events = taken_by(aggregate.variables);
    if (!aggregate.operand) return Value::integer(static_cast<std::int64_t>(events.size()));
    std::vector<Value> values;
    for (const Event* event : events) {
      const Value v = Evaluation{in_, pool_, event, {}}.of(aggregate.operand);
      if (!v.is_null()) values.push_back(v);
    }
    return aggregate_of(aggregate.kind, values);
  }

  const Interpreter& in_;
  const patterns::ExpressionPool& pool_;
  const Event* own_;
  std::span<const Taken> taken_;
};

Value Interpreter::evaluate(ExpressionId id, const Event* own, std::span<const Taken> taken) const {
  return Evaluation{*this, program_.expressions, own, taken}.of(id);
}

std::string Interpreter::fields(const patterns::Output& output, std::span<const Taken> taken) const {
  std::string out;
  for (const patterns::Field& field : output.fields) {
    out += out.empty() ? "{" : ",";
    append_json_string(out, field.name);
    out += ':';
    append_json(out, evaluate(field.value, nullptr, taken));
  }
  return out.empty() ? out : out + "}";
}

bool Interpreter::satisfies(const Event& event,
                            patterns::VariableId variable,
                            std::span<const Taken> taken) const {
  const patterns::Variable& v = program_.variables[variable.value];
  const bool type_fits = v.any_type || std::find(v.types.begin(), v.types.end(), event.type) != v.types.end();
  const auto holds = [&](ExpressionId condition) {
    return !condition || evaluate(condition, &event, taken).is_true();
  };
  if (may_take_ && !may_take_(event, variable)) return false;
  return type_fits && holds(v.own_condition) && holds(v.run_condition);
}

}  // namespace tocsin::oracle
