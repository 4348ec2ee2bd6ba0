#include "runtime/pattern_executor.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace tocsin::runtime {

using patterns::Guard;
using patterns::Link;
using patterns::Position;
using patterns::PositionId;
using patterns::Transition;
using patterns::TransitionMask;
using patterns::VariableId;
using patterns::VariableMask;

PatternExecutor::PatternExecutor(Context& context, std::uint32_t rule)
    : context_{context},
      rule_{context.rules->rules()[rule]},
      program_{*rule_.program},
      rule_index_{rule},
      emitter_{context, rule, counters_},
      tests_{context, rule, counters_},
      session_{program_.window.kind == patterns::WindowKind::session},
      windowed_{program_.window.kind != patterns::WindowKind::none &&
                program_.window.kind != patterns::WindowKind::sliding},
      within_{program_.within} {
  if (program_.window.kind == patterns::WindowKind::sliding && program_.window.size <= within_) {
    slides_ = true;
    within_ = program_.window.size - Duration{1};
  }
  if (within_ != kForever) within_lane_ = context.timers.lane_for(within_);
  for (const Position& position : program_.positions) {
    auto& lanes = gap_lanes_.emplace_back();
    auto& accept = accepts_.emplace_back();
    auto& lasting = lasting_.emplace_back(0);
    for (std::size_t i = 0; i < position.transitions.size(); ++i) {
      const Transition& t = position.transitions[i];
      if (t.kind == Transition::Kind::accept) {
        accept = static_cast<std::uint16_t>(i);
      } else {
        lasting |= bit_of(i);
        if (has_gap(t)) lanes.push_back(gap_lane(t.gap_max));
      }
    }
    std::sort(lanes.begin(), lanes.end());
    lanes.erase(std::unique(lanes.begin(), lanes.end()), lanes.end());
    make_closings(position, gates_.emplace_back(make_gate(program_, position)));
  }
  places_ = static_cast<std::size_t>(
      std::count_if(lasting_.begin() + 1, lasting_.end(), [](TransitionMask open) { return open != 0; }));
  may_index_ = can_look_up_runs(program_);
}

PatternExecutor::GapLane PatternExecutor::gap_lane(Duration gap) {
  const auto at = std::find(gaps_.begin(), gaps_.end(), gap);
  const auto number = static_cast<std::size_t>(at - gaps_.begin());
  if (at == gaps_.end()) gaps_.push_back(gap);
  return {context_.timers.lane_for(gap), gap, number};
}

/// Whether the event in hand may change `run`. False is certain.
bool PatternExecutor::passes(const Run& run) {
  const Gate& gate = gates_[run.position.value];
  if (!gate.plain) return true;
  if (!tests_.any_own_holds(gate.variables)) return false;
  return gate.joins.empty() ||
         std::any_of(gate.joins.begin(), gate.joins.end(), [&](const VariableJoin& joined) {
           return tests_.own_holds(joined.variable) && tests_.may_join(joined.variable, joined.join, run);
         });
}

// --- one event -------------------------------------------------------------------------------------

bool PatternExecutor::may_open(CurrentEvent& event) {
  tests_.look_at(event);
  const auto& starts = program_.positions[patterns::kStart.value].transitions;
  return std::any_of(starts.begin(), starts.end(), [&](const Transition& t) {
    return tests_.own_holds(program_.positions[t.target.value].variable);
  });
}

void PatternExecutor::on_event(KeyState& key, RuleState& state, CurrentEvent& event) {
  tests_.look_at(event);
  const std::size_t open = state.runs.size();
  step_runs(key, state, event);
  begin_runs(key, state, event);
  if (program_.may_double) merge_doubles(state, open);
  if (!candidates_.empty()) report_candidates(key, state, order_of(tests_.event()));
  if (state.timed_out > 0) tell_timeouts(key, state, order_of(tests_.event()));
  remove_dead(state);
  if (session_ && !state.runs.empty()) extend_session(key, state);
}

void PatternExecutor::step_runs(KeyState& key, RuleState& state, CurrentEvent& event) {
  if (is_indexed(state)) {
    find_concerned(state);
    for (const std::uint32_t number : found_) step(key, state, number, event);
    return;
  }
  const std::size_t open = state.runs.size();
  for (std::size_t i = 0; i < open; ++i) {
    if (!state.runs[i].timed_out && passes(state.runs[i])) step(key, state, i, event);
  }
}

/// Begins runs by all ways out of the start but those that are `shut`. Whether any began.
bool PatternExecutor::begin_runs(KeyState& key, RuleState& state, CurrentEvent& event, TransitionMask shut) {
  const TransitionMask began = starts(shut);
  for (TransitionMask rest = began; rest != 0; rest &= rest - 1) {
    take(key, state, nullptr, static_cast<std::uint8_t>(std::countr_zero(rest)), event);
  }
  if (began != 0 && within_lane_) {
    const EventTime deadline = saturating_add(tests_.event().time, within_);
    context_.timers.push(*within_lane_, {deadline, &key, key.generation, rule_index_});
  }
  return began != 0;
}

