#include "runtime/settings_executor.h"

#include "runtime/prior_events.h"

#include <algorithm>
#include <bit>

namespace tocsin::runtime {

using patterns::Lull;
using patterns::Position;
using patterns::RunsKept;
using patterns::Transition;
using patterns::VariableMask;

namespace {

bool any_open(const RuleState& state) {
  return std::any_of(
      state.runs.begin(), state.runs.end(), [](const Run& run) { return !run.dead && !run.timed_out; });
}

/// Of two runs that reached a step with the same event: the later start; of one start the one that comes
/// first in the order of candidates.
bool outlives(const Run& a, const Run& b) {
  if (a.start_sequence != b.start_sequence) return a.start_sequence > b.start_sequence;
  return ranks_before({a.tail, next_choice(a)}, {b.tail, next_choice(b)});
}

}  // namespace

bool SettingsExecutor::wants(const patterns::Program& program) {
  return program.runs != RunsKept::all || program.report_all || program.cancel || program.emit_preferred ||
         program.within_events > 0 || !program.lulls.empty() || !program.variable_keys.empty() ||
         prior_depth_of(program) > 0;
}

SettingsExecutor::SettingsExecutor(Context& context, std::uint32_t rule)
    : PatternExecutor{context, rule},
      kept_{program_.runs},
      preferred_{program_.emit_preferred},
      event_limit_{program_.within_events},
      prior_depth_{prior_depth_of(program_)} {
  may_index_ = false;            // what it does more, it does in passes over all runs
  VariableMask without_run = 0;  // variables that are asked for where no run is open
  for (const Lull& lull : program_.lulls) loud_ |= mask_of(lull.variable);
  for (const Position& position : program_.positions) {
    auto& takes = takes_.emplace_back(0);
    for (std::size_t i = 0; i < position.transitions.size(); ++i) {
      const Transition& t = position.transitions[i];
      if (t.kind != Transition::Kind::take) continue;
      takes |= bit_of(i);
      if (!position.variable) without_run |= mask_of(program_.positions[t.target.value].variable);
    }
  }
  for (const patterns::Guard& guard : program_.positions[patterns::kStart.value].guards)
    without_run |= mask_of(guard.variable);
  without_run |= loud_;
  for (std::size_t v = 0; v < program_.variables.size(); ++v) {
    const bool asked = (without_run >> v & 1) != 0 && program_.variables[v].prior_depth > 0;
    prior_lasts_ = prior_lasts_ || asked || program_.variables[v].prior_depth > 1;
  }
}

RuleMemory& SettingsExecutor::memory_of(RuleState& state) {
  if (state.memory == nullptr) state.memory = std::make_unique<RuleMemory>();
  return *state.memory;
}

// --- one event -------------------------------------------------------------------------------------

bool SettingsExecutor::may_open(CurrentEvent& event) {
  tests_.look_at(event);
  tests_.look_back(nullptr);
  return prior_lasts_ || tests_.any_own_holds(loud_) || PatternExecutor::may_open(event);
}

void SettingsExecutor::on_event(KeyState& key, RuleState& state, CurrentEvent& event) {
  look_at(key, state, event);
  const AlertOrder order = order_of(tests_.event());
  const Orders orders{order, order};
  if (event_limit_ > 0) close_overrun(key, state, orders);
  if (program_.cancel && !state.runs.empty()) cancel_runs(state);
  const std::size_t older = state.runs.size();
  step_runs(key, state, event);
  begin(key, state, event, orders);
  if (program_.may_double) merge_doubles(state, older);
  tell_matches(key, state, orders);
  if (kept_ == RunsKept::newest) replace_older(state, older);
  tell_rest(key, state, orders);
  remember(key, state, event);
  if (session_ && is_live(state)) extend_session(key, state);
}

/// Takes `event` in hand, as this key sees it.
void SettingsExecutor::look_at(const KeyState& key, RuleState& state, CurrentEvent& event) {
  tests_.look_at(event);
  if (prior_depth_ > 0) tests_.look_back(state.memory == nullptr ? nullptr : &state.memory->prior);
  if (!program_.variable_keys.empty()) tests_.restrict_to(variables_under(key, event.event()));
}

/// Begins runs with the event, if it may begin any.
void SettingsExecutor::begin(KeyState& key, RuleState& state, CurrentEvent& event, const Orders& orders) {
  if (kept_ == RunsKept::first) {
    if (tell_matches(key, state, orders) || any_open(state)) return;
  }
  if (kept_ != RunsKept::once) {
    begin_counted(key, state, event);
    return;
  }
  RuleMemory& memory = memory_of(state);
  if (!memory.started) memory.started = begin_counted(key, state, event);
}

bool SettingsExecutor::begin_counted(KeyState& key, RuleState& state, CurrentEvent& event) {
  if (!begin_runs(key, state, event, shut_by_lulls(state))) return false;
  if (event_limit_ > 0) {
    RuleMemory& memory = memory_of(state);
    memory.counted.push_back({event.sequence(), memory.seen});
  }
  if (preferred_ && !within_lane_) wait_for_end(key, memory_of(state));
  return true;
}

/// Ends the runs after which the event satisfies the variable of `cancel`, without a timeout.
void SettingsExecutor::cancel_runs(RuleState& state) {
  if (!tests_.own_holds(program_.cancel)) return;
  for (Run& run : state.runs) {
    if (tests_.satisfied(program_.cancel, run.tail)) kill(state, run);
  }
  remove_dead(state);
}

/// Open, and not only for an absence at the end.
bool SettingsExecutor::is_replaceable(const Run& run) const {
  return !run.dead && !run.timed_out && (run.open & takes_[run.position.value]) != 0;
}

/// `runs: newest`. Those from `older` on have reached their step with the event in hand.
void SettingsExecutor::replace_older(RuleState& state, std::size_t older) {
  for (std::size_t i = older; i < state.runs.size(); ++i) {
    const Run& run = state.runs[i];
    if (!is_replaceable(run)) continue;
    for (std::size_t j = 0; j < state.runs.size(); ++j) {
      Run& other = state.runs[j];
      const bool rivals = j != i && other.position == run.position && is_replaceable(other);
      if (rivals && (j < older || outlives(run, other))) kill(state, other);
    }
  }
}

/// `within: N events`: closes the runs that the event in hand is too late for, and tells what comes of it.
void SettingsExecutor::close_overrun(KeyState& key, RuleState& state, const Orders& orders) {
  RuleMemory& memory = memory_of(state);
  if (state.runs.empty()) memory.counted = {};
  ++memory.seen;
  std::optional<std::uint64_t> last;  // of the starts that are over
  while (!memory.counted.empty() && memory.counted.front().number + event_limit_ <= memory.seen) {
    last = memory.counted.front().start_sequence;
    memory.counted.pop_front();
  }
  if (!last) return;
  const EventTime now = tests_.event().time;
  for (Run& run : state.runs) {
    if (run.timed_out || run.start_sequence > *last) continue;
    // A gap's deadline at this very time is not over: the event still counts for it.
    close_ways(run, state, {now - Duration{1}, now, now, false}, true);
  }
  tell_matches(key, state, orders);
  tell_rest(key, state, orders);
}

// --- deadlines -------------------------------------------------------------------------------------

void SettingsExecutor::on_deadline(KeyState& key, RuleState& state, EventTime deadline) {
  context_.scratch.reset();
  const Closing closing = closing_at(deadline, state);
  const bool session_over = session_ && closing.window_over;
  for (Run& run : state.runs) {
    if (!run.timed_out) close_due(run, state, closing);
    if (deadline == kInputEnd && !run.timed_out) kill(state, run);
  }
  Orders orders;
  orders.match.decided = orders.timeout.decided = deadline;
  orders.match.phase = AlertOrder::Phase::deadline_match;
  orders.timeout.phase = AlertOrder::Phase::deadline_timeout;
  tell_matches(key, state, orders);
  tell_rest(key, state, orders);
  if (state.memory != nullptr) forget_loud(key, *state.memory, deadline, session_over);
  if (state.memory != nullptr && (session_over || (state.runs.empty() && !prior_lasts_)))
    forget_prior(state.memory->prior, context_.store);
  if (state.session_timer > deadline) return;
  state.session_timer = kTimeMax;
  if (!session_over && is_live(state)) arm_timer(key, state);
}

void SettingsExecutor::end_with(KeyState& key, RuleState& state, CurrentEvent& event) {
  const EventTime now = event.event().time;
  const AlertOrder order = order_of(event.event());
  for (Run& run : state.runs) {
    if (!run.timed_out) close_due(run, state, {now, now, now, true});
  }
  tell_matches(key, state, {order, order});
  tell_rest(key, state, {order, order});
}

// --- results ---------------------------------------------------------------------------------------

/// Reports what is complete. Whether a match took the event in hand.
bool SettingsExecutor::tell_matches(KeyState& key, RuleState& state, const Orders& orders) {
  if (!preferred_) {
    const bool any = !candidates_.empty();
    if (any) report_candidates(key, state, orders.match);
    return any;
  }
  if (!candidates_.empty()) weigh_candidates(memory_of(state));
  return decide(key, state, orders.match);
}

/// Timeouts, and with `emit: preferred` the starts that have been decided since.
void SettingsExecutor::tell_rest(KeyState& key, RuleState& state, const Orders& orders) {
  if (preferred_) {
    decide(key, state, orders.match);
    tell_decided_timeouts(key, state, orders.timeout);
  } else if (state.timed_out > 0) {
    tell_timeouts(key, state, orders.timeout);
  }
  remove_dead(state);
}

void SettingsExecutor::drop(RuleState& state) {
  PatternExecutor::drop(state);
  if (state.memory == nullptr) return;
  for (const BestMatch& best : state.memory->best) context_.buffer.release(best.tail);
  forget_prior(state.memory->prior, context_.store);
  state.memory.reset();
}

}  // namespace tocsin::runtime
