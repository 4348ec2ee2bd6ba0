#include "runtime/executor.h"

#include "runtime/absence_executor.h"
#include "runtime/deterministic_executor.h"
#include "runtime/gate.h"
#include "runtime/pattern_executor.h"
#include "runtime/sequence_executor.h"
#include "runtime/settings_executor.h"
#include "runtime/window_executor.h"
#include "runtime/window_pattern_executor.h"

namespace tocsin::runtime {

ExecutorChoice choose_executor(const patterns::Program& program, bool general_only) {
  constexpr std::string_view kShownToAll = "is shown to each run of its key";
  if (program.watch)
    return {ExecutorKind::absence,
            "absence",
            "silence under the keys of a table: when it began is all there is",
            "begins its key's silence anew",
            {}};
  if (program.positions.empty())
    return {ExecutorKind::window,
            "window",
            "there is no pattern: aggregates are kept for each window",
            "goes into each aggregate of each window that holds it",
            {}};
  if (WindowPatternExecutor::takes(program))
    return {ExecutorKind::window_pattern,
            "window pattern",
            "each window of a key is matched by itself",
            "is shown to each run of each window that holds it",
            "runs in each window"};
  if (!general_only && SequenceExecutor::takes(program))
    return {
        ExecutorKind::sequence,
        "sequence",
        "a plain chain of `->`: each start has one run, and a run one way on",
        "is compared once with each run of its key; where these are many, only with those that its values "
        "may advance",
        "runs"};
  if (!general_only && DeterministicExecutor::takes(program))
    return {
        ExecutorKind::deterministic,
        "deterministic",
        "no condition looks at an earlier event, and every match is reported: runs that stand alike are one",
        "costs what it is taken for and what it completes, however many runs there are",
        program.on_match ? "events" : ""};
  if (SettingsExecutor::wants(program))
    return {ExecutorKind::settings,
            "settings",
            "settings say which runs there are, or what is remembered beside them",
            kShownToAll,
            "runs"};
  return {ExecutorKind::pattern,
          "pattern",
          "takes every pattern",
          can_look_up_runs(program)
              ? "is shown to each run of its key; where these are many, only to those that it may concern"
              : kShownToAll,
          "runs"};
}

namespace {

std::unique_ptr<PatternExecutor> make_pattern_executor(Context& context, std::uint32_t rule) {
  if (SettingsExecutor::wants(*context.rules->rules()[rule].program))
    return std::make_unique<SettingsExecutor>(context, rule);
  return std::make_unique<PatternExecutor>(context, rule);
}

}  // namespace

std::unique_ptr<Executor> make_executor(Context& context, std::uint32_t rule, bool general_only) {
  switch (choose_executor(*context.rules->rules()[rule].program, general_only).kind) {
    case ExecutorKind::absence:
      return std::make_unique<AbsenceExecutor>(context, rule);
    case ExecutorKind::window:
      return std::make_unique<WindowExecutor>(context, rule);
    case ExecutorKind::window_pattern:
      return std::make_unique<WindowPatternExecutor>(context, rule, make_pattern_executor(context, rule));
    case ExecutorKind::sequence:
      return std::make_unique<SequenceExecutor>(context, rule);
    case ExecutorKind::deterministic:
      return std::make_unique<DeterministicExecutor>(context, rule);
    case ExecutorKind::settings:
    case ExecutorKind::pattern:
      break;
  }
  return make_pattern_executor(context, rule);
}

}  // namespace tocsin::runtime
