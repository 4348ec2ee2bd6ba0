#pragma once
/// `on match:` and `on timeout:` -> messages and fields.

#include "compiler/rule_scope.h"
#include "dsl/ast.h"

#include <optional>

namespace tocsin::compiler {

/// Nothing for a section set to `none`. `place` says what the result can have taken.
std::optional<patterns::Output> analyze_output(RuleScope& scope,
                                               const dsl::OutputSection& section,
                                               const Place& place);

}  // namespace tocsin::compiler
