#include "compiler/analyze_settings.h"

#include "base/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace tocsin::compiler {
namespace {

using patterns::AfterMatch;
using patterns::Link;
using patterns::Transition;
using patterns::WindowKind;

constexpr std::array kSeverities{patterns::RuleSeverity::info,
                                 patterns::RuleSeverity::low,
                                 patterns::RuleSeverity::medium,
                                 patterns::RuleSeverity::high,
                                 patterns::RuleSeverity::critical};

template <class Wanted>
bool any_transition(const patterns::Program& program, Wanted wanted) {
  return std::any_of(
      program.positions.begin() + 1, program.positions.end(), [&](const patterns::Position& position) {
        return std::any_of(position.transitions.begin(), position.transitions.end(), wanted);
      });
}

bool ends_with_absence(const patterns::Program& program) {
  return any_transition(program, [](const Transition& t) { return t.kind == Transition::Kind::accept_late; });
}

/// `within` or a session ends every run.
bool every_run_ends(const patterns::Program& program) {
  return program.within != kForever || program.within_events > 0 || program.window.kind != WindowKind::none;
}

WindowKind kind_of(dsl::WindowKind kind) {
  switch (kind) {
    case dsl::WindowKind::tumbling:
      return WindowKind::tumbling;
    case dsl::WindowKind::hopping:
      return WindowKind::hopping;
    case dsl::WindowKind::sliding:
      return WindowKind::sliding;
    case dsl::WindowKind::session:
      return WindowKind::session;
    case dsl::WindowKind::count:
      return WindowKind::count;
  }
  TOCSIN_CHECK(false, "no such window");
  return {};
}

AfterMatch after_match_of(dsl::AfterMatchKind kind) {
  switch (kind) {
    case dsl::AfterMatchKind::skip_past_last_event:
      return AfterMatch::skip_past_last_event;
    case dsl::AfterMatchKind::skip_to_next_event:
      return AfterMatch::skip_to_next_event;
    case dsl::AfterMatchKind::skip_to_first:
      return AfterMatch::skip_to_first;
    case dsl::AfterMatchKind::skip_to_last:
      return AfterMatch::skip_to_last;
    case dsl::AfterMatchKind::no_skip:
      return AfterMatch::no_skip;
  }
  TOCSIN_CHECK(false, "no such skip");
  return {};
}

patterns::LimitPolicy policy_of(dsl::LimitPolicy policy) {
  switch (policy) {
    case dsl::LimitPolicy::drop_newest:
      return patterns::LimitPolicy::drop_newest;
    case dsl::LimitPolicy::drop_oldest:
      return patterns::LimitPolicy::drop_oldest;
    case dsl::LimitPolicy::fail:
      return patterns::LimitPolicy::fail;
  }
  TOCSIN_CHECK(false, "no such policy");
  return {};
}

/// Whether some way from the start to the end takes none of `variables`.
bool may_leave_out(const patterns::Program& program, patterns::VariableMask variables) {
  std::vector<bool> seen(program.positions.size(), false);
  std::vector<patterns::PositionId> open{patterns::kStart};
  while (!open.empty()) {
    const patterns::Position& position = program.positions[open.back().value];
    open.pop_back();
    for (const Transition& t : position.transitions) {
      if (t.kind != Transition::Kind::take) return true;
      const bool skipped = (mask_of(program.positions[t.target.value].variable) & variables) != 0;
      if (skipped || seen[t.target.value]) continue;
      seen[t.target.value] = true;
      open.push_back(t.target);
    }
  }
  return false;
}

void analyze_skip_variables(RuleScope& scope, const dsl::AfterMatch& after, const Bindings& bindings) {
  for (const auto& name : after.variables) {
    const patterns::VariableMask variables = scope.find_variables(name.value);
    if ((bindings.taken & variables) == 0) {
      scope.reporter.error(name.span,
                           "E0302",
                           fmt::format("the pattern never takes `{}`", name.value),
                           did_you_mean(name.value, scope.variable_names()));
    }
    scope.program.skip_to |= bindings.taken & variables;
  }
  if (scope.program.skip_to != 0 && may_leave_out(scope.program, scope.program.skip_to)) {
    scope.reporter.warning(after.variables.front().span,
                           "W0104",
                           fmt::format("a match may leave `{}` out; it then skips to the next event",
                                       after.variables.front().value));
  }
}

void refuse(const RuleScope& scope, dsl::Span span, std::string_view key, std::string_view kind) {
  scope.reporter.error(span, "E0706", fmt::format("`{}` means nothing for {}", key, kind));
}

}  // namespace

