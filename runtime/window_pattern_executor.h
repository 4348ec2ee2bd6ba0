#pragma once
/// Runs a pattern in tumbling, hopping and count windows: each window of a key is matched by itself, with
/// runs and memory of its own, and its end closes those that are open.
///
/// Windows of time are half-open: their end closes them before an event at that time is seen, and what it
/// decides has the end's time. A window of events ends with its last event.

#include "patterns/window_grid.h"
#include "runtime/pattern_executor.h"

#include <memory>

namespace tocsin::runtime {

struct PatternWindow;

class WindowPatternExecutor final : public Executor {
 public:
  static bool takes(const patterns::Program& program);

  /// inner  runs the pattern in one window
  WindowPatternExecutor(Context& context, std::uint32_t rule, std::unique_ptr<PatternExecutor> inner);

  bool may_open(CurrentEvent& event) override;

  /// cost  that of the inner executor, times the windows that hold the event
  void on_event(KeyState& key, RuleState& state, CurrentEvent& event) override;
  void on_deadline(KeyState& key, RuleState& state, EventTime deadline) override;
  void drop(RuleState& state) override;
  void save(const RuleState& state, SnapshotWriter& out) const override;
  void restore(KeyState& key, RuleState& state, SnapshotReader& in) override;
  RuleCounters& counters() override { return inner_->counters(); }

 private:
  bool counts() const { return window_.kind == patterns::WindowKind::count; }
  void keep_one_start(RuleState& state);
  void on_event_of_count(KeyState& key, RuleState& state, CurrentEvent& event);
  void on_event_of_grid(KeyState& key, RuleState& state, CurrentEvent& event);
  PatternWindow* find(WindowState& windows, patterns::ClockReading start);
  PatternWindow& open(RuleState& state, patterns::ClockReading start, EventTime begin, EventTime end);
  void arm(KeyState& key, RuleState& state);
  void forget_over(RuleState& state, EventTime deadline);

  Context& context_;
  std::uint32_t rule_index_;
  const patterns::Window& window_;
  bool once_;  // `runs: once`: a key has one start in all its windows
  patterns::WindowGrid grid_;
  std::unique_ptr<PatternExecutor> inner_;
};

}  // namespace tocsin::runtime
