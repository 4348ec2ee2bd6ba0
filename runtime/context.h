#pragma once
/// What the executors of one shard share.

#include "base/arena.h"
#include "runtime/alert.h"
#include "runtime/counters.h"
#include "runtime/event_facts.h"
#include "runtime/event_store.h"
#include "runtime/match_buffer.h"
#include "runtime/rule_set.h"
#include "runtime/run_limit.h"
#include "runtime/table_store.h"
#include "runtime/timer_queue.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace tocsin::runtime {

/// What all rules of a shard keep events in.
struct Memory {
  EventStore store;
  MatchBuffer buffer{store};
};

/// For the rules of one level, which move through time together.
struct Context {
  Context(Memory& memory, std::shared_ptr<const RuleSet> set)
      : rules{std::move(set)}, store{memory.store}, buffer{memory.buffer} {}

  std::shared_ptr<const RuleSet> rules;
  const TableStore* tables = nullptr;
  EventStore& store;
  MatchBuffer& buffer;
  TimerQueue timers;
  EventTime now = kTimeMin;      ///< between steps: every deadline before it has been worked through
  EventFacts* facts = nullptr;   ///< of the event in hand
  Arena scratch;                 ///< texts made while one event or deadline is worked on
  AlertBatch* alerts = nullptr;  ///< where alerts go during a step
  std::size_t emitted_bytes_max = kEmittedBytesMax;
  std::size_t runs_scanned = kRunsScanned;
  bool render_alerts = true;            ///< false: counted only
  bool idle_clock = false;              ///< wall time stands in for the events'
  std::optional<LimitFailure> failure;  ///< the first of a step
};

/// The event being worked on, captured at most once, when the first run that goes on takes it.
class CurrentEvent {
 public:
  CurrentEvent(Context& context, const Event& event, std::uint64_t sequence)
      : context_{context}, event_{event}, sequence_{sequence} {}
  ~CurrentEvent() {
    if (stored_ != nullptr) context_.store.release(stored_);
  }
  CurrentEvent(const CurrentEvent&) = delete;
  CurrentEvent& operator=(const CurrentEvent&) = delete;

  /// The event as it lies in its batch, for a match that is told and forgotten before the next event.
  StoredEvent* passing() {
    if (stored_ != nullptr) return stored_;
    if (!passing_) passing_.emplace(event_, sequence_);
    return &*passing_;
  }

  const Event& event() const { return event_; }
  std::uint64_t sequence() const { return sequence_; }

  /// What is known of the event under the rule that it is shown to: of which variables the conditions hold of
  /// it by itself, and of which they do not.
  struct Known {
    patterns::VariableMask holds = 0;
    patterns::VariableMask fails = 0;
  };
  const Known& known() const { return known_; }
  void know(const Known& known) { known_ = known; }

  StoredEvent* captured() {
    if (stored_ == nullptr) stored_ = context_.store.capture(event_, context_.rules->schema(), sequence_);
    return stored_;
  }

 private:
  Context& context_;
  const Event& event_;
  std::uint64_t sequence_;
  Known known_;
  std::optional<PassingEvent> passing_;
  StoredEvent* stored_ = nullptr;
};

/// One rule in one shard: keeps the rule's keyed state going. Own scratch, no keyed state of its own.
class Executor {
 public:
  virtual ~Executor() = default;

  /// Whether `event` may open something under a key that has nothing open. Asked before a key is made for it.
  virtual bool may_open(CurrentEvent& event) = 0;

  /// Takes an event that the rule sees. `state` may be idle before and after.
  virtual void on_event(struct KeyState& key, struct RuleState& state, CurrentEvent& event) = 0;

  /// Time has gone beyond `deadline`, and `state` has not heard of any later time.
  virtual void on_deadline(struct KeyState& key, struct RuleState& state, EventTime deadline) = 0;

  /// Whether all it ever keeps in a RuleState are runs.
  virtual bool keeps_only_runs() const { return false; }

  /// Of a rule that watches the keys of a table: the row of `key` has come or gone.
  virtual void on_row(struct KeyState& /*key*/,
                      struct RuleState& /*state*/,
                      EventTime /*time*/,
                      bool /*there*/) {}

  /// Lets go of all that `state` holds, without a word.
  virtual void drop(struct RuleState& state) = 0;

  /// Writes what `state` holds, but for what all rules may have: `silence` and the times of the session.
  virtual void save(const struct RuleState& state, class SnapshotWriter& out) const = 0;

  /// Reads it back into the fresh `state`, with live runs counted, and sets its timers again but for that of
  /// the session. What cannot be fails the reader; `state` can then only be destroyed.
  virtual void restore(struct KeyState& key, struct RuleState& state, class SnapshotReader& in) = 0;

  virtual RuleCounters& counters() { return counters_; }

 protected:
  RuleCounters counters_;
};

}  // namespace tocsin::runtime
