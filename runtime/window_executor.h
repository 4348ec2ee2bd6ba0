#pragma once
/// Runs a rule without a pattern: aggregates over a window of its key, and `having`.
///
/// The events of a window are those that some variable takes. Tumbling, hopping, session and count windows
/// keep one accumulator for each aggregate; a sliding one also what it must take away again when events
/// leave. An alert has the last event of each variable; what else the rule names of a window's events is kept
/// beside them.

#include "patterns/window_grid.h"
#include "runtime/context.h"
#include "runtime/emitter.h"
#include "runtime/window_state.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::runtime {

/// What the state of a window depends on beside the rule's version: the events that `program` names.
std::string memory_text(const patterns::Program& program);

class WindowExecutor final : public Executor {
 public:
  WindowExecutor(Context& context, std::uint32_t rule);

  bool may_open(CurrentEvent& event) override;

  /// cost  O(aggregates) amortised; hopping: times the windows that overlap
  void on_event(KeyState& key, RuleState& state, CurrentEvent& event) override;
  void on_deadline(KeyState& key, RuleState& state, EventTime deadline) override;
  void drop(RuleState& state) override;
  void save(const RuleState& state, SnapshotWriter& out) const override;
  void restore(KeyState& key, RuleState& state, SnapshotReader& in) override;

 private:
  void look_at(CurrentEvent& event, const PriorEvents* prior);
  void restrict_to(const KeyState& key);
  void take(KeyState& key, RuleState& state, CurrentEvent& event);
  void close_all(RuleState& state);
  std::unique_ptr<WindowState> new_state();
  Value operand_of(const patterns::Aggregate& aggregate);
  Scope scope();

  // one event
  void open_windows(KeyState& key, RuleState& state);
  void open_aligned(KeyState& key, Fifo<OpenWindow>& windows, patterns::ClockReading start);
  OpenWindow& open(Fifo<OpenWindow>& windows, EventTime begin, EventTime end);
  void await_end(KeyState& key, RuleState& state);
  void add_to(OpenWindow& window, CurrentEvent& event);
  void keep_recent(WindowState& state, CurrentEvent& event);

  // sliding
  EventTime window_opens() const;
  void make_room(KeyState& key, WindowState& state);
  void evict_first(WindowState& state);
  void remember(WindowState& state);

  // results
  void name_events(const WindowState& state, const OpenWindow& window, StoredEvent* current);
  bool having(KeyState& key, const OpenWindow& window);
  void tell_if_holds(KeyState& key, const WindowState& state, OpenWindow& window, StoredEvent* current);
  void tell(KeyState& key, const OpenWindow& window, const AlertOrder& order, EventTime time);

  // time
  bool aligned() const;
  void arm(KeyState& key, RuleState& state);
  void close(KeyState& key, WindowState& state, EventTime deadline, EventTime time);
  void forget_first(WindowState& state);

  // snapshots
  void restore_window(KeyState& key, Fifo<OpenWindow>& windows, SnapshotReader& in);
  void restore_operands(WindowState& state, SnapshotReader& in);

  Context& context_;
  const DeployedRule& rule_;
  const patterns::Program& program_;
  const patterns::Window& window_;
  std::uint32_t rule_index_;
  Emitter emitter_;
  std::optional<Duration> end_after_;         // of windows that end a fixed time after an event
  std::optional<TimerQueue::Lane> end_lane_;  // for that
  std::vector<std::unique_ptr<WindowState>> spare_;
  patterns::WindowGrid grid_;     // tumbling, hopping
  std::size_t prior_depth_;       // how far back conditions look; then keys are never forgotten
  bool keeps_recent_;             // whether an alert may need events that are not at hand
  std::vector<EventNeed> needs_;  // what is named beside the last event of each variable

  const Event* event_ = nullptr;       // in hand
  EventPlace now_;                     // of the event or the deadline in hand
  patterns::VariableMask taking_ = 0;  // variables that take it
  std::vector<Value> operands_;        // of each aggregate, of the event in hand
  std::string key_bytes_;
  std::vector<TakenEvent> recent_;  // the last event of each variable in the window in hand, as a path
  std::vector<TakenEvent> named_;   // all that the rule may name, as a path; empty: those of recent_
};

}  // namespace tocsin::runtime
