#pragma once
/// Runs one pattern over the events of its keys: explicit runs, advanced event by event.
///
/// Correct for every pattern of the language; the general executor beside which faster ones for special
/// shapes stand. Invariant: between two calls every run in a state has at least one open transition, or is
/// timed out and waits for the other runs of its start.

#include "runtime/context.h"
#include "runtime/emitter.h"
#include "runtime/event_tests.h"
#include "runtime/gate.h"
#include "runtime/key_store.h"
#include "runtime/run_index.h"

#include <bit>
#include <optional>
#include <vector>

namespace tocsin::runtime {

constexpr patterns::TransitionMask bit_of(std::size_t transition) {
  return patterns::TransitionMask{1} << transition;
}
/// The best of the ways on that are open to `run`.
inline std::uint16_t next_choice(const Run& run) {
  return static_cast<std::uint16_t>(std::countr_zero(run.open));
}

class PatternExecutor : public Executor {
 public:
  PatternExecutor(Context& context, std::uint32_t rule);

  bool may_open(CurrentEvent& event) override;

  /// cost  O(runs of the key * their open transitions); where these are many and what they wait for can be
  ///       looked up, O(runs that it concerns * log runs); each taken event 32 bytes
  void on_event(KeyState& key, RuleState& state, CurrentEvent& event) override;
  void on_deadline(KeyState& key, RuleState& state, EventTime deadline) override;
  void drop(RuleState& state) override;
  void save(const RuleState& state, SnapshotWriter& out) const override;
  void restore(KeyState& key, RuleState& state, SnapshotReader& in) override;

  /// What the alerts of the next calls tell as their window.
  void span_of_alerts(EventTime begin, EventTime end);

  /// The window of `state` ends with `event`, which it has seen: closes all runs.
  virtual void end_with(KeyState& key, RuleState& state, CurrentEvent& event);

 protected:
  /// A complete match that is not reported yet.
  struct Candidate {
    std::uint64_t start_sequence = 0;
    TakenEvent* tail = nullptr;  // held
    std::uint16_t accept = 0;    // the transition by which it ended
    EventTime time;              // of its alert
  };

  /// What time closes, and which times are told of it.
  struct Closing {
    EventTime deadline;    // all events up to and with it have been seen
    EventTime time;        // of what it closes,
    EventTime window_end;  // but of what the end of a window closes
    bool window_over = false;
  };

  /// What the reports of this step drop.
  struct Dropped {
    std::uint64_t before = 0;           // starts with a sequence less than this
    std::vector<std::uint64_t> starts;  // these starts; rising
    bool drops(std::uint64_t start) const;
  };

  /// What an event does to the transitions of one run.
  struct Effect {
    patterns::TransitionMask takes = 0;
    patterns::TransitionMask closes = 0;
    patterns::TransitionMask expired = 0;  // still open, but time has passed their gap
  };

  /// The timers for one gap.
  struct GapLane {
    TimerQueue::Lane lane = 0;
    Duration gap{};
    std::size_t number = 0;  // in gaps_
    auto operator<=>(const GapLane&) const = default;
  };

  GapLane gap_lane(Duration gap);
  void make_closings(const patterns::Position& position, Gate& gate);
  bool passes(const Run& run);

  // one event
  void step_runs(KeyState& key, RuleState& state, CurrentEvent& event);
  bool begin_runs(KeyState& key, RuleState& state, CurrentEvent& event, patterns::TransitionMask shut = 0);
  void step(KeyState& key, RuleState& state, std::size_t index, CurrentEvent& event);
  patterns::TransitionMask starts(patterns::TransitionMask shut);
  Effect effect_of(const Run& run);
  void look_closely(const Run& run,
                    const patterns::Position& position,
                    EventTime last,
                    patterns::TransitionMask blocked,
                    Effect& effect);
  bool satisfies_any(patterns::VariableMask variables, const TakenEvent* taken);
  void try_guards(const Run& run,
                  const patterns::Position& position,
                  EventTime last,
                  Effect& effect,
                  patterns::TransitionMask& blocked);
  void take(KeyState& key, RuleState& state, const Run* before, std::uint8_t choice, CurrentEvent& event);
  void enter(KeyState& key, RuleState& state, const Run& run);
  bool make_room(const KeyState& key, RuleState& state);
  std::size_t count_open(RuleState& state);
  void drop_oldest_start(RuleState& state);

  // doubles
  void merge_doubles(RuleState& state, std::size_t first);
  void drop_duplicates();
  void mark_complete(RuleState& state, const Candidate& match);

