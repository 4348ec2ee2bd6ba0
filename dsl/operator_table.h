#pragma once
/// How the operators of expressions are written and how tightly they bind. The grammar's rules have the same
/// order.

#include "dsl/ast.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace tocsin::dsl {

/// From loose to tight.
enum class Level : std::uint8_t {
  disjunction,
  conjunction,
  negation,
  comparison,
  sum,
  product,
  unary,
  postfix
};

struct BinaryOperator {
  BinaryOp op;
  bool ignore_case;
  std::string_view text;
  Level level;
};

inline constexpr auto kBinaryOperators = std::to_array<BinaryOperator>({
    {BinaryOp::logical_or, false, "or", Level::disjunction},
    {BinaryOp::logical_and, false, "and", Level::conjunction},
    {BinaryOp::equal, false, "==", Level::comparison},
    {BinaryOp::not_equal, false, "!=", Level::comparison},
    {BinaryOp::less, false, "<", Level::comparison},
    {BinaryOp::less_equal, false, "<=", Level::comparison},
    {BinaryOp::greater, false, ">", Level::comparison},
    {BinaryOp::greater_equal, false, ">=", Level::comparison},
    {BinaryOp::in, false, "in", Level::comparison},
    {BinaryOp::not_in, false, "not in", Level::comparison},
    {BinaryOp::contains, false, "contains", Level::comparison},
    {BinaryOp::contains, true, "contains_i", Level::comparison},
    {BinaryOp::starts_with, false, "startswith", Level::comparison},
    {BinaryOp::starts_with, true, "startswith_i", Level::comparison},
    {BinaryOp::ends_with, false, "endswith", Level::comparison},
    {BinaryOp::ends_with, true, "endswith_i", Level::comparison},
    {BinaryOp::like, false, "like", Level::comparison},
    {BinaryOp::like, true, "like_i", Level::comparison},
    {BinaryOp::matches, false, "matches", Level::comparison},
    {BinaryOp::matches, true, "matches_i", Level::comparison},
    {BinaryOp::add, false, "+", Level::sum},
    {BinaryOp::subtract, false, "-", Level::sum},
    {BinaryOp::multiply, false, "*", Level::product},
    {BinaryOp::divide, false, "/", Level::product},
    {BinaryOp::modulo, false, "%", Level::product},
});

}  // namespace tocsin::dsl