void analyze_severity(RuleScope& scope, const dsl::Rule& rule) {
  if (!rule.severity) return;
  const auto found =
      std::find_if(kSeverities.begin(), kSeverities.end(), [&](patterns::RuleSeverity severity) {
        return name_of(severity) == rule.severity->value;
      });
  TOCSIN_CHECK(found != kSeverities.end(), "the parser knows the severities");
  scope.program.severity = *found;
}

void analyze_within(RuleScope& scope, const dsl::Rule& rule) {
  if (!rule.within) return;
  scope.program.within = rule.within->value.duration.value_or(kForever);
  scope.program.within_events = rule.within->value.events.value_or(0);
  if (scope.program.within <= Duration{0} || rule.within->value.events == 0u) {
    scope.reporter.error(rule.within->span, "E0605", "`within` must be longer than nothing");
  }
}

void analyze_run_limit(RuleScope& scope, const dsl::Rule& rule) {
  if (!rule.max_runs_per_key) return;
  const dsl::Limit& limit = rule.max_runs_per_key->value;
  scope.program.run_limit = {limit.count, policy_of(limit.policy)};
  if (limit.count == 0) {
    scope.reporter.error(rule.max_runs_per_key->span,
                         "E0605",
                         "with no run at all the rule finds nothing",
                         "allow at least 1");
  }
}

void analyze_suppress(RuleScope& scope, const dsl::Rule& rule) {
  if (!rule.suppress) return;
  scope.program.suppress = rule.suppress->value;
  if (scope.program.suppress <= Duration{0}) {
    scope.reporter.error(rule.suppress->span, "E0605", "`suppress` must be longer than nothing");
  }
}

void analyze_window(RuleScope& scope, const dsl::Rule& rule) {
  if (!rule.window) return;
  const dsl::Window& written = rule.window->value;
  patterns::Window& window = scope.program.window;
  window.kind = kind_of(written.kind);
  window.size = written.size;
  window.every = written.every;
  window.count = written.count;
  const auto wrong = [&](const char* message) { scope.reporter.error(rule.window->span, "E0702", message); };
  if (window.kind == WindowKind::count) {
    if (window.count == 0) wrong("a count window holds at least one event");
  } else if (window.size <= Duration{0}) {
    wrong("a window must be longer than nothing");
  } else if (window.kind == WindowKind::hopping) {
    if (window.every <= Duration{0}) {
      wrong("a window must hop by more than nothing");
    } else if (window.size / window.every > kWindowsPerEventMax) {
      wrong("an event would be in more than 10000 windows at once");
    }
  }
}

void analyze_alignment(RuleScope& scope, const dsl::Rule& rule) {
  patterns::Window& window = scope.program.window;
  const bool aligned = window.kind == WindowKind::tumbling || window.kind == WindowKind::hopping;
  const char* kind = "a rule without a tumbling or hopping window";
  if (rule.offset && !aligned) refuse(scope, rule.offset->span, "offset", kind);
  if (rule.timezone && !aligned) refuse(scope, rule.timezone->span, "timezone", kind);
  if (!aligned) return;
  if (rule.offset) window.offset = rule.offset->value;
  if (!rule.timezone) return;
  auto zone = patterns::TimeZone::load(rule.timezone->value);
  if (zone) {
    window.zone = std::move(*zone);
  } else {
    scope.reporter.error(rule.timezone->span, "E0510", zone.error().message, "as `Europe/Berlin` or `UTC`");
  }
}

void analyze_after_match(RuleScope& scope, const dsl::Rule& rule, const Bindings& bindings) {
  if (rule.after_match) {
    scope.program.after_match = after_match_of(rule.after_match->value.kind);
    analyze_skip_variables(scope, rule.after_match->value, bindings);
    return;
  }
  const bool each_start_has_its_outcome = (rule.on_timeout && !rule.on_timeout->none) ||
                                          ends_with_absence(scope.program) ||
                                          scope.program.runs == patterns::RunsKept::newest;
  scope.program.after_match =
      each_start_has_its_outcome ? AfterMatch::skip_to_next_event : AfterMatch::skip_past_last_event;
}

