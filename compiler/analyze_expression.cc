#include "compiler/analyze_expression.h"

#include "base/check.h"
#include "patterns/text_matcher.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace tocsin::compiler {

using patterns::ExpressionId;
using patterns::ExpressionNode;
using patterns::ExpressionPool;
using patterns::Op;
using patterns::TextMatcher;

Typed ExpressionAnalyzer::analyze(const dsl::Expr& expression) {
  if (++scope_.expression_count > kExpressionsMax) {
    return error(
        expression.span, "E0312", "the rule's expressions are too large once its macros are expanded");
  }
  return std::visit([&](const auto& node) { return visit(expression, node); }, expression.node);
}

ExpressionId ExpressionAnalyzer::analyze_condition(const dsl::Expr& expression, const char* what) {
  return expect(expression, Type::boolean, what).id;
}

Typed ExpressionAnalyzer::expect(const dsl::Expr& expression, Type want, std::string_view what) {
  return checked(expression, analyze(expression), want, what);
}

Typed ExpressionAnalyzer::checked(const dsl::Expr& expression,
                                  const Typed& got,
                                  Type want,
                                  std::string_view what) {
  if (fits(got.type, want)) return got;
  return error(
      expression.span,
      "E0501",
      fmt::format(
          "{} must be a {}, and this is a {}", what, compiler::name_of(want), compiler::name_of(got.type)));
}

Typed ExpressionAnalyzer::add(ExpressionNode node, Type type, std::span<const ExpressionId> operands) {
  return Typed{scope_.program.expressions.add(node, operands), type};
}

Typed ExpressionAnalyzer::add(Op op, Type type, std::initializer_list<ExpressionId> operands) {
  ExpressionNode node;
  node.op = op;
  return add(node, type, std::span{operands.begin(), operands.size()});
}

Typed ExpressionAnalyzer::constant(const Value& value) {
  return Typed{scope_.program.expressions.add_constant(value), type_of(value)};
}

Typed ExpressionAnalyzer::visit(const dsl::Expr& at, const dsl::Literal&) {
  return constant(*constant_of(at));
}

Typed ExpressionAnalyzer::visit(const dsl::Expr&, const dsl::ListLiteral& node) {
  std::string items;
  std::vector<ExpressionId> operands;
  bool constants = true;
  for (const dsl::Expr& item : node.items) {
    const auto value = constant_of(item);
    constants = constants && value;
    if (constants) append_item(items, *value);
    operands.push_back(analyze(item).id);
  }
  if (constants) return constant(Value::list(items));
  ExpressionNode list;
  list.op = Op::make_list;
  return add(list, Type::list, operands);
}

Typed ExpressionAnalyzer::visit(const dsl::Expr& at, const dsl::Unary& node) {
  if (const auto value = constant_of(at)) return constant(*value);
  if (node.op == dsl::UnaryOp::logical_not) {
    return add(
        Op::logical_not, Type::boolean, {expect(*node.operand, Type::boolean, "what follows `not`").id});
  }
  const Typed operand = analyze(*node.operand);
  if (operand.type == Type::duration) return add(Op::negate, Type::duration, {operand.id});
  if (fits(operand.type, Type::number)) return add(Op::negate, Type::number, {operand.id});
  return error(
      node.operand->span, "E0501", fmt::format("a {} has no negative", compiler::name_of(operand.type)));
}

Typed ExpressionAnalyzer::visit(const dsl::Expr&, const dsl::Binary& node) {
  using dsl::BinaryOp;
  switch (node.op) {
    case BinaryOp::logical_or:
    case BinaryOp::logical_and:
      return logical(node);
    case BinaryOp::equal:
    case BinaryOp::not_equal:
    case BinaryOp::less:
    case BinaryOp::less_equal:
    case BinaryOp::greater:
    case BinaryOp::greater_equal:
      return comparison(node);
    case BinaryOp::in:
    case BinaryOp::not_in:
      return membership(node);
    case BinaryOp::contains:
    case BinaryOp::starts_with:
    case BinaryOp::ends_with:
      return text_test(node);
    case BinaryOp::like:
    case BinaryOp::matches:
      return text_match(node);
    case BinaryOp::add:
    case BinaryOp::subtract:
    case BinaryOp::multiply:
    case BinaryOp::divide:
    case BinaryOp::modulo:
      return arithmetic(node);
  }
  TOCSIN_CHECK(false, "no such operator");
  return failed();
}

