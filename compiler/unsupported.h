#pragma once
/// Refuses the parts of the language that stand at the level of a rule and cannot be run yet.

#include "compiler/reporter.h"
#include "dsl/ast.h"

namespace tocsin::compiler {

/// Those inside patterns, expressions and messages are refused where they are analysed.
void refuse_unsupported(const dsl::Rule& rule, const Reporter& reporter);

}  // namespace tocsin::compiler
