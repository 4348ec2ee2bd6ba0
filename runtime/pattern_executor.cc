#include "runtime/pattern_executor.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <set>

namespace tocsin::runtime {

using patterns::Guard;
using patterns::Link;
using patterns::Position;
using patterns::PositionId;
using patterns::Transition;
using patterns::TransitionMask;
using patterns::VariableId;
using patterns::VariableMask;

namespace {

constexpr TransitionMask bit(std::size_t i) {
  return TransitionMask{1} << i;
}

bool has_gap(const Transition& t) {
  return t.gap_max != kForever;
}

/// Equal for values that compare as equal.
std::uint32_t fingerprint_of(const Value& v) {
  if (v.is_string()) return static_cast<std::uint32_t>(XXH3_64bits(v.as_text().data(), v.as_text().size()));
  std::string bytes;
  append_key_bytes(bytes, v);
  return static_cast<std::uint32_t>(XXH3_64bits(bytes.data(), bytes.size()));
}

std::uint16_t next_choice(const Run& run) {
  return static_cast<std::uint16_t>(std::countr_zero(run.open));
}

bool start_is_open(const RuleState& state, std::uint64_t start) {
  return std::any_of(state.runs.begin(), state.runs.end(), [&](const Run& run) {
    return run.start_sequence == start && !run.dead && !run.timed_out;
  });
}

/// By transition: the transitions that an acceptable event closes. `->` ones close together with their group.
std::vector<TransitionMask> closing_groups(const Position& position) {
  std::vector<TransitionMask> out(position.transitions.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Transition& t = position.transitions[i];
    for (std::size_t j = 0; j < out.size(); ++j) {
      const Transition& other = position.transitions[j];
      const bool take = t.kind == Transition::Kind::take && other.kind == Transition::Kind::take;
      if (take && t.link == Link::followed_by && other.link == t.link && other.group == t.group)
        out[i] |= bit(j);
    }
  }
  return out;
}

}  // namespace

PatternExecutor::PatternExecutor(Context& context, std::uint32_t rule)
    : context_{context},
      rule_{context.rules->rules()[rule]},
      program_{*rule_.program},
      rule_index_{rule},
      emitter_{context, rule, counters_},
      session_{program_.window.kind == patterns::WindowKind::session} {
  if (program_.within != kForever) within_lane_ = context.timers.lane_for(program_.within);
  for (const Position& position : program_.positions) {
    auto& lanes = gap_lanes_.emplace_back();
    auto& accept = accepts_.emplace_back();
    auto& lasting = lasting_.emplace_back(0);
    for (std::size_t i = 0; i < position.transitions.size(); ++i) {
      const Transition& t = position.transitions[i];
      if (t.kind == Transition::Kind::accept) {
        accept = static_cast<std::uint16_t>(i);
      } else {
        lasting |= bit(i);
        if (has_gap(t)) lanes.emplace_back(context.timers.lane_for(t.gap_max), t.gap_max);
      }
    }
    std::sort(lanes.begin(), lanes.end());
    lanes.erase(std::unique(lanes.begin(), lanes.end()), lanes.end());
    closes_with_.push_back(closing_groups(position));
    make_gate(position);
  }
  fingerprints_.resize(program_.variables.size());
}

// --- conditions ------------------------------------------------------------------------------------

Scope PatternExecutor::scope(const TakenEvent* taken) {
  Scope s{program_.expressions, context_.rules->schema(), context_.scratch, counters_.null_operations};
  s.own = event_;
  s.taken = taken;
  return s;
}

void PatternExecutor::look_at(CurrentEvent& event) {
  if (looked_at_ == event.sequence()) return;
  looked_at_ = event.sequence();
  context_.scratch.reset();
  event_ = &event.event();
  typed_ = rule_.variables_of_type[event_->type.value];
  tested_ = 0;
  passed_ = 0;
  fingerprinted_ = 0;
}

bool PatternExecutor::own_holds(VariableId variable) {
  const VariableMask mask = patterns::mask_of(variable);
  if ((typed_ & mask) == 0) return false;
  if ((tested_ & mask) == 0) {
    tested_ |= mask;
    const auto condition = program_.variables[variable.value].own_condition;
    if (!condition || holds(scope(nullptr), condition)) passed_ |= mask;
  }
  return (passed_ & mask) != 0;
}

bool PatternExecutor::satisfied(VariableId variable, const TakenEvent* taken) {
  if (!own_holds(variable)) return false;
  const auto condition = program_.variables[variable.value].run_condition;
  return !condition || holds(scope(taken), condition);
}

// --- gates -----------------------------------------------------------------------------------------

void PatternExecutor::make_gate(const Position& position) {
  Gate& gate = gates_.emplace_back();
  gate.plain = position.guards.empty();
  std::size_t takes = 0;
  for (const Transition& t : position.transitions) {
    gate.gaps = gate.gaps || has_gap(t);
    if (t.kind != Transition::Kind::take) continue;
    ++takes;
    gate.plain = gate.plain && t.link != Link::next;
    gate.joined = program_.positions[t.target.value].variable;
    gate.targets |= patterns::mask_of(gate.joined);
  }
  if (gate.plain && takes == 1) find_join(program_.variables[gate.joined.value].run_condition, gate);
}

/// Looks for a conjunct `attribute == v.attribute`.
void PatternExecutor::find_join(patterns::ExpressionId condition, Gate& gate) const {
  if (!condition) return;
  const patterns::ExpressionNode& node = program_.expressions.node(condition);
  if (node.op == patterns::Op::logical_and) {
    for (std::size_t i = 0; i < node.operand_count; ++i)
      find_join(program_.expressions.operand(node, i), gate);
  }
  if (node.op != patterns::Op::equal) return;
  using Which = patterns::EventPick::Which;
  for (const std::size_t own : {0, 1}) {
    const auto own_id = program_.expressions.operand(node, own);
    const auto earlier_id = program_.expressions.operand(node, 1 - own);
    const auto& own_node = program_.expressions.node(own_id);
    const auto& earlier_node = program_.expressions.node(earlier_id);
    const bool attributes =
        own_node.op == patterns::Op::attribute && earlier_node.op == patterns::Op::attribute;
    if (!attributes || own_node.pick.which != Which::own || earlier_node.pick.which == Which::own) continue;
    gate.own = own_id;
    gate.earlier = earlier_id;
  }
}

std::uint32_t PatternExecutor::event_fingerprint(const Gate& gate) {
  const VariableMask mask = patterns::mask_of(gate.joined);
  std::uint32_t& fingerprint = fingerprints_[gate.joined.value];
  if ((fingerprinted_ & mask) == 0) {
    fingerprinted_ |= mask;
    fingerprint = fingerprint_of(evaluate(scope(nullptr), gate.own));
  }
  return fingerprint;
}

/// Whether the event in hand may change `run`. False is certain.
bool PatternExecutor::passes(const Run& run) {
  const Gate& gate = gates_[run.position.value];
  if (!gate.plain) return true;
  for (VariableMask targets = gate.targets & typed_ & ~tested_; targets != 0; targets &= targets - 1) {
    own_holds(VariableId{static_cast<std::uint16_t>(std::countr_zero(targets))});
  }
  if ((passed_ & gate.targets) == 0) return false;
  return !gate.own || run.fingerprint == event_fingerprint(gate);
}

// --- one event -------------------------------------------------------------------------------------

bool PatternExecutor::may_open(CurrentEvent& event) {
  look_at(event);
  const auto& starts = program_.positions[patterns::kStart.value].transitions;
  return std::any_of(starts.begin(), starts.end(), [&](const Transition& t) {
    return own_holds(program_.positions[t.target.value].variable);
  });
}

void PatternExecutor::on_event(KeyState& key, RuleState& state, CurrentEvent& event) {
  look_at(event);
  const std::size_t open = state.runs.size();
  for (std::size_t i = 0; i < open; ++i) {
    if (!state.runs[i].timed_out && passes(state.runs[i])) step(key, state, i, event);
  }
  begin_runs(key, state, event);
  if (!candidates_.empty()) {
    report_candidates(key, order_of(*event_), event_->time);
    settle(state);
  }
  if (state.timed_out > 0) tell_timeouts(key, state, order_of(*event_));
  remove_dead(state);
  if (session_ && !state.runs.empty()) extend_session(key, state);
}

void PatternExecutor::begin_runs(KeyState& key, RuleState& state, CurrentEvent& event) {
  const auto& starts = program_.positions[patterns::kStart.value].transitions;
  bool began = false;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    if (!satisfied(program_.positions[starts[i].target.value].variable, nullptr)) continue;
    take(key, state, nullptr, static_cast<std::uint16_t>(i), event);
    began = true;
  }
  if (began && within_lane_) {
    const EventTime deadline = saturating_add(event_->time, program_.within);
    context_.timers.push(*within_lane_, {deadline, &key, key.generation, rule_index_});
  }
}