namespace {

Op op_of(dsl::BinaryOp op) {
  using dsl::BinaryOp;
  switch (op) {
    case BinaryOp::logical_or:
      return Op::logical_or;
    case BinaryOp::logical_and:
      return Op::logical_and;
    case BinaryOp::equal:
      return Op::equal;
    case BinaryOp::not_equal:
      return Op::not_equal;
    case BinaryOp::less:
      return Op::less;
    case BinaryOp::less_equal:
      return Op::less_equal;
    case BinaryOp::greater:
      return Op::greater;
    case BinaryOp::greater_equal:
      return Op::greater_equal;
    case BinaryOp::in:
    case BinaryOp::not_in:
      return Op::in_list;
    case BinaryOp::contains:
      return Op::contains;
    case BinaryOp::starts_with:
      return Op::starts_with;
    case BinaryOp::ends_with:
      return Op::ends_with;
    case BinaryOp::like:
    case BinaryOp::matches:
      return Op::text_match;
    case BinaryOp::add:
      return Op::add;
    case BinaryOp::subtract:
      return Op::subtract;
    case BinaryOp::multiply:
      return Op::multiply;
    case BinaryOp::divide:
      return Op::divide;
    case BinaryOp::modulo:
      return Op::modulo;
  }
  TOCSIN_CHECK(false, "no such operator");
  return Op::constant;
}

std::string list_hint(std::string_view name, const Library& library) {
  const std::string hint = did_you_mean(name, library.list_names());
  return hint.empty() ? fmt::format("an attribute that is a list is `this.{}` here", name) : hint;
}

std::string quoted(dsl::BinaryOp op) {
  return fmt::format("`{}`", patterns::name_of(op_of(op)));
}

}  // namespace

Typed ExpressionAnalyzer::logical(const dsl::Binary& node) {
  const std::string what = "a side of " + quoted(node.op);
  const Typed left = expect(*node.left, Type::boolean, what);
  const Typed right = expect(*node.right, Type::boolean, what);
  return add(op_of(node.op), Type::boolean, {left.id, right.id});
}

void ExpressionAnalyzer::check_comparable(dsl::Span span, const Typed& a, const Typed& b) {
  if (comparable(a.type, b.type)) return;
  const bool with_null = a.type == Type::null || b.type == Type::null;
  reporter_.error(
      span,
      "E0502",
      with_null
          ? "a comparison with null is never true"
          : fmt::format("a {} and a {} never compare", compiler::name_of(a.type), compiler::name_of(b.type)),
      with_null ? "ask with `exists(…)` or `not exists(…)`" : "");
}

Typed ExpressionAnalyzer::comparison(const dsl::Binary& node) {
  const Typed left = analyze(*node.left);
  const Typed right = analyze(*node.right);
  check_comparable(node.op_span, left, right);
  return add(op_of(node.op), Type::boolean, {left.id, right.id});
}

Typed ExpressionAnalyzer::visit(const dsl::Expr&, const dsl::Between& node) {
  const Typed operand = analyze(*node.operand);
  const Typed low = analyze(*node.low);
  const Typed high = analyze(*node.high);
  check_comparable(node.low->span, operand, low);
  check_comparable(node.high->span, operand, high);
  return add(Op::between, Type::boolean, {operand.id, low.id, high.id});
}

Typed ExpressionAnalyzer::text_test(const dsl::Binary& node) {
  const std::string what = "a side of " + quoted(node.op);
  const Typed left = expect(*node.left, Type::string, what);
  const Typed right = expect(*node.right, Type::string, what);
  ExpressionNode test;
  test.op = op_of(node.op);
  test.ignore_case = node.ignore_case;
  return add(test, Type::boolean, std::array{left.id, right.id});
}

Typed ExpressionAnalyzer::text_match(const dsl::Binary& node) {
  const bool wildcard = node.op == dsl::BinaryOp::like;
  const Typed left =
      expect(*node.left, Type::string, wildcard ? "the text before `like`" : "the text before `matches`");
  const auto text = constant_of(*node.right);
  if (!text || !text->is_string()) {
    return error(node.right->span, "E0506", "the pattern after `like` or `matches` must be a string literal");
  }
  auto matcher = wildcard ? TextMatcher::wildcard(text->as_text(), node.ignore_case)
                          : TextMatcher::regex(text->as_text(), node.ignore_case);
  const std::string_view like = wildcard ? text->as_text() : std::string_view{};
  if (like.find('%') != std::string_view::npos && like.find_first_of("*?") == std::string_view::npos) {
    reporter_.warning(node.right->span,
                      "W0110",
                      "`%` stands for itself",
                      "`*` is any run of characters, `?` any one of them");
  }
  if (!matcher) return error(node.right->span, "E0507", "bad regular expression: " + matcher.error().message);
  ExpressionNode test;
  test.op = Op::text_match;
  test.ignore_case = node.ignore_case;
  test.index = scope_.program.expressions.add_matcher(std::move(*matcher));
  return add(test, Type::boolean, std::array{left.id});
}

Typed ExpressionAnalyzer::arithmetic(const dsl::Binary& node) {
  const Typed left = analyze(*node.left);
  const Typed right = analyze(*node.right);
  if (const auto type = arithmetic_type(node.op, left.type, right.type)) {
    return add(op_of(node.op), *type, {left.id, right.id});
  }
  const bool texts = left.type == Type::string || right.type == Type::string;
  return error(node.op_span,
               "E0503",
               fmt::format("{} does not go between a {} and a {}",
                           quoted(node.op),
                           compiler::name_of(left.type),
                           compiler::name_of(right.type)),
               texts ? "texts are joined by `concat(…)`" : "");
}

