#pragma once
/// What a window rule keeps under one key: aggregates of the windows that are open, or the runs in them.

#include "patterns/window_grid.h"
#include "runtime/aggregate.h"
#include "runtime/block_pool.h"
#include "runtime/evaluator.h"
#include "runtime/fifo.h"
#include "runtime/kept_events.h"
#include "runtime/key_store.h"

#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace tocsin::runtime {

/// One window that is open: what it spans and its aggregates so far.
class OpenWindow final : public WindowAnswers {
 public:
  OpenWindow(const patterns::ExpressionPool& expressions, EventTime first, EventTime last);
  Value answer(patterns::AggregateId id, std::uint64_t& null_operations) const override;

  patterns::ClockReading start;  ///< tumbling, hopping: what the clock showed when it began
  EventTime begin;
  EventTime end;             ///< tumbling, hopping: exclusive; others: of the last event
  std::uint64_t events = 0;  ///< that some variable took
  bool told = false;         ///< `emit: first`: has alerted. Sliding: has held ever since it alerted
  boost::container::small_vector<Accumulator, 1, PoolAllocator<Accumulator>> aggregates;
  PoolVector<KeptEvents> kept;  ///< by what the rule's expressions name beside the last event of a variable
};

/// One open window of a rule with a pattern, and the runs in it.
struct PatternWindow {
  patterns::ClockReading start;  ///< tumbling, hopping: what the clock showed when it began
  EventTime begin;
  EventTime end = kTimeMax;  ///< what comes then is not in it; kTimeMax: only events end it
  std::uint64_t events = 0;  ///< that the rule saw in it; count windows
  RuleState state{0};

  /// The last instant in the window.
  EventTime deadline() const { return end == kTimeMax ? kTimeMax : end - Duration{1}; }
};

/// What one window rule keeps under one key.
class WindowState : public FromPool {
 public:
  /// As new, but for the memory.
  void clear() {
    windows.clear();
    recent.clear();
    times.clear();
    values.clear();
    texts.clear();
  }

  Fifo<OpenWindow> windows;         ///< by begin; more than one only when hopping
  PoolVector<StoredEvent*> recent;  ///< by variable: its last event, held; null if none. Only where kept
  Fifo<EventTime> times;            ///< sliding: of each event in the window
  Fifo<Value> values;               ///< sliding: its operand of each aggregate, text in `texts`
  Fifo<PoolString> texts;           ///< sliding: of the operands that are text, in order

  PoolVector<PatternWindow> patterns;  ///< of a rule with a pattern; by begin

  /// Calls `visit(StoredEvent*&)` for each event that is held, but for those that runs have taken.
  template <class Visit>
  void for_each_event(Visit&& visit) {
    for (StoredEvent*& stored : recent) {
      if (stored != nullptr) visit(stored);
    }
    for (OpenWindow& window : windows) {
      for (KeptEvents& kept : window.kept) kept.for_each(visit);
    }
  }
};

}  // namespace tocsin::runtime
