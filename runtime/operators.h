#pragma once
/// The operators of the expression language over plain values. Null in, null out; nothing throws.
///
/// Each tells apart "no value" (an operand was null) from "no sense" (overflow, division by zero, kinds that
/// do not go together): both give null, the second adds to `null_operations`.

#include "base/arena.h"
#include "base/value.h"
#include "patterns/expression.h"

#include <cstdint>
#include <string_view>

namespace tocsin::runtime {

/// The null of what makes no sense.
inline Value no_sense(std::uint64_t& null_operations) {
  ++null_operations;
  return Value::null();
}

/// == != < <= > >= by `op`.
Value compare_with(patterns::Op op, const Value& a, const Value& b, std::uint64_t& null_operations);

/// + - * / % and pow. int op int stays int but for `/` and pow; time - time is a duration, time ± duration a
/// time.
Value arithmetic(patterns::Op op, const Value& a, const Value& b, std::uint64_t& null_operations);

/// negate, abs, round, floor, ceil, sqrt, log.
Value unary_number(patterns::Op op, const Value& a, std::uint64_t& null_operations);

/// contains, starts_with, ends_with.
Value text_test(
    patterns::Op op, bool ignore_case, const Value& a, const Value& b, std::uint64_t& null_operations);

/// lower, upper, trim (ASCII; other bytes stay), into `arena`.
Value text_change(patterns::Op op, const Value& a, Arena& arena, std::uint64_t& null_operations);

/// Unicode code points of a string.
Value text_length(const Value& a, std::uint64_t& null_operations);

}  // namespace tocsin::runtime