void check_time_limits(RuleScope& scope, const dsl::Rule& rule) {
  const patterns::Program& program = scope.program;
  if (every_run_ends(program)) return;
  const bool absence_is_open = any_transition(program, [](const Transition& t) {
    return t.kind == Transition::Kind::accept_late && t.gap_max == kForever;
  });
  if (absence_is_open) {
    scope.reporter.error(
        rule.pattern->span,
        "E0602",
        "`not` or a possessive loop at the end needs a time limit: until when is the event absent?",
        "add `within:`, or a gap as in `->[10m] not …` and `a++[10m]`");
    return;
  }
  const bool some_gap = any_transition(program, [](const Transition& t) { return t.gap_max != kForever; });
  if (rule.on_timeout && !rule.on_timeout->none && !some_gap) {
    scope.reporter.error(
        rule.on_timeout->span, "E0701", "without a time limit nothing times out", "add `within:`");
    return;
  }
  const bool kept = any_transition(
      program, [](const Transition& t) { return t.kind == Transition::Kind::take && t.gap_max == kForever; });
  if (!kept) return;
  const bool forks =
      any_transition(program, [](const Transition& t) { return t.link == Link::followed_by_any; });
  if (forks && program.after_match == AfterMatch::no_skip) {
    scope.reporter.warning(
        rule.pattern->span,
        "W0102",
        "`~>` with `no skip` and without `within` keeps every run for ever: their number has no bound",
        "add `within:`");
  } else {
    scope.reporter.warning(
        rule.pattern->span, "W0101", "runs of this rule are kept for ever", "add `within:`");
  }
}

void check_window_only(const RuleScope& scope, const dsl::Rule& rule) {
  const char* kind = "a window without a pattern";
  if (rule.within) refuse(scope, rule.within->span, "within", kind);
  if (rule.after_match) refuse(scope, rule.after_match->span, "after match", kind);
  if (rule.on_timeout && !rule.on_timeout->none) refuse(scope, rule.on_timeout->span, "on timeout", kind);
  if (rule.runs) refuse(scope, rule.runs->span, "runs", kind);
  if (rule.max_runs_per_key) refuse(scope, rule.max_runs_per_key->span, "max runs per key", kind);
  if (rule.report) refuse(scope, rule.report->span, "report", kind);
  if (rule.cancel) refuse(scope, rule.cancel->span, "cancel", kind);
  if (rule.emit && rule.emit->value == dsl::EmitMode::preferred)
    refuse(scope, rule.emit->span, "emit: preferred", kind);
  const bool slides = rule.window && rule.window->value.kind == dsl::WindowKind::sliding;
  if (slides && rule.emit && rule.emit->value == dsl::EmitMode::close) {
    refuse(scope, rule.emit->span, "emit: close", "a sliding window, which never closes");
  }
}

void analyze_emit(RuleScope& scope, const dsl::Rule& rule) {
  scope.program.emit_preferred = rule.emit && rule.emit->value == dsl::EmitMode::preferred;
  if (!scope.program.emit_preferred) return;
  const bool no_skip = scope.program.after_match == AfterMatch::no_skip;
  if (!no_skip && !scope.program.report_all) return;
  scope.reporter.error(rule.emit->span,
                       "E0707",
                       fmt::format("`emit: preferred` picks one match of each start, and `{}` tells them all",
                                   no_skip ? "no skip" : "report: all"),
                       "take one of the two out");
}

void check_pattern_only(const RuleScope& scope, const dsl::Rule& rule) {
  const char* kind = "a rule with a pattern";
  if (rule.having) refuse(scope, rule.having->span, "having", kind);
  if (rule.emit && (rule.emit->value == dsl::EmitMode::each || rule.emit->value == dsl::EmitMode::close)) {
    refuse(scope, rule.emit->span, "emit: each` and `emit: close", kind);
  }
}

}  // namespace tocsin::compiler
