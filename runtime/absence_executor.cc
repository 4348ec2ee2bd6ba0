#include "runtime/absence_executor.h"

#include "runtime/snapshot.h"

#include <array>

namespace tocsin::runtime {

using patterns::VariableId;

AbsenceExecutor::AbsenceExecutor(Context& context, std::uint32_t rule)
    : context_{context},
      program_{*context.rules->rules()[rule].program},
      watch_{*program_.watch},
      rule_index_{rule},
      emitter_{context, rule, counters_},
      tests_{context, rule, counters_} {}

// --- one event -------------------------------------------------------------------------------------

/// A key without state speaks again only if it is one of the table's.
bool AbsenceExecutor::may_open(CurrentEvent& event) {
  tests_.look_at(event);
  return tests_.any_own_holds(watch_.awaited) && has_row(event.event());
}

bool AbsenceExecutor::has_row(const Event& event) {
  if (context_.tables == nullptr) return false;
  std::array<Value, patterns::kTableKeyPartsMax> key;
  Scope scope{
      program_.expressions, context_.rules->schema(), context_.scratch, counters_.null_operations, &event};
  scope.tables = context_.tables;
  for (std::size_t i = 0; i < program_.key.size(); ++i) key[i] = evaluate(scope, program_.key[i].value);
  return context_.tables->has_row(watch_.keys, {key.data(), program_.key.size()}, place_of(event));
}

/// The first variable that takes the event in hand; none if none does.
VariableId AbsenceExecutor::awaited_by_event() {
  for (std::uint16_t v = 0; v < program_.variables.size(); ++v) {
    if (tests_.own_holds(VariableId{v})) return VariableId{v};
  }
  return VariableId::none();
}

void AbsenceExecutor::on_event(KeyState& key, RuleState& state, CurrentEvent& event) {
  tests_.look_at(event);
  const VariableId variable = awaited_by_event();
  if (!variable) return;
  begin(key, state, event.event().time, context_.buffer.append(nullptr, event.captured(), variable, 0));
}

/// `tail` is held once for the run; none if nothing was taken.
void AbsenceExecutor::begin(KeyState& key, RuleState& state, EventTime time, TakenEvent* tail) {
  drop(state);
  Run run;
  run.tail = tail;
  run.begun = time;
  state.runs.emplace_back(run);
  ++counters_.runs_live;
  state.session_end = saturating_add(time, watch_.silence);
  if (state.session_timer == kTimeMax) arm(key, state);
}

void AbsenceExecutor::arm(KeyState& key, RuleState& state) {
  state.session_timer = state.session_end;
  context_.timers.push_unordered({state.session_end, &key, key.generation, rule_index_});
}

void AbsenceExecutor::on_row(KeyState& key, RuleState& state, EventTime time, bool there) {
  if (there) {
    begin(key, state, time, nullptr);
  } else {
    drop(state);
  }
}

void AbsenceExecutor::drop(RuleState& state) {
  for (const Run& run : state.runs) {
    if (run.tail != nullptr) context_.buffer.release(run.tail);
    --counters_.runs_live;
  }
  state.runs.truncate(state.runs.begin());
}

// --- snapshots -------------------------------------------------------------------------------------

void AbsenceExecutor::save(const RuleState& state, SnapshotWriter& out) const {
  out.flag(!state.runs.empty());
  if (state.runs.empty()) return;
  out.path(state.runs[0].tail);
  out.time(state.runs[0].begun);
}

void AbsenceExecutor::restore(KeyState&, RuleState& state, SnapshotReader& in) {
  if (!in.flag()) return;
  Run run;
  run.tail = in.path(program_);
  run.begun = in.time();
  state.runs.emplace_back(run);
  ++counters_.runs_live;
}

// --- deadlines -------------------------------------------------------------------------------------

void AbsenceExecutor::on_deadline(KeyState& key, RuleState& state, EventTime deadline) {
  if (state.session_timer > deadline) return;
  state.session_timer = kTimeMax;
  if (state.runs.empty()) return;
  if (state.session_end > deadline) return arm(key, state);
  tell(key, *state.runs.begin(), deadline);
  drop(state);
}

void AbsenceExecutor::tell(KeyState& key, const Run& run, EventTime end) {
  context_.scratch.reset();
  ResultView result;
  result.kind = AlertKind::match;
  result.time = end;
  result.order.decided = end;
  result.order.phase = AlertOrder::Phase::deadline_match;
  result.order.began = run.begun;
  result.order.key_hash = key.hash;
  result.key = &key;
  result.tail = run.tail;
  emitter_.emit(result);
}

}  // namespace tocsin::runtime
