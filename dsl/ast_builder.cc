// The stacks themselves, and expressions. ast_builder_patterns.cc has patterns and declarations.

#include "dsl/ast_builder.h"

#include "base/check.h"
#include "dsl/operator_table.h"
#include "dsl/stack.h"
#include "dsl/syntax_error.h"

#include <algorithm>
#include <limits>
#include <string_view>

namespace tocsin::dsl {

namespace {

const BinaryOperator& operator_of(const Tokens& tokens) {
  const bool negated = tokens.begin->raw == "not";
  const std::string_view text = negated ? "not in" : tokens.begin->raw;
  const auto found = std::find_if(
      kBinaryOperators.begin(), kBinaryOperators.end(), [&](const auto& each) { return each.text == text; });
  TOCSIN_CHECK(found != kBinaryOperators.end(),
               "the grammar takes an operator that the language does not have");
  return *found;
}

[[noreturn]] void fail_too_large(Span span) {
  throw SyntaxError{span, "E0205", "this number does not fit in 64 bits", ""};
}

Literal integer_literal(const Token& token, bool negative) {
  const std::uint64_t magnitude = std::get<std::uint64_t>(token.number);
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (magnitude > kMax && !negative) fail_too_large(token.span);
  return {static_cast<std::int64_t>(negative ? ~magnitude + 1 : magnitude)};
}

Literal number_literal(const Token& token, bool negative) {
  if (const auto* real = std::get_if<double>(&token.number)) return {negative ? -*real : *real};
  if (const auto* duration = std::get_if<Duration>(&token.number)) return {negative ? -*duration : *duration};
  return integer_literal(token, negative);
}

Literal literal_of(const Token& token) {
  if (token.kind == TokenKind::string) return {token.text};
  if (token.kind != TokenKind::word) return number_literal(token, false);
  if (token.text == "null") return {Null{}};
  return {token.text == "true"};
}

Span join(Span left, Span right) {
  return {left.begin, right.end};
}

}  // namespace

Frame AstBuilder::frame() const {
  return {exprs_.size(),
          operators_.size(),
          nodes_.size(),
          links_.size(),
          quantifiers_.size(),
          names_.size(),
          gaps_.size(),
          durations_.size()};
}

void AstBuilder::rewind(const Frame& frame) {
  drop_above(exprs_, frame.exprs);
  drop_above(operators_, frame.operators);
  drop_above(nodes_, frame.nodes);
  drop_above(links_, frame.links);
  drop_above(quantifiers_, frame.quantifiers);
  drop_above(names_, frame.names);
  drop_above(gaps_, frame.gaps);
  drop_above(durations_, frame.durations);
}

void AstBuilder::fail_too_deep(Span span) {
  throw SyntaxError{span,
                    "E0208",
                    "nested more than " + std::to_string(kDepthMax) + " deep",
                    "split it; parts of a condition can be named under `macros:`"};
}

void AstBuilder::enter(const Token& token) {
  if (++nesting_ > kDepthMax) fail_too_deep(token.span);
}

AstBuilder::Deep<Expr> AstBuilder::pop_expr() {
  Deep<Expr> top = std::move(exprs_.back());
  exprs_.pop_back();
  return top;
}

template <class Node>
void AstBuilder::push_expr(Span span, Node node, std::size_t children_depth) {
  if (children_depth >= kDepthMax) fail_too_deep(span);
  exprs_.push_back({Expr{span, std::move(node)}, children_depth + 1});
}

std::size_t AstBuilder::exprs_depth(std::size_t from) const {
  std::size_t depth = 0;
  for (std::size_t i = from; i < exprs_.size(); ++i) depth = std::max(depth, exprs_[i].depth);
  return depth;
}

void AstBuilder::push_literal(const Frame&, Tokens tokens) {
  push_expr(tokens.span(), literal_of(*tokens.begin), 0);
}

void AstBuilder::push_negative(const Frame&, Tokens tokens) {
  push_expr(tokens.span(), number_literal(*std::next(tokens.begin), true), 0);
}

void AstBuilder::push_name(const Frame&, Tokens tokens) {
  push_expr(tokens.span(), Name{tokens.begin->text}, 0);
}

void AstBuilder::push_operator(const Frame&, Tokens tokens) {
  operators_.push_back(tokens);
}

void AstBuilder::reduce_member(const Frame&, Tokens tokens) {
  const Token& name = *std::prev(tokens.end);
  Deep<Expr> object = pop_expr();
  const Span span = join(object.tree.span, name.span);
  push_expr(
      span, Member{std::make_unique<Expr>(std::move(object.tree)), {name.text, name.span}}, object.depth);
}

/// Several, as in `limits[country, currency]`, are a list.
void AstBuilder::reduce_index(const Frame& frame, Tokens tokens) {
  if (exprs_.size() > frame.exprs + 1) {
    const std::size_t depth = exprs_depth(frame.exprs);
    const Span span = join(exprs_[frame.exprs].tree.span, exprs_.back().tree.span);
    push_expr(span, ListLiteral{take_exprs(frame.exprs)}, depth);
  }
  Deep<Expr> index = pop_expr();
  Deep<Expr> object = pop_expr();
  const Span span = join(object.tree.span, tokens.span());
  push_expr(
      span,
      Index{std::make_unique<Expr>(std::move(object.tree)), std::make_unique<Expr>(std::move(index.tree))},
      std::max(object.depth, index.depth));
}

std::vector<Expr> AstBuilder::take_exprs(std::size_t from) {
  std::vector<Expr> out;
  for (std::size_t i = from; i < exprs_.size(); ++i) out.push_back(std::move(exprs_[i].tree));
  drop_above(exprs_, from);
  return out;
}

void AstBuilder::reduce_call(const Frame& frame, Tokens tokens) {
  const std::size_t depth = exprs_depth(frame.exprs);
  Call call{{tokens.begin->text, tokens.begin->span}, take_exprs(frame.exprs)};
  push_expr(tokens.span(), std::move(call), depth);
}

void AstBuilder::reduce_list(const Frame& frame, Tokens tokens) {
  const std::size_t depth = exprs_depth(frame.exprs);
  push_expr(tokens.span(), ListLiteral{take_exprs(frame.exprs)}, depth);
}

void AstBuilder::reduce_parentheses(const Frame&, Tokens tokens) {
  exprs_.back().tree.span = tokens.span();
}

void AstBuilder::push_unary(UnaryOp op, Tokens tokens) {
  Deep<Expr> operand = pop_expr();
  push_expr(tokens.span(), Unary{op, std::make_unique<Expr>(std::move(operand.tree))}, operand.depth);
}

void AstBuilder::reduce_negate(const Frame&, Tokens tokens) {
  push_unary(UnaryOp::negate, tokens);
}

void AstBuilder::reduce_not(const Frame&, Tokens tokens) {
  push_unary(UnaryOp::logical_not, tokens);
}

void AstBuilder::reduce_case(const Frame& frame, Tokens tokens) {
  const std::size_t depth = exprs_depth(frame.exprs);
  std::vector<Expr> parts = take_exprs(frame.exprs);
  Case node;
  for (std::size_t i = 0; i + 1 < parts.size(); i += 2) {
    node.branches.push_back({std::move(parts[i]), std::move(parts[i + 1])});
  }
  if (parts.size() % 2 == 1) node.otherwise = std::make_unique<Expr>(std::move(parts.back()));
  push_expr(tokens.span(), std::move(node), depth);
}

void AstBuilder::push_binary(Deep<Expr> left, Deep<Expr> right, const Tokens& op) {
  const BinaryOperator& name = operator_of(op);
  const Span span = join(left.tree.span, right.tree.span);
  push_expr(span,
            Binary{name.op,
                   name.ignore_case,
                   op.span(),
                   std::make_unique<Expr>(std::move(left.tree)),
                   std::make_unique<Expr>(std::move(right.tree))},
            std::max(left.depth, right.depth));
}

void AstBuilder::reduce_between(const Frame& frame) {
  const std::size_t depth = exprs_depth(frame.exprs);
  std::vector<Expr> parts = take_exprs(frame.exprs);
  const Span span = join(parts.front().span, parts.back().span);
  push_expr(span,
            Between{std::make_unique<Expr>(std::move(parts[0])),
                    std::make_unique<Expr>(std::move(parts[1])),
                    std::make_unique<Expr>(std::move(parts[2]))},
            depth);
}

void AstBuilder::reduce_comparison(const Frame& frame, Tokens) {
  if (operators_.size() == frame.operators) return;
  const Tokens op = operators_.back();
  operators_.pop_back();
  if (op.begin->raw == "between") return reduce_between(frame);
  Deep<Expr> right = pop_expr();
  Deep<Expr> left = pop_expr();
  push_binary(std::move(left), std::move(right), op);
}

void AstBuilder::reduce_left(const Frame& frame, Tokens) {
  if (operators_.size() == frame.operators) return;
  std::vector<Deep<Expr>> operands = take_above(exprs_, frame.exprs);
  exprs_.push_back(std::move(operands.front()));
  for (std::size_t i = 1; i < operands.size(); ++i) {
    push_binary(pop_expr(), std::move(operands[i]), operators_[frame.operators + i - 1]);
  }
  drop_above(operators_, frame.operators);
}

// `and` and `or` are associative: a balanced tree keeps a condition of a thousand branches shallow.
void AstBuilder::reduce_balanced(const Frame& frame, Tokens) {
  if (operators_.size() == frame.operators) return;
  std::vector<Deep<Expr>> operands = take_above(exprs_, frame.exprs);
  push_balanced(operands, 0, operands.size(), frame.operators);
  drop_above(operators_, frame.operators);
}

// operators_[first_operator + i] stands between operands[i] and operands[i + 1].
void AstBuilder::push_balanced(std::vector<Deep<Expr>>& operands,
                               std::size_t begin,
                               std::size_t end,
                               std::size_t first_operator) {
  if (end - begin == 1) {
    exprs_.push_back(std::move(operands[begin]));
    return;
  }
  const std::size_t middle = begin + (end - begin) / 2;
  push_balanced(operands, begin, middle, first_operator);
  push_balanced(operands, middle, end, first_operator);
  Deep<Expr> right = pop_expr();
  Deep<Expr> left = pop_expr();
  push_binary(std::move(left), std::move(right), operators_[first_operator + middle - 1]);
}

std::optional<Expr> AstBuilder::take_expression() {
  if (exprs_.empty()) return std::nullopt;
  return std::move(pop_expr().tree);
}

}  // namespace tocsin::dsl
