#pragma once
/// Prints trees back as text of the rule language, in one canonical spacing.
///
/// The grammar reads what is printed, and prints it the same again; parentheses stand only where they are
/// needed. Used to name key parts and fields, in diagnostics and by `explain`.

#include "dsl/ast.h"

#include <string>
#include <string_view>

namespace tocsin::dsl {

std::string to_string(const Expr& expression);
std::string to_string(const PatternNode& pattern);
std::string to_string(const TypeSet& types);

/// As `==`, `not in`, `contains_i`.
std::string_view spelling(BinaryOp op, bool ignore_case);

}  // namespace tocsin::dsl
