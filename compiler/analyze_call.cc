/// Calls of functions in expressions. What their constant arguments say is made ready here.

#include "compiler/analyze_expression.h"
#include "compiler/functions.h"
#include "dsl/printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tocsin::compiler {

using patterns::ExpressionId;
using patterns::ExpressionNode;
using patterns::Op;

namespace {

struct Unit {
  std::string_view name;
  TimeFormat format;
};

constexpr std::array kUnits{Unit{"s", TimeFormat::seconds},
                            Unit{"ms", TimeFormat::milliseconds},
                            Unit{"us", TimeFormat::microseconds},
                            Unit{"ns", TimeFormat::nanoseconds}};

std::string count_text(const Function& function) {
  const std::size_t least = function.arguments_min;
  const std::size_t most = function.arguments_max;
  const std::string plural = most == 1 ? "" : "s";
  if (most == Function::kAnyNumber)
    return fmt::format("at least {} argument{}", least, least == 1 ? "" : "s");
  return least == most ? fmt::format("{} argument{}", most, plural)
                       : fmt::format("{} to {} arguments", least, most);
}

/// `time('2023-11-14')`: the value that a literal stands for; nothing if it is none.
std::optional<Value> folded(Op op, const Value& literal, TimeFormat unit) {
  if (literal.is_string() && op == Op::to_time) {
    const auto time = parse_time_or_date(literal.as_text());
    return time ? std::optional{Value::time(*time)} : std::nullopt;
  }
  if (literal.is_string()) {
    const auto duration = parse_duration(literal.as_text());
    return duration ? std::optional{Value::duration(*duration)} : std::nullopt;
  }
  const auto time = time_from_units(literal.as_integer(), unit);
  if (!time) return std::nullopt;
  return op == Op::to_time ? Value::time(*time) : Value::duration(time->time_since_epoch());
}

/// `first(b.price)` is `first(b).price`.
std::string hint_for_pick(const std::string& name, const dsl::Call& node) {
  const std::string argument = node.arguments.empty() ? "" : dsl::to_string(node.arguments.front());
  const std::size_t dot = argument.find('.');
  if (dot == std::string::npos) return fmt::format("as `{}(v).name`", name);
  return fmt::format("write `{}({}){}`", name, argument.substr(0, dot), argument.substr(dot));
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

std::string hint_for_unknown(const std::string& name) {
  const std::string lower = lower_case(name);
  if (lower == "prev" || lower == "lag") return "the event just before is `prior`: `prior.x`";
  if (lower == "last") return "write `v.x`, or `v[-2].x` for the one before it";
  if (lower == "first") return "write `first(v).x`";
  return did_you_mean(lower, function_names());
}

}  // namespace

Typed ExpressionAnalyzer::visit(const dsl::Expr& at, const dsl::Call& node) {
  const std::string& name = node.function.value;
  if (const auto part = key_part_named(dsl::to_string(at))) return key_part(*part);
  if (const auto* kind = find_aggregate(name)) return aggregate(*kind, at, node);
  if (const Function* found = find_function(name)) return function(*found, at, node);
  if (name == "first" || name == "last") {
    return error(
        at.span, "E0305", "which attribute? an event by itself is no value", hint_for_pick(name, node));
  }
  return error(
      node.function.span, "E0304", fmt::format("there is no function `{}`", name), hint_for_unknown(name));
}

Typed ExpressionAnalyzer::function(const Function& function, const dsl::Expr& at, const dsl::Call& node) {
  const std::size_t count = node.arguments.size();
  if (count < function.arguments_min || count > function.arguments_max) {
    return error(
        at.span, "E0504", fmt::format("`{}` takes {}, not {}", function.name, count_text(function), count));
  }
  const std::size_t evaluated = function.prepared == Prepared::none ? count : 1;
  std::vector<ExpressionId> operands;
  Type type = Type::null;
  for (std::size_t i = 0; i < evaluated; ++i) {
    const Typed value = argument(function, i, node.arguments[i]);
    operands.push_back(value.id);
    type = joined(type, value.type);
  }
  ExpressionNode call;
  call.op = function.op;
  const auto index = prepare(function, node);
  if (!index) return failed();
  call.index = *index;
  if (function.prepared == Prepared::unit) {
    if (const auto value = constant_of(node.arguments[0]))
      return fold(function, node, *value, call, operands);
  }
  return add(call, function.op == Op::coalesce ? type : function.result, operands);
}

Typed ExpressionAnalyzer::argument(const Function& function, std::size_t i, const dsl::Expr& written) {
  const std::string what = fmt::format("what `{}` is given", function.name);
  const Typed value = analyze(written);
  const bool is_separator = function.op == Op::split && i == 1;
  const auto constant = is_separator ? constant_of(written) : std::nullopt;
  if (constant && constant->is_string() && constant->as_text().empty()) {
    return error(written.span, "E0510", "an empty text separates nothing");
  }
  if (value.type == Type::list && function.takes_lists) return value;
  return checked(written, value, function.argument(i), what);
}

/// `time` and `duration` of a literal. Floats are left to the engine, which rounds.
Typed ExpressionAnalyzer::fold(const Function& function,
                               const dsl::Call& node,
                               const Value& literal,
                               const ExpressionNode& call,
                               std::span<const ExpressionId> operands) {
  if (literal.kind() == ValueKind::real || literal.is_null()) return add(call, function.result, operands);
  const bool fits = literal.is_string() || literal.kind() == ValueKind::integer;
  if (!fits && type_of(literal) == function.result) return constant(literal);
  const auto value = fits ? folded(function.op, literal, static_cast<TimeFormat>(call.index)) : std::nullopt;
  if (value) return constant(*value);
  return error(node.arguments[0].span,
               "E0510",
               fmt::format("this is no {}", function.name),
               function.op == Op::to_time ? "as `time('2023-11-14T22:13:20Z')` or `time('2023-11-14')`"
                                          : "as `duration('1h30m')`");
}

/// Where the pool keeps what the constant arguments stand for; nothing, with an error, if they are wrong.
std::optional<std::uint32_t> ExpressionAnalyzer::prepare(const Function& function, const dsl::Call& node) {
  const std::span further{node.arguments.begin() + 1, node.arguments.end()};
  switch (function.prepared) {
    case Prepared::none:
      return 0;
    case Prepared::zone:
      return prepare_zone(further);
    case Prepared::unit:
      return prepare_unit(further);
    case Prepared::blocks:
      return prepare_blocks(further);
  }
  return std::nullopt;
}

std::optional<std::string> ExpressionAnalyzer::text_literal(const dsl::Expr& written, const char* what) {
  const auto value = constant_of(written);
  if (value && value->is_string()) return std::string{value->as_text()};
  reporter_.error(written.span, "E0506", fmt::format("{} must be a string literal", what));
  return std::nullopt;
}

std::optional<std::uint32_t> ExpressionAnalyzer::prepare_zone(std::span<const dsl::Expr> written) {
  auto& pool = scope_.program.expressions;
  if (written.empty()) return pool.add_zone(patterns::TimeZone{});
  const auto name = text_literal(written[0], "a time zone");
  if (!name) return std::nullopt;
  auto zone = patterns::TimeZone::load(*name);
  if (zone) return pool.add_zone(std::move(*zone));
  reporter_.error(written[0].span, "E0510", zone.error().message, "as `Europe/Berlin` or `UTC`");
  return std::nullopt;
}

std::optional<std::uint32_t> ExpressionAnalyzer::prepare_unit(std::span<const dsl::Expr> written) {
  if (written.empty()) return static_cast<std::uint32_t>(TimeFormat::seconds);
  const auto name = text_literal(written[0], "a unit");
  if (!name) return std::nullopt;
  for (const Unit& unit : kUnits) {
    if (unit.name == *name) return static_cast<std::uint32_t>(unit.format);
  }
  reporter_.error(
      written[0].span, "E0510", fmt::format("there is no unit `{}`", *name), "`s`, `ms`, `us` or `ns`");
  return std::nullopt;
}

std::optional<std::uint32_t> ExpressionAnalyzer::prepare_blocks(std::span<const dsl::Expr> written) {
  patterns::AddressSet blocks;
  bool fine = true;
  for (const dsl::Expr& argument : written) fine = add_blocks(blocks, argument) && fine;
  if (!fine) return std::nullopt;
  return scope_.program.expressions.add_address_set(std::move(blocks));
}

/// One block, or a list of them, written out or declared under `lists:`.
bool ExpressionAnalyzer::add_blocks(patterns::AddressSet& blocks, const dsl::Expr& written) {
  if (const auto* list = std::get_if<dsl::ListLiteral>(&written.node)) {
    bool fine = true;
    for (const dsl::Expr& item : list->items) fine = add_blocks(blocks, item) && fine;
    return fine;
  }
  const auto add = [&](std::string_view text) {
    const Status added = blocks.add(text);
    if (!added)
      reporter_.error(written.span, "E0510", added.error().message, "as `10.0.0.0/8` or `fd00::/8`");
    return added.has_value();
  };
  if (const NamedList* named = list_named_by(written)) {
    return std::all_of(named->values.begin(), named->values.end(), [&](const Value& v) {
      return add(v.is_string() ? v.as_text() : std::string_view{});
    });
  }
  const auto text = text_literal(written, "a block of addresses");
  return text && add(*text);
}

}  // namespace tocsin::compiler
