/// Many runs of one key: those that an event or a deadline concerns are found, not searched for. Part of
/// PatternExecutor.
///
/// A run waits at its position until it dies, so what the index says of it never changes. Dead runs stay in
/// the lists, and go when they are met, or all together.

#include "runtime/pattern_executor.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <utility>

namespace tocsin::runtime {

using patterns::PositionId;
using patterns::VariableId;
using patterns::VariableMask;

namespace {

/// What an index spares is weighed over so many events and deadlines. One that is not worth it is tried again
/// after so many.
constexpr std::uint32_t kTurnsWeighed = 256;
constexpr std::uint32_t kTurnsRested = 4096;

}  // namespace

// --- the index -------------------------------------------------------------------------------------

/// Of a state with many runs, before an event or a deadline is worked on.
bool PatternExecutor::goes_by_index(RuleState& state) {
  if (resting_ > 0) {
    --resting_;
    state.forget_dead_runs();
    return false;
  }
  if (!state.has_index) make_index(state);
  return true;
}

/// To find a run, or to take it in, costs as much as to look at `runs_scanned` of them. Where most events
/// concern many runs, to look at each is cheaper.
void PatternExecutor::weigh_index(const RuleState& state) {
  met_ += found_.size();
  passed_over_ += state.index->live();
  if (++turns_ < kTurnsWeighed) return;
  if (met_ * context_.runs_scanned > passed_over_) resting_ = kTurnsRested;
  met_ = passed_over_ = 0;
  turns_ = 0;
}

void PatternExecutor::make_index(RuleState& state) {
  state.has_index = true;
  state.index = std::make_unique<RunIndex>();
  of_starts_.clear();
  for (std::uint32_t i = 0; i < state.runs.size(); ++i) {
    of_starts_.push_back(i);
    await(state, i);
  }
  std::sort(of_starts_.begin(), of_starts_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::pair{state.runs[a].start_sequence, a} < std::pair{state.runs[b].start_sequence, b};
  });
  for (const std::uint32_t number : of_starts_) state.index->starts().add(state.runs[number], number);
}

/// A run that begins to wait while there is an index.
void PatternExecutor::enter_index(RuleState& state, std::uint32_t number) {
  await(state, number);
  state.index->starts().add(state.runs[number], number);
  ++met_;
}

/// Puts a run where events and the ends of gaps find it.
void PatternExecutor::await(RuleState& state, std::uint32_t number) {
  const Run& run = state.runs[number];
  state.index->begin(what_awaits(run), number);
  if (!run.timed_out) ++state.index->open_at(run.position);
  for (const GapLane& lane : gap_lanes_[run.position.value])
    state.index->waiting_for_gap(lane.number).push_back(number);
}

RunIndex::Awaited PatternExecutor::what_awaits(const Run& run) const {
  const Gate& gate = gates_[run.position.value];
  if (gate.joins.empty()) return {run.position};
  return {run.position, run.joined, gate.joins.front().join.by_order()};
}

/// Before `run` is timed out.
void PatternExecutor::note_timed_out(RuleState& state, const Run& run) {
  const auto number = static_cast<std::uint32_t>(&run - state.runs.begin());
  --state.index->open_at(run.position);
  if (state.index->starts().time_out(number)) ended_.push_back(run.start_sequence);
}

/// `run` is dead, but not yet gone.
void PatternExecutor::note_dead(RuleState& state, const Run& run) {
  const auto number = static_cast<std::uint32_t>(&run - state.runs.begin());
  died_.push_back(number);
  if (!run.timed_out) --state.index->open_at(run.position);
  if (state.index->starts().end(number, !run.timed_out)) ended_.push_back(run.start_sequence);
}

/// Lets go of what this step's dead took. They leave the list once they are as many as the others.
void PatternExecutor::forget_died(RuleState& state) {
  for (const std::uint32_t number : died_) {
    Run& run = state.runs[number];
    context_.buffer.release_later(std::exchange(run.tail, nullptr));
    if (run.timed_out) --state.timed_out;
    state.index->end();
  }
  counters_.runs_live -= died_.size();
  died_.clear();
  ended_.clear();
  if (state.index->live() > state.runs.size() / 2) return;
  state.forget_dead_runs();
  if (state.runs.size() > runs_scanned() / 2) make_index(state);
}

// --- what is found ---------------------------------------------------------------------------------

namespace {

/// As they lie in the list, each once.
void put_in_order(std::vector<std::uint32_t>& runs) {
  if (!std::is_sorted(runs.begin(), runs.end())) std::sort(runs.begin(), runs.end());
  runs.erase(std::unique(runs.begin(), runs.end()), runs.end());
}

}  // namespace

