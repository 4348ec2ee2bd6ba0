#include "compiler/analyze_runs.h"

#include "base/check.h"

#include <fmt/format.h>

namespace tocsin::compiler {
namespace {

using patterns::RunsKept;

RunsKept runs_of(dsl::RunsMode mode) {
  switch (mode) {
    case dsl::RunsMode::all:
      return RunsKept::all;
    case dsl::RunsMode::newest:
      return RunsKept::newest;
    case dsl::RunsMode::first:
      return RunsKept::first;
    case dsl::RunsMode::once:
      return RunsKept::once;
  }
  TOCSIN_CHECK(false, "no such mode of runs");
  return {};
}

/// Its condition is asked of each run, and so may speak of everything that a run can have taken.
void analyze_cancel(RuleScope& scope, const dsl::Located<std::string>& name, Bindings& bindings) {
  const auto variable = scope.find_variable(name.value);
  if (!variable) {
    scope.reporter.error(name.span,
                         "E0302",
                         fmt::format("`cancel:` names `{}`, which is not under `events:`", name.value),
                         did_you_mean(name.value, scope.variable_names()));
    return;
  }
  scope.program.cancel = *variable;
  bindings.before[variable->value] |= bindings.taken;
  bindings.named |= mask_of(*variable);
}

}  // namespace

void analyze_runs(RuleScope& scope, const dsl::Rule& rule, Bindings& bindings) {
  if (rule.runs) scope.program.runs = runs_of(rule.runs->value);
  if (rule.report) scope.program.report_all = rule.report->value == dsl::ReportMode::all;
  if (rule.cancel) analyze_cancel(scope, *rule.cancel, bindings);
}

}  // namespace tocsin::compiler