void PatternExecutor::try_guards(const Run& run,
                                 const Position& position,
                                 Effect& effect,
                                 TransitionMask& blocked) {
  for (const Guard& guard : position.guards) {
    if ((guard.closes & run.open) == 0 || (guard.next_only && !run.fresh)) continue;
    if (!satisfied(guard.variable, run.tail)) continue;
    effect.closes |= guard.closes;
    if (guard.blocks_take) blocked |= guard.closes;
  }
}

PatternExecutor::Effect PatternExecutor::effect_of(const Run& run) {
  const Position& position = program_.positions[run.position.value];
  Effect effect;
  TransitionMask blocked = 0;
  try_guards(run, position, effect, blocked);
  // Without gaps the time of the last event does not matter, and is not worth a look at it.
  const EventTime last = gates_[run.position.value].gaps ? run.tail->stored->event.time : event_->time;
  for (TransitionMask open = run.open; open != 0; open &= open - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(open));
    const Transition& t = position.transitions[i];
    if (t.kind != Transition::Kind::take) continue;
    if (t.link == Link::next) effect.closes |= bit(i);
    if (event_->time > saturating_add(last, t.gap_max)) {
      effect.expired |= bit(i);
      continue;
    }
    if (event_->time < saturating_add(last, t.gap_min)) continue;
    if (!satisfied(program_.positions[t.target.value].variable, run.tail)) continue;
    effect.closes |= closes_with_[run.position.value][i];
    if ((blocked & bit(i)) == 0) effect.takes |= bit(i);
  }
  return effect;
}

