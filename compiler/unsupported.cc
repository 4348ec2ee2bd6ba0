#include "compiler/unsupported.h"

#include <fmt/format.h>

namespace tocsin::compiler {
namespace {

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
  refuse_window(rule, reporter);
  for (const dsl::RawKey& key : rule.others)
    reporter.unsupported(key.name.span, fmt::format("`{}`", key.name.value));
}

}  // namespace tocsin::compiler
