#pragma once
/// `late:` and `allowed lateness:`.

#include "compiler/rule_levels.h"
#include "compiler/rule_scope.h"
#include "compiler/table_analysis.h"
#include "dsl/ast.h"
#include "patterns/table.h"

#include <memory>
#include <string_view>
#include <vector>

namespace tocsin::compiler {

void analyze_late(RuleScope& scope, const dsl::Rule& rule);

/// Where the rule's `late:` is written, which must be there.
dsl::Span late_at(const dsl::Rule& rule);

/// The types that late events become, and the first rule that makes them so.
Emitters late_streams_of(const std::vector<AnalyzedRule>& analyzed);

/// What rules with `late: apply` may not have: alerts that become events, events that were alerts or late,
/// and tables that change; and those with `late: stream`: their late events as if they came in time. After
/// set_levels.
void check_late(const std::vector<AnalyzedRule>& analyzed,
                const RulesById& rules,
                const std::vector<std::shared_ptr<const patterns::Table>>& tables,
                dsl::Diagnostics& diagnostics);

}  // namespace tocsin::compiler