void PatternExecutor::step(KeyState& key, RuleState& state, std::size_t index, CurrentEvent& event) {
  const Effect effect = effect_of(state.runs[index]);
  for (TransitionMask takes = effect.takes; takes != 0; takes &= takes - 1) {
    take(key, state, &state.runs[index], static_cast<std::uint16_t>(std::countr_zero(takes)), event);
  }
  Run& run = state.runs[index];
  run.fresh = false;
  run.open &= ~effect.closes;
  if ((run.open & ~effect.expired) == 0) kill(run);
}

void PatternExecutor::take(
    KeyState& key, RuleState& state, const Run* before, std::uint16_t choice, CurrentEvent& event) {
  const PositionId from = before != nullptr ? before->position : patterns::kStart;
  const PositionId target = program_.positions[from.value].transitions[choice].target;
  const VariableId variable = program_.positions[target.value].variable;
  Run run;
  if (before != nullptr) run = *before;
  if (before == nullptr) {
    run.start = event_->time;
    run.start_sequence = event.sequence();
  }
  run.tail = context_.buffer.append(run.tail, event.captured(), variable, choice);
  run.position = target;
  run.open = lasting_[target.value];
  run.fresh = true;
  if (accepts_[target.value]) {
    MatchBuffer::hold(run.tail);
    candidates_.push_back({run.start_sequence, run.tail, *accepts_[target.value]});
  }
  enter(key, state, run);
}

/// Keeps `run` if it can go on.
void PatternExecutor::enter(KeyState& key, RuleState& state, const Run& run) {
  if (run.open == 0 || state.runs.size() >= kRunsPerKeyMax) {
    counters_.runs_refused += run.open == 0 ? 0 : 1;
    context_.buffer.release(run.tail);
    return;
  }
  Run& entered = state.runs.emplace_back(run);
  const Gate& gate = gates_[run.position.value];
  if (gate.earlier) entered.fingerprint = fingerprint_of(evaluate(scope(run.tail), gate.earlier));
  ++counters_.runs_live;
  for (const auto& [lane, gap] : gap_lanes_[run.position.value]) {
    context_.timers.push(lane, {saturating_add(event_->time, gap), &key, key.generation, rule_index_});
  }
}

void PatternExecutor::kill(Run& run) {
  run.dead = true;
  any_dead_ = true;
}

void PatternExecutor::remove_dead(RuleState& state) {
  if (!any_dead_) return;
  any_dead_ = false;
  const auto gone = [&](const Run& run) {
    if (!run.dead) return false;
    context_.buffer.release(run.tail);
    state.timed_out -= run.timed_out ? 1 : 0;
    return true;
  };
  const auto live = std::remove_if(state.runs.begin(), state.runs.end(), gone);
  counters_.runs_live -= static_cast<std::uint64_t>(state.runs.end() - live);
  state.runs.erase(live, state.runs.end());
}

