/// Snapshots of the windows of rules without a pattern. Part of WindowExecutor.

#include "runtime/prior_events.h"
#include "runtime/snapshot.h"
#include "runtime/window_executor.h"

namespace tocsin::runtime {

void WindowExecutor::save(const RuleState& state, SnapshotWriter& out) const {
  if (prior_depth_ > 0) save_prior(state.memory == nullptr ? PriorEvents{} : state.memory->prior, out);
  out.flag(state.window != nullptr);
  if (state.window == nullptr) return;
  const WindowState& open = *state.window;
  out.number(open.windows.size());
  for (const OpenWindow& window : open.windows) {
    out.time(window.start);
    out.time(window.begin);
    out.time(window.end);
    out.number(window.events);
    out.flag(window.told);
    for (const Accumulator& aggregate : window.aggregates) aggregate.save(out);
    for (const KeptEvents& kept : window.kept) kept.save(out);
  }
  for (const StoredEvent* stored : open.recent) out.event(stored);
  out.number(open.times.size());
  for (const EventTime time : open.times) out.time(time);
  std::size_t texts = 0;
  for (const Value& v : open.values) out.value(v.is_string() ? Value::string(open.texts[texts++]) : v);
}

void WindowExecutor::restore(KeyState& key, RuleState& state, SnapshotReader& in) {
  if (prior_depth_ > 0) {
    state.memory = std::make_unique<RuleMemory>();
    restore_prior(state.memory->prior, prior_depth_, in);
  }
  if (!in.flag()) return;
  state.window = new_state();
  ++counters_.runs_live;
  WindowState& open = *state.window;
  const std::size_t windows = in.count();
  for (std::size_t i = 0; i < windows && in.ok(); ++i) restore_window(key, open.windows, in);
  open.recent.resize(keeps_recent_ ? program_.variables.size() : 0);
  for (StoredEvent*& stored : open.recent) stored = in.event();
  restore_operands(open, in);
  if (open.windows.empty() || (!aligned() && open.windows.size() > 1)) in.fail();
}

void WindowExecutor::restore_window(KeyState& key, Fifo<OpenWindow>& windows, SnapshotReader& in) {
  const patterns::ClockReading start = in.time();
  const EventTime begin = in.time();
  OpenWindow& window = this->open(windows, begin, in.time());
  window.start = start;
  window.events = in.number();
  window.told = in.flag();
  for (Accumulator& aggregate : window.aggregates) aggregate.restore(in);
  for (KeptEvents& kept : window.kept) kept.restore(in);
  if (aligned()) wake_again(context_, key, rule_index_, saturating_add(window.end, Duration{-1}));
}

/// What a sliding window will have to take away again.
void WindowExecutor::restore_operands(WindowState& state, SnapshotReader& in) {
  const std::size_t times = in.count();
  for (std::size_t i = 0; i < times && in.ok(); ++i) state.times.push_back(in.time());
  for (std::size_t i = 0; i < times * operands_.size() && in.ok(); ++i) {
    const Value v = in.value();
    state.values.push_back(v.is_string() ? Value::string({}) : v);
    if (v.is_string()) state.texts.push_back(PoolString(v.as_text()));
  }
}

}  // namespace tocsin::runtime
