/// Functions and aggregates in expressions.

#include "compiler/analyze_expression.h"
#include "dsl/printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace tocsin::compiler {

using patterns::AggregateKind;
using patterns::ExpressionId;
using patterns::ExpressionNode;
using patterns::Op;
using patterns::VariableId;

struct ExpressionAnalyzer::Function {
  std::string_view name;
  Op op;
  std::size_t arguments_min;
  std::size_t arguments_max;
  Type argument;
  Type result;
};

namespace {

constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();

struct AggregateFunction {
  std::string_view name;
  AggregateKind kind;
};

constexpr std::array kAggregates{
    AggregateFunction{"count", AggregateKind::count},
    AggregateFunction{"sum", AggregateKind::sum},
    AggregateFunction{"avg", AggregateKind::average},
    AggregateFunction{"min", AggregateKind::minimum},
    AggregateFunction{"max", AggregateKind::maximum},
    AggregateFunction{"stddev", AggregateKind::stddev},
    AggregateFunction{"distinct", AggregateKind::distinct},
};

/// Of the language, and not compiled yet.
constexpr std::array<std::string_view, 14> kLaterFunctions{"split",
                                                           "substr",
                                                           "cidr",
                                                           "hash",
                                                           "hour",
                                                           "weekday",
                                                           "date",
                                                           "time",
                                                           "duration",
                                                           "haversine",
                                                           "entropy",
                                                           "levenshtein",
                                                           "collect",
                                                           "match"};

template <class Table>
auto find_named(const Table& table, std::string_view name) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const auto& entry) { return entry.name == name; });
  return found == table.end() ? nullptr : &*found;
}

/// Sums and means are of numbers; the least and the greatest of anything that has an order.
bool wants_number(AggregateKind kind) {
  return kind == AggregateKind::sum || kind == AggregateKind::average || kind == AggregateKind::stddev;
}

Type result_of(AggregateKind kind, Type operand) {
  return kind == AggregateKind::minimum || kind == AggregateKind::maximum ? operand : Type::number;
}

}  // namespace

const std::vector<ExpressionAnalyzer::Function>& ExpressionAnalyzer::functions() {
  static const std::vector<Function> kFunctions{
      {"lower", Op::lower, 1, 1, Type::string, Type::string},
      {"upper", Op::upper, 1, 1, Type::string, Type::string},
      {"len", Op::length, 1, 1, Type::string, Type::number},
      {"trim", Op::trim, 1, 1, Type::string, Type::string},
      {"concat", Op::concat, 1, kAny, Type::any, Type::string},
      {"abs", Op::abs, 1, 1, Type::number, Type::number},
      {"round", Op::round, 1, 1, Type::number, Type::number},
      {"floor", Op::floor, 1, 1, Type::number, Type::number},
      {"ceil", Op::ceil, 1, 1, Type::number, Type::number},
      {"sqrt", Op::sqrt, 1, 1, Type::number, Type::number},
      {"log", Op::log, 1, 1, Type::number, Type::number},
      {"pow", Op::pow, 2, 2, Type::number, Type::number},
      {"coalesce", Op::coalesce, 1, kAny, Type::any, Type::any},
      {"exists", Op::exists, 1, 1, Type::any, Type::boolean},
  };
  return kFunctions;
}

Typed ExpressionAnalyzer::visit(const dsl::Expr& at, const dsl::Call& node) {
  const std::string& name = node.function.value;
  if (const auto part = key_part_named(dsl::to_string(at))) return key_part(*part);
  if (const AggregateFunction* found = find_named(kAggregates, name)) return aggregate(found->kind, at, node);
  if (const Function* found = find_named(functions(), name)) return function(*found, at, node);
  if (name == "first" || name == "last") {
    return error(at.span,
                 "E0305",
                 "which attribute? an event by itself is no value",
                 fmt::format("as `{}(v).name`", name));
  }
  if (std::find(kLaterFunctions.begin(), kLaterFunctions.end(), name) != kLaterFunctions.end()) {
    return unsupported(node.function.span, fmt::format("the function `{}`", name));
  }
  std::vector<std::string_view> names;
  for (const Function& known : functions()) names.push_back(known.name);
  for (const AggregateFunction& known : kAggregates) names.push_back(known.name);
  return error(
      node.function.span, "E0304", fmt::format("there is no function `{}`", name), did_you_mean(name, names));
}

Typed ExpressionAnalyzer::function(const Function& function, const dsl::Expr& at, const dsl::Call& node) {
  const std::size_t count = node.arguments.size();
  if (count < function.arguments_min || count > function.arguments_max) {
    return error(at.span,
                 "E0504",
                 fmt::format("`{}` takes {} argument{}, not {}",
                             function.name,
                             function.arguments_max == kAny ? "at least one"
                                                            : fmt::format("{}", function.arguments_min),
                             function.arguments_min == 1 ? "" : "s",
                             count));
  }
  std::vector<ExpressionId> operands;
  Type type = Type::null;
  for (const dsl::Expr& argument : node.arguments) {
    const Typed value = expect(argument, function.argument, fmt::format("what `{}` is given", function.name));
    operands.push_back(value.id);
    type = joined(type, value.type);
  }
  ExpressionNode call;
  call.op = function.op;
  return add(call, function.op == Op::coalesce ? type : function.result, operands);
}

std::optional<VariableId> ExpressionAnalyzer::variable_named_by(const dsl::Expr& expression) const {
  const auto* name = std::get_if<dsl::Name>(&expression.node);
  return name == nullptr ? std::nullopt : scope_.find_variable(name->text);
}

Typed ExpressionAnalyzer::aggregate(AggregateKind kind, const dsl::Expr& at, const dsl::Call& node) {
  const std::string_view name = patterns::name_of(kind);
  if (in_aggregate_) return error(at.span, "E0508", "an aggregate cannot stand in another");
  if (place_.kind == Place::Kind::key) return error(at.span, "E0508", "a key is made of one event");
  if (node.arguments.size() != 1) return error(at.span, "E0504", fmt::format("`{}` takes 1 argument", name));
  const dsl::Expr& argument = node.arguments[0];
  if (kind == AggregateKind::count) {
    if (const auto variable = variable_named_by(argument)) {
      return check_visible(*variable, argument.span) ? add_aggregate(kind, *variable, Typed{}) : failed();
    }
  }
  in_aggregate_ = true;
  aggregated_ = VariableId::none();
  const std::size_t errors = reporter_.error_count();
  const Typed operand = wants_number(kind)
                            ? expect(argument, Type::number, fmt::format("what `{}` adds up", name))
                            : analyze(argument);
  in_aggregate_ = false;
  if (reporter_.error_count() > errors) return failed();
  if (aggregated_) return add_aggregate(kind, aggregated_, operand);
  return error(argument.span,
               "E0303",
               fmt::format("`{}` is over the events of a variable", name),
               variables_hint("attribute"));
}

Typed ExpressionAnalyzer::add_aggregate(AggregateKind kind, VariableId variable, const Typed& operand) {
  auto& pool = scope_.program.expressions;
  ExpressionNode node;
  node.op = Op::aggregate;
  node.index = pool.add_aggregate(patterns::Aggregate{kind, patterns::mask_of(variable), operand.id}).value;
  return add(node, result_of(kind, operand.type), {});
}

}  // namespace tocsin::compiler