void PatternExecutor::drop(RuleState& state) {
  for (Run& run : state.runs) kill(run);
  remove_dead(state);
}

// --- results ---------------------------------------------------------------------------------------

bool PatternExecutor::Dropped::drops(std::uint64_t start) const {
  return start < before || std::binary_search(starts.begin(), starts.end(), start);
}

/// Reports `candidates_` in their order, each dropping of the rest what `after match` says.
void PatternExecutor::report_candidates(KeyState& key, AlertOrder order, EventTime time) {
  const auto in_order = [](const Candidate& a, const Candidate& b) {
    if (a.start_sequence != b.start_sequence) return a.start_sequence < b.start_sequence;
    return ranks_before({a.tail, a.accept}, {b.tail, b.accept});
  };
  if (candidates_.size() > 1) std::sort(candidates_.begin(), candidates_.end(), in_order);
  if (program_.after_match == patterns::AfterMatch::no_skip) drop_duplicates();
  for (const Candidate& candidate : candidates_) {
    if (!dropped_.drops(candidate.start_sequence)) {
      emit_match(key, candidate, order, time);
      apply_after_match(candidate);
    }
    context_.buffer.release(candidate.tail);
  }
  candidates_.clear();
}

/// Two ways through the pattern that give the same (event, variable) pairs are one match: the first stays.
void PatternExecutor::drop_duplicates() {
  const auto pairs = [](const Candidate& c) {
    std::vector<std::pair<std::uint64_t, std::uint16_t>> out;
    for (const TakenEvent* t = c.tail; t != nullptr; t = t->before) {
      out.emplace_back(t->stored->sequence, t->variable.value);
    }
    return out;
  };
  if (candidates_.size() < 2) return;
  std::set<std::vector<std::pair<std::uint64_t, std::uint16_t>>> seen;
  std::erase_if(candidates_, [&](const Candidate& c) {
    if (seen.insert(pairs(c)).second) return false;
    context_.buffer.release(c.tail);
    return true;
  });
}

/// The sequence of the first or last event that a variable of `skip_to` took; none if there is none.
std::optional<std::uint64_t> PatternExecutor::skip_target(const TakenEvent* tail) const {
  std::optional<std::uint64_t> target;
  for (; tail != nullptr; tail = tail->before) {
    if ((patterns::mask_of(tail->variable) & program_.skip_to) == 0) continue;
    target = tail->stored->sequence;
    if (program_.after_match == patterns::AfterMatch::skip_to_last) break;
  }
  return target;
}

void PatternExecutor::apply_after_match(const Candidate& match) {
  using enum patterns::AfterMatch;
  switch (program_.after_match) {
    case no_skip:
      matched_.push_back(match.start_sequence);
      return;
    case skip_past_last_event:
      dropped_.before = std::max(dropped_.before, match.tail->stored->sequence + 1);
      return;
    case skip_to_next_event:
      break;
    case skip_to_first:
    case skip_to_last:
      dropped_.before = std::max(dropped_.before, skip_target(match.tail).value_or(0));
      break;
  }
  dropped_.starts.push_back(match.start_sequence);
}

/// Drops from the runs what the reports of this step drop.
void PatternExecutor::settle(RuleState& state) {
  if (dropped_.before > 0 || !dropped_.starts.empty()) {
    for (Run& run : state.runs) {
      if (dropped_.drops(run.start_sequence)) kill(run);
    }
    dropped_.before = 0;
    dropped_.starts.clear();
  }
  for (Run& run : state.runs) {
    if (matched_.empty()) break;
    run.matched = run.matched || std::binary_search(matched_.begin(), matched_.end(), run.start_sequence);
  }
  matched_.clear();
}

void PatternExecutor::emit_match(KeyState& key,
                                 const Candidate& candidate,
                                 AlertOrder order,
                                 EventTime time) {
  ResultView result;
  result.kind = AlertKind::match;
  result.time = time;
  result.order = order;
  result.key = &key;
  result.tail = candidate.tail;
  emitter_.emit(result);
}

