/// What is remembered of events that no run took: `not … for`, `prior`; and which variables may take an event
/// under a key. Part of SettingsExecutor.

#include "runtime/prior_events.h"
#include "runtime/settings_executor.h"

#include <algorithm>

namespace tocsin::runtime {

using patterns::Lull;
using patterns::TransitionMask;
using patterns::VariableMask;

/// Something that the end of a session ends.
bool SettingsExecutor::is_live(const RuleState& state) {
  const RuleMemory* const memory = state.memory.get();
  return !state.runs.empty() || (memory != nullptr && (memory->is_loud() || !memory->prior.empty()));
}

void SettingsExecutor::remember(KeyState& key, RuleState& state, CurrentEvent& event) {
  if (tests_.any_own_holds(loud_)) hear(key, memory_of(state));
  if (prior_depth_ == 0) return;
  if (prior_lasts_ || !state.runs.empty()) {
    keep_prior(memory_of(state).prior, prior_depth_, event, context_.store);
  } else if (state.memory != nullptr) {
    forget_prior(state.memory->prior, context_.store);
  }
}

// --- not … for -------------------------------------------------------------------------------------

/// The event in hand may break lulls.
void SettingsExecutor::hear(KeyState& key, RuleMemory& memory) {
  memory.last_loud.resize(program_.lulls.size(), kTimeMin);
  for (std::size_t i = 0; i < program_.lulls.size(); ++i) {
    if (tests_.satisfied(program_.lulls[i].variable, nullptr)) memory.last_loud[i] = tests_.event().time;
  }
  arm_lull_timer(key, memory);
}

/// The ways out of the start that the event in hand may not take.
TransitionMask SettingsExecutor::shut_by_lulls(const RuleState& state) const {
  TransitionMask shut = 0;
  if (state.memory == nullptr) return shut;
  const auto& last_loud = state.memory->last_loud;
  for (std::size_t i = 0; i < last_loud.size(); ++i) {
    const Lull& lull = program_.lulls[i];
    const bool loud =
        last_loud[i] != kTimeMin && saturating_add(last_loud[i], lull.length) >= tests_.event().time;
    if (loud) shut |= lull.closes;
  }
  return shut;
}

/// What was heard before `deadline` and can matter no more goes; with its session everything.
void SettingsExecutor::forget_loud(KeyState& key, RuleMemory& memory, EventTime deadline, bool session_over) {
  for (std::size_t i = 0; i < memory.last_loud.size(); ++i) {
    const bool over =
        session_over || saturating_add(memory.last_loud[i], program_.lulls[i].length) <= deadline;
    if (over) memory.last_loud[i] = kTimeMin;
  }
  if (memory.lull_timer > deadline) return;
  memory.lull_timer = kTimeMax;
  arm_lull_timer(key, memory);
}

/// One timer is under way while there is something to forget.
void SettingsExecutor::arm_lull_timer(KeyState& key, RuleMemory& memory) {
  if (memory.lull_timer != kTimeMax) return;
  for (std::size_t i = 0; i < memory.last_loud.size(); ++i) {
    if (memory.last_loud[i] == kTimeMin) continue;
    memory.lull_timer =
        std::min(memory.lull_timer, saturating_add(memory.last_loud[i], program_.lulls[i].length));
  }
  context_.timers.push_unordered({memory.lull_timer, &key, key.generation, rule_index_});
}

// --- a key for each variable -----------------------------------------------------------------------

/// The variables by whose key the event belongs to `key`.
VariableMask SettingsExecutor::variables_under(const KeyState& key, const Event& event) {
  std::uint64_t counted_by_router = 0;
  Scope scope{program_.expressions, context_.rules->schema(), context_.scratch, counted_by_router, &event};
  scope.tables = context_.tables;
  return runtime::variables_under(scope, program_, key.key_bytes(), key_bytes_);
}

}  // namespace tocsin::runtime
