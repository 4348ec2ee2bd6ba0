#include "compiler/unsupported.h"

#include <fmt/format.h>

namespace tocsin::compiler {
namespace {

void refuse_settings(const dsl::Rule& rule, const Reporter& reporter) {
  if (rule.within && rule.within->value.events) reporter.unsupported(rule.within->span, "`within` in events");
  if (rule.emit && rule.emit->value == dsl::EmitMode::preferred) {
    reporter.unsupported(rule.emit->span, "`emit: preferred`");
  }
  if (rule.report && rule.report->value == dsl::ReportMode::all) {
    reporter.unsupported(rule.report->span, "`report: all`");
  }
  if (rule.runs && rule.runs->value != dsl::RunsMode::all) {
    reporter.unsupported(rule.runs->span, "`runs:` other than `all`");
  }
  if (rule.cancel) reporter.unsupported(rule.cancel->span, "`cancel`");
}

void refuse_window(const dsl::Rule& rule, const Reporter& reporter) {
  if (!rule.window) return;
  const dsl::Window& window = rule.window->value;
  if (window.kind == dsl::WindowKind::count && window.size != Duration{0}) {
    reporter.unsupported(rule.window->span, "a count window with a time limit");
  }
  if (rule.pattern && window.kind != dsl::WindowKind::session) {
    reporter.unsupported(rule.window->span, "a pattern in a window other than a session");
  }
}

}  // namespace

void refuse_unsupported(const dsl::Rule& rule, const Reporter& reporter) {
  refuse_settings(rule, reporter);
  refuse_window(rule, reporter);
  for (const dsl::RawKey& key : rule.others)
    reporter.unsupported(key.name.span, fmt::format("`{}`", key.name.value));
  if (rule.key) {
    for (const dsl::VariableKey& key : rule.key->per_variable) {
      reporter.unsupported(key.variable.span, "a key for each variable");
    }
  }
}

}  // namespace tocsin::compiler
