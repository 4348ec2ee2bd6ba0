#pragma once
/// Matches and timeouts -> alerts, each with its place in their order.

#include "runtime/alert_writer.h"
#include "runtime/context.h"
#include "runtime/derived_event.h"
#include "runtime/key_store.h"

#include <array>
#include <vector>

namespace tocsin::runtime {

/// One result of a rule, in the words its outputs are made from. Borrowed.
struct ResultView {
  AlertKind kind = AlertKind::match;
  EventTime time;    ///< of the last event, the deadline, or the window's end
  AlertOrder order;  ///< decided and phase, and of an event its place; the emitter fills in the rest
  KeyState* key = nullptr;
  const TakenEvent* tail = nullptr;       ///< the last event taken; of a window, of those that the alert has
  const TakenEvent* named = nullptr;      ///< windows: the last of the events that the outputs may name
  const WindowAnswers* window = nullptr;  ///< window rules
  EventTime window_begin = kTimeMin;      ///< what the window spans, if the alert is to tell it
  EventTime window_end = kTimeMin;
  patterns::VariableMask waiting = 0;  ///< timeouts: variables that could have gone on
};

/// Makes of the fresh `order` the place in the order of alerts of what `event` brings.
inline void come_with(const Event& event, AlertOrder& order) {
  order.decided = event.time;
  order.partition = event.partition.value;
  order.offset = event.offset;
}

inline AlertOrder order_of(const Event& event) {
  AlertOrder order;
  come_with(event, order);
  return order;
}

/// For one rule of one shard.
class Emitter {
 public:
  Emitter(Context& context, std::uint32_t rule, RuleCounters& counters);

  /// Counts the result and, if the rule emits it, appends its alert. Fills in the rest of its order.
  /// cost  one buffer append; texts only of what the rule's message and fields name
  void emit(ResultView& result) {
    if (!only_count(result.kind)) tell(result);
  }

  /// Counts a result of `kind` if no more is to be done with it, for callers to whom making it is a cost;
  /// if not, says false, and it is for `emit`.
  bool only_count(AlertKind kind) {
    if (!counts_only(kind)) return false;
    count(kind, 1);
    return true;
  }

  /// Whether results of `kind` are but counted.
  bool counts_only(AlertKind kind) const {
    const bool derives = derives_[static_cast<std::size_t>(kind)];
    return !tells(kind) || (!context_.render_alerts && !derives && !suppresses_);
  }

  /// So many results of `kind`, which are.
  void count(AlertKind kind, std::uint64_t results) {
    (kind == AlertKind::match ? counters_.matches : counters_.timeouts) += results;
    if (tells(kind)) counters_.alerts += results;
  }

 private:
  bool tells(AlertKind kind) const { return kind == AlertKind::match ? tells_matches_ : tells_timeouts_; }

  std::optional<TypeId> emitted_type(AlertKind kind) const;
  bool derives(AlertKind kind) const;
  void tell(ResultView& result);
  std::optional<std::uint64_t> held_back_before(const ResultView& result);
  void complete(ResultView& result);
  void derive(const ResultView& result);
  AlertView view_of(const ResultView& result, std::uint64_t suppressed) const;

  Context& context_;
  std::uint32_t rule_;
  const patterns::Program& program_;
  RuleCounters& counters_;
  std::array<bool, 2> derives_;  // by AlertKind: other rules see what becomes of such alerts
  bool tells_matches_;           // the rule has an output for them
  bool tells_timeouts_;
  bool suppresses_;
  DerivedWriter derived_writer_;
  AlertWriter writer_;

  EventTime ordinal_decided_ = kTimeMin;
  std::uint32_t ordinal_ = 0;
  std::vector<const TakenEvent*> path_;  // of the result in hand
};

}  // namespace tocsin::runtime
