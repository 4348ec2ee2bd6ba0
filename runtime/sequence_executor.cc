#include "runtime/sequence_executor.h"

#include "runtime/settings_executor.h"
#include "runtime/snapshot.h"

#include <algorithm>

namespace tocsin::runtime {

using patterns::AfterMatch;
using patterns::Link;
using patterns::Position;
using patterns::PositionId;
using patterns::Program;
using patterns::Transition;
using patterns::VariableId;

namespace {

bool is_plain_step(const Program& program, const Position& position) {
  if (position.transitions.size() != 1 || !position.guards.empty()) return false;
  const Transition& t = position.transitions.front();
  if (t.kind != Transition::Kind::take) return t.kind == Transition::Kind::accept;
  return t.link == Link::followed_by && t.gap_min == Duration{0} && t.gap_max == kForever &&
         t.rivals == patterns::mask_of(program.positions[t.target.value].variable);
}

}  // namespace

bool SequenceExecutor::takes(const Program& program) {
  if (SettingsExecutor::wants(program)) return false;
  const bool skips_plainly =
      program.after_match != AfterMatch::skip_to_first && program.after_match != AfterMatch::skip_to_last;
  return skips_plainly && program.positions.size() > 2 && program.window.kind == patterns::WindowKind::none &&
         std::all_of(program.positions.begin(), program.positions.end(), [&](const Position& position) {
           return is_plain_step(program, position);
         });
}

SequenceExecutor::SequenceExecutor(Context& context, std::uint32_t rule)
    : context_{context},
      rule_index_{rule},
      within_{context.rules->rules()[rule].program->within},
      runs_max_{context.rules->rules()[rule].program->run_limit.per_key},
      tests_{context, rule, counters_},
      emitter_{context, rule, counters_},
      program_{*context.rules->rules()[rule].program} {
  has_timeouts_ = program_.on_timeout.has_value();
  ends_all_ = program_.after_match == AfterMatch::skip_past_last_event;
  if (within_ != kForever) within_lane_ = context.timers.lane_for(within_);
  for (const Position& position : program_.positions) {
    Awaited& awaited = awaited_.emplace_back();
    const Transition& t = position.transitions.front();
    if (t.kind == Transition::Kind::accept) continue;
    const Position& target = program_.positions[t.target.value];
    const auto condition = program_.variables[target.variable.value].run_condition;
    awaited.variable = target.variable;
    awaited.next = t.target;
    awaited.last = target.transitions.front().kind == Transition::Kind::accept;
    if (!position.variable) continue;
    awaited.join = find_join(program_.expressions, condition, position.variable);
    advancing_ |= patterns::mask_of(target.variable);
  }
  may_index_ = can_index();
}

/// Whether what a run waits for is told by its word: by a value that it must be, or by order. Of other runs
/// each event would find all.
bool SequenceExecutor::can_index() const {
  bool any_join = false;
  for (std::size_t p = patterns::kStart.value + 1; p < awaited_.size(); ++p) {
    const Awaited& awaited = awaited_[p];
    if (!awaited.variable) continue;
    const bool told = awaited.join && (awaited.join->is_equality() || awaited.join->by_order());
    if (!told && program_.variables[awaited.variable.value].run_condition) return false;
    any_join = any_join || told;
  }
  return any_join;
}

// --- one event -------------------------------------------------------------------------------------

bool SequenceExecutor::may_open(CurrentEvent& event) {
  tests_.look_at(event);
  return tests_.own_holds(awaited_[patterns::kStart.value].variable);
}

void SequenceExecutor::on_event(KeyState& key, RuleState& state, CurrentEvent& event) {
  tests_.look_at(event);
  if (!state.runs.empty() && tests_.any_own_holds(advancing_)) {
    const bool all_gone =
        is_indexed(state) ? advance_found(key, state, event) : advance_scanned(key, state, event);
    if (all_gone) return;
  }
  if (tests_.satisfied(awaited_[patterns::kStart.value].variable, nullptr)) open_run(key, state, event);
}

/// Shows the event to every run. Whether a match has dropped them: what it drops started no later than its
/// last event, so all there are, and what would start now.
bool SequenceExecutor::advance_scanned(KeyState& key, RuleState& state, CurrentEvent& event) {
  bool any_ended = false;
  for (Run& run : state.runs) {
    if (!advances(run) || !advance(key, run, event)) continue;
    if (ends_all_) return drop(state), true;
    end_run(state, run);
    any_ended = true;
  }
  if (any_ended) tidy_up(state);
  return false;
}

/// The same, of runs that have an index.
bool SequenceExecutor::advance_found(KeyState& key, RuleState& state, CurrentEvent& event) {
  find_waiting(state);
  for (const std::uint32_t found : found_) {
    Run& run = state.runs[found];
    if (run.dead) continue;
    const PositionId before = run.position;
    if (advances(run) && advance(key, run, event)) {
      if (ends_all_) return drop(state), true;
      end_run(state, run);
    } else if (run.position != before || !waits_in_order(before)) {
      state.index->add(what_awaits(run), found);
    }
  }
  tidy_up(state);
  return false;
}

/// The runs that may wait for the event in hand, in the order of their starts. Those that do not wait in
/// order are taken out of the index.
void SequenceExecutor::find_waiting(RuleState& state) {
  found_.clear();
  for (std::uint16_t p = patterns::kStart.value + 1; p < awaited_.size(); ++p) {
    const VariableId variable = awaited_[p].variable;
    if (variable && tests_.own_holds(variable)) find_waiting_at(PositionId{p}, state);
  }
  std::sort(found_.begin(), found_.end());
}

void SequenceExecutor::find_waiting_at(PositionId position, RuleState& state) {
  const Awaited& awaited = awaited_[position.value];
  if (!awaited.join) return state.index->take({position}, found_);
  const std::uint64_t word = tests_.own_word(awaited.variable, *awaited.join);
  if (awaited.join->is_equality()) return state.index->take({position, word}, found_);
  const WordRange words = awaited.join->words_that_may_hold(word);
  const auto is_gone = [&](std::uint32_t number, std::uint64_t waited_with) {
    const Run& run = state.runs[number];
    return run.dead || run.position != position || run.joined != waited_with;
  };
  state.index->find_between(position, words.first, words.last, is_gone, found_);
}

/// Whether the event in hand is the one that `run` waits for.
bool SequenceExecutor::advances(const Run& run) {
  const Awaited& awaited = awaited_[run.position.value];
  return tests_.satisfied(awaited.variable, awaited.join ? &*awaited.join : nullptr, run);
}

/// Takes the event into `run`. Whether that completed its match.
bool SequenceExecutor::advance(KeyState& key, Run& run, CurrentEvent& event) {
  const Awaited& awaited = awaited_[run.position.value];
  if (awaited.last) return emit_match(key, run, event), true;
  TakenEvent* const before = run.tail;
  run.tail = context_.buffer.append(before, event.captured(), awaited.variable, 0);
  context_.buffer.release(before);
  await(run, awaited.next);
  return false;
}

void SequenceExecutor::open_run(KeyState& key, RuleState& state, CurrentEvent& event) {
  const Awaited& start = awaited_[patterns::kStart.value];
  const std::size_t live = state.has_index ? state.index->live() : state.runs.size();
  if (live >= runs_max_ && !make_room(key, state, event)) return;
  Run& run = state.runs.emplace_back();
  run.begun = event.event().time;
  run.start_sequence = event.sequence();
  run.tail = context_.buffer.append(nullptr, event.captured(), start.variable, 0);
  await(run, start.next);
  if (state.has_index)
    state.index->begin(what_awaits(run), static_cast<std::uint32_t>(state.runs.size() - 1));
  ++counters_.runs_live;
  if (!within_lane_) return;
  const EventTime deadline = saturating_add(run.begun, within_);
  context_.timers.push(*within_lane_, {deadline, &key, key.generation, rule_index_});
}

/// Whether one more run may be kept.
bool SequenceExecutor::make_room(const KeyState& key, RuleState& state, const CurrentEvent& event) {
  if (program_.run_limit.policy == patterns::LimitPolicy::drop_oldest) {
    end_run(state, state.runs[first_live(state)]);
    tidy_up(state);
    ++counters_.runs_dropped;
    return true;
  }
  ++counters_.runs_refused;
  note_full(context_, rule_index_, key, event.event());
  return false;
}

/// Puts `run`, which has just taken the event in hand, at `position`.
void SequenceExecutor::await(Run& run, PositionId position) {
  const std::optional<Join>& join = awaited_[position.value].join;
  run.position = position;
  run.open = 1;
  if (join) run.joined = tests_.earlier_word(*join, run.tail);
}

/// `tidy_up` is to follow.
void SequenceExecutor::end_run(RuleState& state, Run& run) {
  run.dead = true;
  context_.buffer.release_later(run.tail);
  run.tail = nullptr;
  --counters_.runs_live;
  if (state.has_index) state.index->end();
}

/// Removes the runs that have ended; where there is an index, once they are as many as the others.
void SequenceExecutor::tidy_up(RuleState& state) {
  if (state.has_index && state.index->live() > state.runs.size() / 2) return;
  const bool had_index = state.has_index;
  const auto gone = [](const Run& run) { return run.dead; };
  state.runs.truncate(std::remove_if(state.runs.begin(), state.runs.end(), gone));
  state.runs.shrink();
  if (!had_index) return;
  state.has_index = false;
  state.index.reset();
  if (state.runs.size() > context_.runs_scanned / 2) make_index(state);
}

void SequenceExecutor::drop(RuleState& state) {
  for (Run& run : state.runs) {
    if (!run.dead) end_run(state, run);
  }
  tidy_up(state);
}

// --- many runs -------------------------------------------------------------------------------------

bool SequenceExecutor::is_indexed(RuleState& state) {
  if (!state.has_index && may_index_ && state.runs.size() > context_.runs_scanned) make_index(state);
  return state.has_index;
}

void SequenceExecutor::make_index(RuleState& state) {
  state.has_index = true;
  state.index = std::make_unique<RunIndex>();
  for (std::uint32_t i = 0; i < state.runs.size(); ++i) state.index->begin(what_awaits(state.runs[i]), i);
}

RunIndex::Awaited SequenceExecutor::what_awaits(const Run& run) const {
  const std::optional<Join>& join = awaited_[run.position.value].join;
  if (!join) return {run.position};
  return {run.position, run.joined, waits_in_order(run.position)};
}

bool SequenceExecutor::waits_in_order(PositionId position) const {
  const std::optional<Join>& join = awaited_[position.value].join;
  return join && join->by_order();
}

/// The number of the first one that has not ended; of all there are, if there is none.
std::size_t SequenceExecutor::first_live(RuleState& state) {
  std::size_t i = state.has_index ? state.index->first() : 0;
  while (i < state.runs.size() && state.runs[i].dead) ++i;
  if (state.has_index) state.index->set_first(static_cast<std::uint32_t>(i));
  return i;
}

// --- deadlines -------------------------------------------------------------------------------------

void SequenceExecutor::on_deadline(KeyState& key, RuleState& state, EventTime deadline) {
  context_.scratch.reset();
  for (std::size_t i = first_live(state); i < state.runs.size(); ++i) {
    Run& run = state.runs[i];
    if (run.dead) continue;
    if (saturating_add(run.begun, within_) > deadline) break;
    if (has_timeouts_) emit_timeout(key, run, deadline);
    end_run(state, run);
  }
  tidy_up(state);
}

// --- snapshots -------------------------------------------------------------------------------------

void SequenceExecutor::save(const RuleState& state, SnapshotWriter& out) const {
  save_runs(state.runs, out);
}

void SequenceExecutor::restore(KeyState& key, RuleState& state, SnapshotReader& in) {
  restore_runs(state, program_, in);
  counters_.runs_live += state.runs.size();
  if (!within_lane_) return;
  for (const Run& run : state.runs)
    wake_again(context_, key, rule_index_, saturating_add(run.begun, within_));
}

// --- results ---------------------------------------------------------------------------------------

void SequenceExecutor::emit_match(KeyState& key, const Run& run, CurrentEvent& event) {
  if (emitter_.only_count(AlertKind::match)) return;
  const VariableId variable = awaited_[run.position.value].variable;
  TakenEvent last{run.tail, event.passing(), 1, variable, 0};
  ResultView result;
  result.kind = AlertKind::match;
  result.time = event.event().time;
  come_with(event.event(), result.order);
  result.key = &key;
  result.tail = &last;
  emitter_.emit(result);
}

void SequenceExecutor::emit_timeout(KeyState& key, const Run& run, EventTime deadline) {
  if (emitter_.only_count(AlertKind::timeout)) return;
  ResultView result;
  result.kind = AlertKind::timeout;
  result.time = deadline;
  result.order.decided = deadline;
  result.order.phase = AlertOrder::Phase::deadline_timeout;
  result.key = &key;
  result.tail = run.tail;
  result.waiting = patterns::mask_of(awaited_[run.position.value].variable);
  emitter_.emit(result);
}

}  // namespace tocsin::runtime
