#pragma once
/// Runs a rule without a pattern: aggregates over a window of its key, and `having`.
///
/// The events of a window are those that some variable takes. Tumbling, hopping, session and count windows
/// keep one accumulator for each aggregate; a sliding one also what it must take away again when events
/// leave. An alert names the last event of each variable.

#include "runtime/aggregate.h"
#include "runtime/context.h"
#include "runtime/emitter.h"
#include "runtime/fifo.h"
#include "runtime/key_store.h"

#include <memory>
#include <optional>
#include <vector>

namespace tocsin::runtime {

/// One window that is open: what it spans and its aggregates so far.
class OpenWindow final : public WindowAnswers {
 public:
  OpenWindow(const patterns::ExpressionPool& expressions, EventTime first, EventTime last);
  Value answer(patterns::AggregateId id, std::uint64_t& null_operations) const override;

  EventTime begin;
  EventTime end;             ///< tumbling, hopping: exclusive; others: of the last event
  std::uint64_t events = 0;  ///< that some variable took
  bool told = false;         ///< `emit: first`: has alerted. Sliding: has held ever since it alerted
  std::vector<Accumulator> aggregates;
};

/// What one window rule keeps under one key.
class WindowState {
 public:
  /// As new, but for the memory.
  void clear() {
    windows.clear();
    recent.clear();
    times.clear();
    values.clear();
    texts.clear();
  }

  Fifo<OpenWindow> windows;          ///< by begin; more than one only when hopping
  std::vector<StoredEvent*> recent;  ///< by variable: its last event, held; null if none. Only where kept
  Fifo<EventTime> times;             ///< sliding: of each event in the window
  Fifo<Value> values;                ///< sliding: its operand of each aggregate, text in `texts`
  Fifo<std::string> texts;           ///< sliding: of the operands that are text, in order
};

class WindowExecutor final : public Executor {
 public:
  WindowExecutor(Context& context, std::uint32_t rule);

  bool may_open(CurrentEvent& event) override;

  /// cost  O(aggregates) amortised; hopping: times the windows that overlap
  void on_event(KeyState& key, RuleState& state, CurrentEvent& event) override;
  void on_deadline(KeyState& key, RuleState& state, EventTime deadline) override;
  void drop(RuleState& state) override;

 private:
  void look_at(const Event& event);
  std::unique_ptr<WindowState> new_state();
  Value operand_of(const patterns::Aggregate& aggregate);
  Scope scope();

  // one event
  void open_windows(KeyState& key, RuleState& state);
  void open_aligned(KeyState& key, Fifo<OpenWindow>& windows, EventTime begin);
  void add_to(OpenWindow& window);
  void keep_recent(WindowState& state, CurrentEvent& event);

  // sliding
  EventTime window_opens() const;
  void make_room(KeyState& key, WindowState& state);
  void evict_first(WindowState& state);
  void remember(WindowState& state);

  // results
  const TakenEvent* recent_chain(const WindowState& state, const OpenWindow& window, StoredEvent* current);
  bool having(KeyState& key, const OpenWindow& window, const TakenEvent* recent);
  void tell_if_holds(KeyState& key, OpenWindow& window, const TakenEvent* recent);
  void tell(KeyState& key,
            const OpenWindow& window,
            const TakenEvent* recent,
            const AlertOrder& order,
            EventTime time);

  // time
  void await_end(KeyState& key, RuleState& state);
  static EventTime floor_to(EventTime time, Duration step);
  void arm(KeyState& key, RuleState& state);
  void close(KeyState& key, const WindowState& state, EventTime deadline, EventTime time);

  Context& context_;
  const DeployedRule& rule_;
  const patterns::Program& program_;
  const patterns::Window& window_;
  std::uint32_t rule_index_;
  Emitter emitter_;
  std::optional<TimerQueue::Lane> end_lane_;  // of windows that end a fixed time after an event
  std::vector<std::unique_ptr<WindowState>> spare_;
  bool keeps_recent_;  // whether an alert may need events that are not at hand

  const Event* event_ = nullptr;       // in hand
  patterns::VariableMask taking_ = 0;  // variables that take it
  std::vector<Value> operands_;        // of each aggregate, of the event in hand
  std::vector<TakenEvent> chain_;      // of recent_chain
};

}  // namespace tocsin::runtime