Typed ExpressionAnalyzer::membership(const dsl::Binary& node) {
  const Typed left = analyze(*node.left);
  Typed member;
  if (const auto* list = std::get_if<dsl::ListLiteral>(&node.right->node)) {
    member = in_items(left, *list);
  } else if (const NamedList* named = list_named_by(*node.right)) {
    member = in_values(left, named->values);
  } else {
    member = in_value(left, *node.right);
  }
  return node.op == dsl::BinaryOp::in ? member : absent_from(left, member);
}

/// `not in` is a comparison: false when the left side is null, where `not (x in …)` is true.
Typed ExpressionAnalyzer::absent_from(const Typed& left, const Typed& member) {
  const Typed there = add(Op::exists, Type::boolean, {left.id});
  const Typed outside = add(Op::logical_not, Type::boolean, {member.id});
  return add(Op::logical_and, Type::boolean, {there.id, outside.id});
}

/// A list that an expression makes, or an array that the event carries. A bare name is more likely a list's
/// that is misspelt.
Typed ExpressionAnalyzer::in_value(const Typed& left, const dsl::Expr& list) {
  const auto* name = std::get_if<dsl::Name>(&list.node);
  const bool macro = name != nullptr && scope_.library.find_macro(name->text) != nullptr;
  const Typed right = name == nullptr || macro ? analyze(list) : Typed{{}, Type::null};
  if (right.type == Type::list || right.type == Type::any) {
    return add(Op::member, Type::boolean, {left.id, right.id});
  }
  return error(list.span,
               "E0505",
               "after `in` stands a list: `[…]`, or one declared under `lists:`",
               name == nullptr ? std::string{} : list_hint(name->text, scope_.library));
}

const NamedList* ExpressionAnalyzer::list_named_by(const dsl::Expr& expression) {
  const auto* name = std::get_if<dsl::Name>(&expression.node);
  if (name == nullptr || scope_.find_variables(name->text) != 0) return nullptr;
  return scope_.library.find_list(name->text);
}

Typed ExpressionAnalyzer::in_values(const Typed& left, std::vector<Value> values) {
  ExpressionNode node;
  node.op = Op::in_set;
  node.index = scope_.program.expressions.add_set(std::move(values));
  return add(node, Type::boolean, std::array{left.id});
}

Typed ExpressionAnalyzer::in_items(const Typed& left, const dsl::ListLiteral& list) {
  std::vector<Value> values;
  std::vector<ExpressionId> operands{left.id};
  for (const dsl::Expr& item : list.items) {
    if (const auto value = constant_of(item)) values.push_back(*value);
    const Typed typed = analyze(item);
    check_comparable(item.span, left, typed);
    operands.push_back(typed.id);
  }
  if (values.size() == list.items.size()) return in_values(left, std::move(values));
  ExpressionNode node;
  node.op = Op::in_list;
  return add(node, Type::boolean, operands);
}

Typed ExpressionAnalyzer::visit(const dsl::Expr&, const dsl::Case& node) {
  std::vector<ExpressionId> operands;
  Type type = Type::null;
  for (const dsl::Case::Branch& branch : node.branches) {
    operands.push_back(expect(branch.condition, Type::boolean, "what follows `when`").id);
    const Typed value = analyze(branch.value);
    operands.push_back(value.id);
    type = joined(type, value.type);
  }
  const Typed otherwise = node.otherwise ? analyze(*node.otherwise) : constant(Value::null());
  operands.push_back(otherwise.id);
  ExpressionNode choice;
  choice.op = Op::case_when;
  return add(choice, joined(type, otherwise.type), operands);
}

namespace {

/// At what the run has taken. What `prior` speaks of is the same for all runs.
bool looks_back(const ExpressionPool& pool, ExpressionId id) {
  const ExpressionNode& node = pool.node(id);
  using enum patterns::EventPick::Which;
  if (node.op == Op::aggregate || (node.pick.which != own && node.pick.which != prior)) return true;
  for (std::size_t i = 0; i < node.operand_count; ++i) {
    if (looks_back(pool, pool.operand(node, i))) return true;
  }
  return false;
}

ExpressionId conjunction(ExpressionPool& pool, ExpressionId a, ExpressionId b) {
  if (!a) return b;
  ExpressionNode node;
  node.op = Op::logical_and;
  return pool.add(node, std::array{a, b});
}

void split_into(SplitCondition& out, ExpressionPool& pool, ExpressionId id) {
  const ExpressionNode node = pool.node(id);
  if (node.op == Op::logical_and) {
    for (std::size_t i = 0; i < node.operand_count; ++i) split_into(out, pool, pool.operand(node, i));
    return;
  }
  ExpressionId& side = looks_back(pool, id) ? out.run : out.own;
  side = conjunction(pool, side, id);
}

}  // namespace

SplitCondition split_condition(ExpressionPool& pool, ExpressionId condition) {
  SplitCondition out;
  split_into(out, pool, condition);
  return out;
}

}  // namespace tocsin::compiler
