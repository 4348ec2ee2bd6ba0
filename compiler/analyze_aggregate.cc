/// Aggregates in expressions: `count(v)`, `sum(v.price * v.volume)`.

#include "compiler/analyze_expression.h"

#include <fmt/format.h>

namespace tocsin::compiler {

using patterns::AggregateKind;
using patterns::ExpressionNode;
using patterns::Op;
using patterns::VariableMask;

namespace {

/// Sums and means are of numbers; the least and the greatest of anything that has an order.
bool wants_number(AggregateKind kind) {
  return kind == AggregateKind::sum || kind == AggregateKind::average || kind == AggregateKind::stddev;
}

Type result_of(AggregateKind kind, Type operand) {
  if (kind == AggregateKind::collect) return Type::list;
  return kind == AggregateKind::minimum || kind == AggregateKind::maximum ? operand : Type::number;
}

}  // namespace

Typed ExpressionAnalyzer::aggregate(AggregateKind kind, const dsl::Expr& at, const dsl::Call& node) {
  const std::string_view name = patterns::name_of(kind);
  if (in_aggregate_) return error(at.span, "E0508", "an aggregate cannot stand in another");
  if (place_.kind == Place::Kind::key) return error(at.span, "E0508", "a key is made of one event");
  if (node.arguments.size() != 1) return error(at.span, "E0504", fmt::format("`{}` takes 1 argument", name));
  const dsl::Expr& argument = node.arguments[0];
  if (kind == AggregateKind::count) {
    if (const auto taken = taken_named_by(argument)) {
      return check_visible(*taken, argument.span) ? add_aggregate(kind, taken->variables, Typed{}) : failed();
    }
  }
  in_aggregate_ = true;
  aggregated_ = 0;
  const std::size_t errors = reporter_.error_count();
  const Typed operand = aggregated_value(kind, argument);
  in_aggregate_ = false;
  if (reporter_.error_count() > errors) return failed();
  if (aggregated_ != 0) return add_aggregate(kind, aggregated_, operand);
  return error(argument.span,
               "E0303",
               fmt::format("`{}` is over the events of a variable", name),
               variables_hint("attribute"));
}

Typed ExpressionAnalyzer::aggregated_value(AggregateKind kind, const dsl::Expr& argument) {
  const std::string_view name = patterns::name_of(kind);
  if (wants_number(kind)) return expect(argument, Type::number, fmt::format("what `{}` adds up", name));
  const Typed operand = analyze(argument);
  if (operand.type != Type::list || kind == AggregateKind::count) return operand;
  return error(argument.span, "E0501", fmt::format("`{}` is over single values, and this is a list", name));
}

Typed ExpressionAnalyzer::add_aggregate(AggregateKind kind, VariableMask variables, const Typed& operand) {
  auto& pool = scope_.program.expressions;
  ExpressionNode node;
  node.op = Op::aggregate;
  node.index = pool.add_aggregate(patterns::Aggregate{kind, variables, operand.id}).value;
  return add(node, result_of(kind, operand.type), {});
}

}  // namespace tocsin::compiler
