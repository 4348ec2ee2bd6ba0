#pragma once
/// The settings of a rule that stand beside its pattern or window: severity, within, after match, window,
/// limits.

#include "compiler/bindings.h"
#include "compiler/rule_scope.h"
#include "dsl/ast.h"

namespace tocsin::compiler {

inline constexpr std::int64_t kWindowsPerEventMax = 10'000;  ///< of a hopping window

void analyze_severity(RuleScope& scope, const dsl::Rule& rule);
void analyze_within(RuleScope& scope, const dsl::Rule& rule);
void analyze_run_limit(RuleScope& scope, const dsl::Rule& rule);
void analyze_suppress(RuleScope& scope, const dsl::Rule& rule);
void analyze_window(RuleScope& scope, const dsl::Rule& rule);
void analyze_alignment(RuleScope& scope, const dsl::Rule& rule);  ///< `offset:` and `timezone:`

/// After the positions: the default depends on how the pattern ends.
void analyze_after_match(RuleScope& scope, const dsl::Rule& rule, const Bindings& bindings);

/// After `after match` and `report`, with which it may not go together.
void analyze_emit(RuleScope& scope, const dsl::Rule& rule);

/// What can never end: an absence or a timeout without a time limit is an error, a run that is kept for ever
/// a warning.
void check_time_limits(RuleScope& scope, const dsl::Rule& rule);

/// Settings that mean nothing for this kind of rule.
void check_window_only(const RuleScope& scope, const dsl::Rule& rule);
void check_pattern_only(const RuleScope& scope, const dsl::Rule& rule);

}  // namespace tocsin::compiler
