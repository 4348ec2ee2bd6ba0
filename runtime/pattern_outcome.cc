/// What runs come to: matches in their order, what they drop, timeouts, deadlines. Part of PatternExecutor.

#include "runtime/pattern_executor.h"

#include <algorithm>
#include <bit>

namespace tocsin::runtime {

using patterns::Position;
using patterns::Transition;
using patterns::TransitionMask;

namespace {

bool start_is_open(const RuleState& state, std::uint64_t start) {
  return std::any_of(state.runs.begin(), state.runs.end(), [&](const Run& run) {
    return run.start_sequence == start && !run.dead && !run.timed_out;
  });
}

}  // namespace

// --- results ---------------------------------------------------------------------------------------

bool PatternExecutor::Dropped::drops(std::uint64_t start) const {
  return start < before || std::binary_search(starts.begin(), starts.end(), start);
}

/// Reports `candidates_` in their order, each dropping of the rest what `after match` says.
void PatternExecutor::report_candidates(KeyState& key, RuleState& state, AlertOrder order) {
  const auto in_order = [](const Candidate& a, const Candidate& b) {
    if (a.start_sequence != b.start_sequence) return a.start_sequence < b.start_sequence;
    return ranks_before({a.tail, a.accept}, {b.tail, b.accept});
  };
  if (candidates_.size() > 1) std::sort(candidates_.begin(), candidates_.end(), in_order);
  const bool no_skip = program_.after_match == patterns::AfterMatch::no_skip;
  if (program_.may_double && (no_skip || program_.report_all)) drop_duplicates();
  for (const Candidate& candidate : candidates_) {
    if (program_.report_all || !dropped_.drops(candidate.start_sequence)) {
      emit_match(key, candidate, order);
      apply_after_match(candidate);
      if (no_skip && program_.may_double) mark_complete(state, candidate);
    }
    context_.buffer.release(candidate.tail);
  }
  candidates_.clear();
  settle(state);
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
  if (state.has_index) return settle_found(state);
  if (dropped_.before > 0 || !dropped_.starts.empty()) {
    for (Run& run : state.runs) {
      if (dropped_.drops(run.start_sequence) && !run.decided) kill(state, run);
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

void PatternExecutor::emit_match(KeyState& key, const Candidate& candidate, AlertOrder order) {
  ResultView result;
  result.kind = AlertKind::match;
  result.time = candidate.time;
  result.order = order;
  result.key = &key;
  result.tail = candidate.tail;
  result.window_begin = span_begin_;
  result.window_end = span_end_;
  emitter_.emit(result);
}

void PatternExecutor::emit_timeout(KeyState& key, const Run& run, AlertOrder order) {
  ResultView result;
  result.kind = AlertKind::timeout;
  result.time = run.begun;
  result.order = order;
  result.key = &key;
  result.tail = run.tail;
  result.window_begin = span_begin_;
  result.window_end = span_end_;
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

/// The last instant of a session is told as its end; other windows end just after theirs.
PatternExecutor::Closing PatternExecutor::closing_at(EventTime deadline, const RuleState& state) const {
  const EventTime end = session_ ? deadline : saturating_add(deadline, Duration{1});
  return {deadline, deadline, end, windowed_ && state.session_end <= deadline};
}

/// Closes what is due of one run.
void PatternExecutor::close_due(Run& run, RuleState& state, const Closing& closing) {
  const bool over = closing.window_over || saturating_add(run.begun, within_) <= closing.deadline;
  if (over || gates_[run.position.value].gaps) close_ways(run, state, closing, over);
}

/// Closes what is due of one run, all if it is `over`: absences become candidates, the rest can no longer be
/// taken. A run with nothing left is timed out, unless it became a candidate.
void PatternExecutor::close_ways(Run& run, RuleState& state, const Closing& closing, bool over) {
  const EventTime deadline = closing.deadline;
  const EventTime end = closing.window_over || (over && slides_) ? closing.window_end : closing.time;
  const Position& position = program_.positions[run.position.value];
  const bool gaps = gates_[run.position.value].gaps;
  const EventTime last = gaps ? run.tail->stored->time : kTimeMin;
  bool waits = false;
  bool accepted = false;
  TransitionMask passed = 0;
  for (TransitionMask open = run.open; open != 0; open &= open - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(open));
    const Transition& t = position.transitions[i];
    const bool absence = t.kind == Transition::Kind::accept_late;
    // An absence with a gap of its own is not bound by `within`: that spans the events taken.
    const bool due = (has_gap(t) && saturating_add(last, t.gap_max) <= deadline) || closing.window_over ||
                     (over && !(absence && has_gap(t)));
    if (!due) {
      waits = true;
    } else if (absence) {
      accepted = true;
      run.open &= ~bit_of(i);
      if (run.complete) continue;
      MatchBuffer::hold(run.tail);
      const EventTime time = has_gap(t) && !closing.window_over ? closing.time : end;
      candidates_.push_back({run.start_sequence, run.tail, static_cast<std::uint16_t>(i), time});
    } else {
      passed |= bit_of(i);
    }
  }
  if (waits) {
    run.open &= ~passed;
    return;
  }
  if (accepted || !program_.on_timeout || run.matched) return kill(state, run);
  if (state.has_index) note_timed_out(state, run);
  run.timed_out = true;
  run.begun = end;
  ++state.timed_out;
}

void PatternExecutor::close(
    KeyState& key, RuleState& state, const Closing& closing, AlertOrder match, AlertOrder timeout) {
  if (is_indexed(state)) {
    find_due(state, closing.deadline);
    for (const std::uint32_t number : found_) close_due(state.runs[number], state, closing);
  } else {
    for (Run& run : state.runs) {
      if (!run.timed_out) close_due(run, state, closing);
    }
  }
  if (!candidates_.empty()) report_candidates(key, state, match);
  if (state.timed_out > 0) tell_timeouts(key, state, timeout);
  remove_dead(state);
}

void PatternExecutor::end_with(KeyState& key, RuleState& state, CurrentEvent& event) {
  const EventTime now = event.event().time;
  const AlertOrder order = order_of(event.event());
  close(key, state, {now, now, now, true}, order, order);
}

void PatternExecutor::span_of_alerts(EventTime begin, EventTime end) {
  span_begin_ = begin;
  span_end_ = end;
}

void PatternExecutor::on_deadline(KeyState& key, RuleState& state, EventTime deadline) {
  context_.scratch.reset();
  AlertOrder match;
  match.decided = deadline;
  match.phase = AlertOrder::Phase::deadline_match;
  AlertOrder timeout = match;
  timeout.phase = AlertOrder::Phase::deadline_timeout;
  close(key, state, closing_at(deadline, state), match, timeout);
  if (state.session_timer > deadline) return;
  state.session_timer = kTimeMax;
  if (!state.runs.empty()) arm_timer(key, state);
}

/// An event of the session: it lasts for another gap.
void PatternExecutor::extend_session(KeyState& key, RuleState& state) {
  state.session_end = saturating_add(tests_.event().time, program_.window.size);
  if (state.session_timer == kTimeMax) arm_timer(key, state);
}

void PatternExecutor::arm_timer(KeyState& key, RuleState& state) {
  state.session_timer = state.session_end;
  context_.timers.push_unordered({state.session_end, &key, key.generation, rule_index_});
}

/// The timed out runs of starts that have no other, into `closed_`.
void PatternExecutor::gather_ended(RuleState& state) {
  closed_.clear();
  if (state.has_index) return gather_ended_found(state);
  for (Run& run : state.runs) {
    if (!run.timed_out || run.dead) continue;
    if (!rule_.may_fork || !start_is_open(state, run.start_sequence)) closed_.push_back(&run);
  }
}

/// Tells the timeout of each start whose runs have all ended: that of the run which comes first.
void PatternExecutor::tell_timeouts(KeyState& key, RuleState& state, AlertOrder order) {
  gather_ended(state);
  const auto first = [](const Run* a, const Run* b) {
    if (a->start_sequence != b->start_sequence) return a->start_sequence < b->start_sequence;
    return ranks_before({a->tail, next_choice(*a)}, {b->tail, next_choice(*b)});
  };
  if (closed_.size() > 1) std::sort(closed_.begin(), closed_.end(), first);
  std::optional<std::uint64_t> told;
  for (Run* run : closed_) {
    if (told != run->start_sequence && !run->matched) emit_timeout(key, *run, order);
    told = run->start_sequence;
    kill(state, *run);
  }
}

}  // namespace tocsin::runtime