/// Those that `passes` would let through.
void PatternExecutor::find_concerned(RuleState& state) {
  found_.clear();
  for (std::uint16_t p = patterns::kStart.value + 1; p < gates_.size(); ++p) {
    if (lasting_[p] == 0 || state.index->open_at(PositionId{p}) == 0) continue;
    const VariableMask variables = tests_.passing(gates_[p].variables);
    if (variables != 0) find_concerned_at(PositionId{p}, variables, state);
  }
  put_in_order(found_);
  weigh_index(state);
}

/// variables  those whose own conditions hold
void PatternExecutor::find_concerned_at(PositionId position, VariableMask variables, RuleState& state) {
  RunIndex& index = *state.index;
  const auto is_gone = [&](std::uint32_t number) {
    const Run& run = state.runs[number];
    return run.dead || run.timed_out;
  };
  const Gate& gate = gates_[position.value];
  if (gate.joins.empty()) return index.find({position}, is_gone, found_);
  for (const auto& [variable, join] : gate.joins) {
    if ((variables & patterns::mask_of(variable)) == 0) continue;
    const std::uint64_t word = tests_.own_word(variable, join);
    if (join.is_equality()) {
      index.find({position, word}, is_gone, found_);
    } else {
      const WordRange words = join.words_that_may_hold(word);
      const auto gone = [&](std::uint32_t number, std::uint64_t) { return is_gone(number); };
      index.find_between(position, words.first, words.last, gone, found_);
    }
  }
}

/// Those of which `deadline` may close something.
void PatternExecutor::find_due(RuleState& state, EventTime deadline) {
  found_.clear();
  state.index->starts().take_over(deadline, within_, state.runs, found_);
  for (std::size_t gap = 0; gap < gaps_.size(); ++gap) {
    Fifo<std::uint32_t>& waiting = state.index->waiting_for_gap(gap);
    for (; !waiting.empty(); waiting.pop_front()) {
      const Run& run = state.runs[waiting.front()];
      if (run.dead) continue;
      if (saturating_add(run.tail->stored->time, gaps_[gap]) > deadline) break;
      found_.push_back(waiting.front());
    }
  }
  std::erase_if(found_, [&](std::uint32_t number) { return state.runs[number].timed_out; });
  put_in_order(found_);
  weigh_index(state);
}

// --- what becomes of starts ------------------------------------------------------------------------

void PatternExecutor::drop_oldest_found(RuleState& state) {
  RunsByStart& starts = state.index->starts();
  RunsByStart::Start* const oldest = starts.oldest();
  if (oldest == nullptr) return;
  of_starts_.clear();
  RunsByStart::live_of(*oldest, state.runs, of_starts_);
  for (const std::uint32_t number : of_starts_) kill(state, state.runs[number]);
  counters_.runs_dropped += of_starts_.size();
}

void PatternExecutor::settle_found(RuleState& state) {
  RunsByStart& starts = state.index->starts();
  of_starts_.clear();
  starts.live_before(dropped_.before, state.runs, of_starts_);
  for (const std::uint64_t sequence : dropped_.starts) {
    if (auto* const start = starts.find(sequence)) RunsByStart::live_of(*start, state.runs, of_starts_);
  }
  for (const std::uint32_t number : of_starts_) kill(state, state.runs[number]);
  dropped_.before = 0;
  dropped_.starts.clear();
  for (const std::uint64_t sequence : matched_) mark_matched(state, sequence);
  matched_.clear();
}

/// What comes of its runs is marked as they are.
void PatternExecutor::mark_matched(RuleState& state, std::uint64_t sequence) {
  RunsByStart::Start* const start = state.index->starts().find(sequence);
  if (start == nullptr || start->matched) return;
  start->matched = true;
  of_starts_.clear();
  RunsByStart::live_of(*start, state.runs, of_starts_);
  for (const std::uint32_t number : of_starts_) state.runs[number].matched = true;
}

void PatternExecutor::gather_ended_found(RuleState& state) {
  of_starts_.clear();
  for (const std::uint64_t sequence : ended_) {
    RunsByStart::Start& start = *state.index->starts().find(sequence);
    if (start.open == 0) RunsByStart::live_of(start, state.runs, of_starts_);
  }
  ended_.clear();
  put_in_order(of_starts_);
  for (const std::uint32_t number : of_starts_) closed_.push_back(&state.runs[number]);
}

}  // namespace tocsin::runtime