void PatternExecutor::step(KeyState& key, RuleState& state, std::size_t index, CurrentEvent& event) {
  const Effect effect = effect_of(state.runs[index]);
  const bool ends = (state.runs[index].open & ~effect.closes & ~effect.expired) == 0;
  if (ends) kill(state, state.runs[index]);  // first: what it becomes takes its room
  for (TransitionMask takes = effect.takes; takes != 0; takes &= takes - 1) {
    take(key, state, &state.runs[index], static_cast<std::uint8_t>(std::countr_zero(takes)), event);
  }
  Run& run = state.runs[index];
  run.fresh = false;
  run.open &= ~effect.closes;
}

void PatternExecutor::take(
    KeyState& key, RuleState& state, const Run* before, std::uint8_t choice, CurrentEvent& event) {
  const PositionId from = before != nullptr ? before->position : patterns::kStart;
  const PositionId target = program_.positions[from.value].transitions[choice].target;
  const VariableId variable = program_.positions[target.value].variable;
  Run run;
  if (before != nullptr) run = *before;
  if (before == nullptr) {
    run.begun = tests_.event().time;
    run.start_sequence = event.sequence();
  }
  const bool is_told_now = lasting_[target.value] == 0 && !program_.emit_preferred;
  StoredEvent* const stored = is_told_now ? event.passing() : event.captured();
  run.tail = context_.buffer.append(run.tail, stored, variable, choice);
  run.position = target;
  run.open = lasting_[target.value];
  run.fresh = true;
  run.complete = false;
  run.dead = false;
  if (accepts_[target.value]) {
    MatchBuffer::hold(run.tail);
    candidates_.push_back({run.start_sequence, run.tail, *accepts_[target.value], tests_.event().time});
  }
  enter(key, state, run);
}

/// Keeps `run` if it can go on and there is room for it.
void PatternExecutor::enter(KeyState& key, RuleState& state, const Run& run) {
  if (run.open == 0 || (state.runs.size() >= program_.run_limit.per_key && !make_room(key, state))) {
    context_.buffer.release(run.tail);
    return;
  }
  Run& entered = state.runs.emplace_back(run);
  const Gate& gate = gates_[run.position.value];
  if (!gate.joins.empty()) entered.joined = tests_.earlier_word(gate.joins.front().join, run.tail);
  ++counters_.runs_live;
  if (state.has_index) enter_index(state, static_cast<std::uint32_t>(state.runs.size() - 1));
  for (const GapLane& lane : gap_lanes_[run.position.value]) {
    const EventTime deadline = saturating_add(tests_.event().time, lane.gap);
    context_.timers.push(lane.lane, {deadline, &key, key.generation, rule_index_});
  }
}

std::size_t PatternExecutor::count_open(RuleState& state) {
  if (state.has_index) return state.index->starts().open();
  const auto waits = [](const Run& r) { return !r.dead && !r.timed_out; };
  return static_cast<std::size_t>(std::count_if(state.runs.begin(), state.runs.end(), waits));
}

/// Whether one more run may be kept beside those of `state` that wait for an event.
bool PatternExecutor::make_room(const KeyState& key, RuleState& state) {
  if (count_open(state) < program_.run_limit.per_key) return true;
  if (program_.run_limit.policy == patterns::LimitPolicy::drop_oldest) {
    drop_oldest_start(state);
    return true;
  }
  ++counters_.runs_refused;
  note_full(context_, rule_index_, key, tests_.event());
  return false;
}

/// All its runs, also those that time has closed: nothing is told of it any more.
void PatternExecutor::drop_oldest_start(RuleState& state) {
  if (state.has_index) return drop_oldest_found(state);
  std::uint64_t oldest = std::numeric_limits<std::uint64_t>::max();
  for (const Run& run : state.runs) oldest = run.dead ? oldest : std::min(oldest, run.start_sequence);
  for (Run& run : state.runs) {
    if (run.dead || run.start_sequence != oldest) continue;
    kill(state, run);
    ++counters_.runs_dropped;
  }
}

void PatternExecutor::kill(RuleState& state, Run& run) {
  if (run.dead) return;
  run.dead = true;
  any_dead_ = true;
  if (state.has_index) note_dead(state, run);
}

void PatternExecutor::remove_dead(RuleState& state) {
  if (!any_dead_) return;
  any_dead_ = false;
  if (state.has_index) return forget_died(state);
  const auto gone = [&](const Run& run) {
    if (!run.dead) return false;
    context_.buffer.release_later(run.tail);
    if (run.timed_out) --state.timed_out;
    return true;
  };
  const auto live = std::remove_if(state.runs.begin(), state.runs.end(), gone);
  counters_.runs_live -= static_cast<std::uint64_t>(state.runs.end() - live);
  state.runs.truncate(live);
}

void PatternExecutor::drop(RuleState& state) {
  for (Run& run : state.runs) kill(state, run);
  remove_dead(state);
}

}  // namespace tocsin::runtime
