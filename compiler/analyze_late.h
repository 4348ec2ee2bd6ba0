#pragma once
/// `late:` and `allowed lateness:`.

#include "compiler/rule_levels.h"
#include "compiler/rule_scope.h"
#include "dsl/ast.h"
#include "patterns/table.h"

#include <memory>
#include <string_view>
#include <vector>

namespace tocsin::compiler {

inline constexpr std::string_view kLateKey = "late";
inline constexpr std::string_view kAllowedLatenessKey = "allowed lateness";

void analyze_late(RuleScope& scope, const dsl::Rule& rule);

/// What rules with `late: apply` may not have: alerts that become events, events that were alerts, and tables
/// that change. After set_levels.
void check_late(const std::vector<AnalyzedRule>& analyzed,
                const RulesById& rules,
                const std::vector<std::shared_ptr<const patterns::Table>>& tables,
                dsl::Diagnostics& diagnostics);

}  // namespace tocsin::compiler
