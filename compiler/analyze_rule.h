#pragma once
/// One rule -> its program.

#include "compiler/compile.h"
#include "compiler/library.h"
#include "compiler/reporter.h"
#include "compiler/rule_scope.h"

#include <optional>
#include <vector>

namespace tocsin::compiler {

struct AnalyzedRule {
  patterns::Program program;  ///< without its version
  std::vector<PatternStage> stages;
};

/// Adds what the rule names to `schema`. Nothing if the rule has errors, all of which are reported.
std::optional<AnalyzedRule> analyze_rule(const dsl::Rule& rule,
                                         const Library& library,
                                         Schema& schema,
                                         TableAnalysis& tables,
                                         const Reporter& reporter,
                                         const CompileOptions& options);

}  // namespace tocsin::compiler
