#pragma once
/// `key:`, one for all variables or one for each.

#include "compiler/rule_scope.h"
#include "dsl/ast.h"

namespace tocsin::compiler {

/// After the variables and the types that the rule sees.
void analyze_key(RuleScope& scope, const dsl::Rule& rule);

}  // namespace tocsin::compiler
