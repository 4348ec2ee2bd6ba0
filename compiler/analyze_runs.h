#pragma once
/// Settings that say which runs there are and what ends them: `runs`, `report`, `cancel`.

#include "compiler/bindings.h"
#include "compiler/rule_scope.h"
#include "dsl/ast.h"

namespace tocsin::compiler {

/// Before `after match`, whose default depends on them. Adds to `bindings` what they name.
void analyze_runs(RuleScope& scope, const dsl::Rule& rule, Bindings& bindings);

}  // namespace tocsin::compiler