void PatternExecutor::emit_timeout(KeyState& key, const Run& run, AlertOrder order) {
  ResultView result;
  result.kind = AlertKind::timeout;
  result.time = run.closed_at;
  result.order = order;
  result.key = &key;
  result.tail = run.tail;
  const Position& position = program_.positions[run.position.value];
  for (TransitionMask open = run.open; open != 0; open &= open - 1) {
    const Transition& t = position.transitions[static_cast<std::size_t>(std::countr_zero(open))];
    if (t.kind == Transition::Kind::take) {
      result.waiting |= patterns::mask_of(program_.positions[t.target.value].variable);
    }
  }
  emitter_.emit(result);
}

// --- deadlines -------------------------------------------------------------------------------------

/// Closes what `deadline` closes of one run: absences become candidates, the rest can no longer be taken. A
/// run with nothing left is timed out, unless it became a candidate.
void PatternExecutor::close_due(Run& run, RuleState& state, EventTime deadline, bool session_over) {
  const Position& position = program_.positions[run.position.value];
  const bool gaps = gates_[run.position.value].gaps;
  const bool over = session_over || saturating_add(run.start, program_.within) <= deadline;
  if (!over && !gaps) return;
  const EventTime last = gaps ? run.tail->stored->event.time : kTimeMin;
  bool waits = false;
  bool accepted = false;
  for (TransitionMask open = run.open; open != 0; open &= open - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(open));
    const Transition& t = position.transitions[i];
    const bool absence = t.kind == Transition::Kind::accept_late;
    // An absence with a gap of its own is not bound by `within`: that spans the events taken.
    const bool due = (has_gap(t) && saturating_add(last, t.gap_max) <= deadline) || session_over ||
                     (over && !(absence && has_gap(t)));
    if (!due) {
      waits = true;
    } else if (absence) {
      accepted = true;
      run.open &= ~bit(i);
      MatchBuffer::hold(run.tail);
      candidates_.push_back({run.start_sequence, run.tail, static_cast<std::uint16_t>(i)});
    }
  }
  if (waits) return;
  if (accepted || !program_.on_timeout || run.matched) return kill(run);
  run.timed_out = true;
  run.closed_at = deadline;
  ++state.timed_out;
}

void PatternExecutor::on_deadline(KeyState& key, RuleState& state, EventTime deadline) {
  context_.scratch.reset();
  const bool session_over = session_ && state.session_end <= deadline;
  for (Run& run : state.runs) {
    if (!run.timed_out) close_due(run, state, deadline, session_over);
  }
  AlertOrder order;
  order.decided = deadline;
  order.phase = AlertOrder::Phase::deadline_match;
  if (!candidates_.empty()) {
    report_candidates(key, order, deadline);
    settle(state);
  }
  order.phase = AlertOrder::Phase::deadline_timeout;
  if (state.timed_out > 0) tell_timeouts(key, state, order);
  remove_dead(state);
  if (state.session_timer > deadline) return;
  state.session_timer = kTimeMax;
  if (!state.runs.empty()) arm_timer(key, state);
}

/// An event of the session: it lasts for another gap.
void PatternExecutor::extend_session(KeyState& key, RuleState& state) {
  state.session_end = saturating_add(event_->time, program_.window.size);
  if (state.session_timer == kTimeMax) arm_timer(key, state);
}

void PatternExecutor::arm_timer(KeyState& key, RuleState& state) {
  state.session_timer = state.session_end;
  context_.timers.push_unordered({state.session_end, &key, key.generation, rule_index_});
}

/// Tells the timeout of each start whose runs have all ended: that of the run which comes first.
void PatternExecutor::tell_timeouts(KeyState& key, RuleState& state, AlertOrder order) {
  std::vector<Run*> closed;
  for (Run& run : state.runs) {
    if (run.timed_out && !run.dead) closed.push_back(&run);
  }
  const auto first = [](const Run* a, const Run* b) {
    if (a->start_sequence != b->start_sequence) return a->start_sequence < b->start_sequence;
    return ranks_before({a->tail, next_choice(*a)}, {b->tail, next_choice(*b)});
  };
  std::sort(closed.begin(), closed.end(), first);
  std::optional<std::uint64_t> told;
  for (Run* run : closed) {
    if (rule_.may_fork && start_is_open(state, run->start_sequence)) continue;
    if (told != run->start_sequence && !run->matched) emit_timeout(key, *run, order);
    told = run->start_sequence;
    kill(*run);
  }
}

}  // namespace tocsin::runtime
