#pragma once
/// `keys: TABLE`: a rule that waits for silence under each key of a table.

#include "compiler/rule_scope.h"
#include "dsl/ast.h"

namespace tocsin::compiler {

/// Reads the table and the pattern, which is `not v for D`, into the program. Reports what goes with neither.
void analyze_watch(RuleScope& scope, const dsl::Rule& rule);

}  // namespace tocsin::compiler
