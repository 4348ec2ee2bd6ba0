#pragma once
/// How the operators of expressions are written and how tightly they bind. The grammar's rules have the same
/// order.

#include "dsl/ast.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace tocsin::dsl {

/// From loose to tight.
enum Level : std::uint8_t { kOr, kAnd, kNot, kComparison, kSum, kProduct, kUnary, kPostfix };

struct BinaryOperator {
  BinaryOp op;
  bool ignore_case;
  std::string_view text;
  Level level;
};

inline constexpr auto kBinaryOperators = std::to_array<BinaryOperator>({
    {BinaryOp::logical_or, false, "or", kOr},
    {BinaryOp::logical_and, false, "and", kAnd},
    {BinaryOp::equal, false, "==", kComparison},
    {BinaryOp::not_equal, false, "!=", kComparison},
    {BinaryOp::less, false, "<", kComparison},
    {BinaryOp::less_equal, false, "<=", kComparison},
    {BinaryOp::greater, false, ">", kComparison},
    {BinaryOp::greater_equal, false, ">=", kComparison},
    {BinaryOp::in, false, "in", kComparison},
    {BinaryOp::not_in, false, "not in", kComparison},
    {BinaryOp::contains, false, "contains", kComparison},
    {BinaryOp::contains, true, "contains_i", kComparison},
    {BinaryOp::starts_with, false, "startswith", kComparison},
    {BinaryOp::starts_with, true, "startswith_i", kComparison},
    {BinaryOp::ends_with, false, "endswith", kComparison},
    {BinaryOp::ends_with, true, "endswith_i", kComparison},
    {BinaryOp::like, false, "like", kComparison},
    {BinaryOp::like, true, "like_i", kComparison},
    {BinaryOp::matches, false, "matches", kComparison},
    {BinaryOp::matches, true, "matches_i", kComparison},
    {BinaryOp::add, false, "+", kSum},
    {BinaryOp::subtract, false, "-", kSum},
    {BinaryOp::multiply, false, "*", kProduct},
    {BinaryOp::divide, false, "/", kProduct},
    {BinaryOp::modulo, false, "%", kProduct},
});

}  // namespace tocsin::dsl
