#pragma once
/// A pattern as written -> its logical plan: variables resolved, defaults filled in, what cannot be run
/// refused.

#include "compiler/rule_scope.h"
#include "dsl/ast.h"
#include "patterns/pattern.h"

#include <optional>

namespace tocsin::compiler {

/// The tree of `pattern`; nothing if there were errors, all of which are reported.
std::optional<patterns::PatternNode> analyze_pattern(const RuleScope& scope, const dsl::PatternNode& pattern);

}  // namespace tocsin::compiler