  // results
  void report_candidates(KeyState& key, RuleState& state, AlertOrder order);
  void apply_after_match(const Candidate& match);
  std::optional<std::uint64_t> skip_target(const TakenEvent* tail) const;
  void settle(RuleState& state);
  void emit_match(KeyState& key, const Candidate& candidate, AlertOrder order);
  void emit_timeout(KeyState& key, const Run& run, AlertOrder order);

  // deadlines
  Closing closing_at(EventTime deadline, const RuleState& state) const;
  void close(KeyState& key, RuleState& state, const Closing& closing, AlertOrder match, AlertOrder timeout);
  void close_due(Run& run, RuleState& state, const Closing& closing);
  void close_ways(Run& run, RuleState& state, const Closing& closing, bool over);
  void gather_ended(RuleState& state);
  void tell_timeouts(KeyState& key, RuleState& state, AlertOrder order);
  void extend_session(KeyState& key, RuleState& state);
  void arm_timer(KeyState& key, RuleState& state);

  void wake_run(KeyState& key, const Run& run);

  void kill(RuleState& state, Run& run);
  void remove_dead(RuleState& state);

  // many runs
  std::size_t runs_scanned() const { return context_.runs_scanned * places_; }
  bool is_indexed(RuleState& state) {
    const bool many = may_index_ && (state.has_index || state.runs.size() > runs_scanned());
    return many && goes_by_index(state);
  }
  bool goes_by_index(RuleState& state);
  void weigh_index(const RuleState& state);
  void make_index(RuleState& state);
  void enter_index(RuleState& state, std::uint32_t number);
  void await(RuleState& state, std::uint32_t number);
  RunIndex::Awaited what_awaits(const Run& run) const;
  void find_concerned(RuleState& state);
  void find_concerned_at(patterns::PositionId position, patterns::VariableMask variables, RuleState& state);
  void find_due(RuleState& state, EventTime deadline);
  void drop_oldest_found(RuleState& state);
  void settle_found(RuleState& state);
  void mark_matched(RuleState& state, std::uint64_t sequence);
  void gather_ended_found(RuleState& state);
  void note_timed_out(RuleState& state, const Run& run);
  void note_dead(RuleState& state, const Run& run);
  void forget_died(RuleState& state);

  Context& context_;
  const DeployedRule& rule_;
  const patterns::Program& program_;
  std::uint32_t rule_index_;
  Emitter emitter_;
  EventTests tests_;
  bool session_ = false;
  bool windowed_ = false;            // each state ends, at session_end
  bool slides_ = false;              // what ends runs is that their start leaves a sliding window
  Duration within_;                  // from the first to the last event
  EventTime span_begin_ = kTimeMin;  // of the window in hand
  EventTime span_end_ = kTimeMin;
  std::optional<TimerQueue::Lane> within_lane_;
  std::vector<std::vector<GapLane>> gap_lanes_;        // by position
  std::vector<Duration> gaps_;                         // all there are
  std::vector<std::optional<std::uint16_t>> accepts_;  // by position: its `accept` transition
  std::vector<patterns::TransitionMask> lasting_;      // by position: all but its `accept`
  std::vector<std::vector<patterns::TransitionMask>>
      closes_with_;  // by position and transition: what closes when it is acceptable

  std::vector<Gate> gates_;  // by position

  std::vector<Candidate> candidates_;
  Dropped dropped_;
  std::vector<Run*> closed_;            // by time, in this step
  std::vector<Run*> entered_;           // in this step, while doubles are looked for
  std::vector<std::uint64_t> matched_;  // starts that had a match in this step, rising; no_skip only
  bool any_dead_ = false;

  // Of keys with an index. Runs go by their number.
  bool may_index_ = false;                // runs can be found by what they wait for
  std::size_t places_ = 0;                // positions that runs may wait at: each is one more to look at
  std::uint64_t met_ = 0;                 // runs that were found, or taken in, since they were last weighed
  std::uint64_t passed_over_ = 0;         // that would have been looked at without an index
  std::uint32_t turns_ = 0;               // events and deadlines since then
  std::uint32_t resting_ = 0;             // so many more do without an index
  std::vector<std::uint32_t> found_;      // that the event or deadline in hand concerns; rising
  std::vector<std::uint32_t> of_starts_;  // scratch: those of some starts
  std::vector<std::uint32_t> died_;       // in this step
  std::vector<std::uint64_t> ended_;      // starts of which in this step time closed what was still open
};

}  // namespace tocsin::runtime
