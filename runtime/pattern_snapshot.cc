/// Snapshots of the keyed state of patterns. Part of PatternExecutor and SettingsExecutor.

#include "runtime/prior_events.h"
#include "runtime/settings_executor.h"
#include "runtime/snapshot.h"

#include <bit>

namespace tocsin::runtime {

using patterns::TransitionMask;

void PatternExecutor::save(const RuleState& state, SnapshotWriter& out) const {
  save_runs(state.runs, out);
}

void PatternExecutor::restore(KeyState& key, RuleState& state, SnapshotReader& in) {
  restore_runs(state, program_, in);
  counters_.runs_live += state.runs.size();
  for (const Run& run : state.runs) {
    if (!run.timed_out) wake_run(key, run);
  }
}

/// Sets the timers of an open run again: that of `within`, and those of the gaps out of its position.
void PatternExecutor::wake_run(KeyState& key, const Run& run) {
  if (within_lane_) wake_again(context_, key, rule_index_, saturating_add(run.begun, within_));
  const EventTime last = run.tail->stored->time;
  for (const GapLane& lane : gap_lanes_[run.position.value])
    wake_again(context_, key, rule_index_, saturating_add(last, lane.gap));
}

void SettingsExecutor::save(const RuleState& state, SnapshotWriter& out) const {
  PatternExecutor::save(state, out);
  out.flag(state.memory != nullptr);
  if (state.memory == nullptr) return;
  const RuleMemory& memory = *state.memory;
  out.flag(memory.started);
  out.flag(memory.waits_for_end);
  out.number(memory.seen);
  out.number(memory.counted.size());
  for (const CountedStart& counted : memory.counted) {
    out.number(counted.start_sequence);
    out.number(counted.number);
  }
  out.flag(!memory.last_loud.empty());
  for (const EventTime last : memory.last_loud) out.time(last);
  out.time(memory.lull_timer);
  save_prior(memory.prior, out);
  out.number(memory.best.size());
  for (const BestMatch& best : memory.best) {
    out.number(best.start_sequence);
    out.path(best.tail);
    out.number(best.accept);
    out.time(best.time);
  }
}

void SettingsExecutor::restore(KeyState& key, RuleState& state, SnapshotReader& in) {
  PatternExecutor::restore(key, state, in);
  if (!in.flag()) return;
  RuleMemory& memory = memory_of(state);
  memory.started = in.flag();
  memory.waits_for_end = in.flag();
  memory.seen = in.number();
  const std::size_t counted = in.count();
  for (std::size_t i = 0; i < counted && in.ok(); ++i) {
    const std::uint64_t start = in.number();
    memory.counted.push_back({start, in.number()});
  }
  if (in.flag()) memory.last_loud.resize(program_.lulls.size(), kTimeMin);
  for (EventTime& last : memory.last_loud) last = in.time();
  memory.lull_timer = in.time();
  restore_prior(memory.prior, prior_depth_, in);
  restore_best(memory, in);
  if (memory.waits_for_end) wake_again(context_, key, rule_index_, kInputEnd);
  wake_again(context_, key, rule_index_, memory.lull_timer);
}

void SettingsExecutor::restore_best(RuleMemory& memory, SnapshotReader& in) {
  const std::size_t size = in.count();
  for (std::size_t i = 0; i < size; ++i) {
    BestMatch best;
    best.start_sequence = in.number();
    best.tail = in.path(program_);
    best.accept = static_cast<std::uint16_t>(in.number_below(patterns::kTransitionsMax));
    best.time = in.time();
    if (best.tail == nullptr) return in.fail();
    memory.best.push_back(best);
  }
}

}  // namespace tocsin::runtime
