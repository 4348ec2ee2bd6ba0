#pragma once
/// Runs a plain sequence, `a -> b -> c`: the shape of most rules, and the one that can be had for least.
///
/// Each run has one way to go on, so no run forks, a start has one outcome, and the runs of a key stay in the
/// order of their starts, which is the order of their matches and of their deadlines. Same keyed state, same
/// answers as PatternExecutor.

#include "runtime/emitter.h"
#include "runtime/event_tests.h"
#include "runtime/key_store.h"
#include "runtime/run_index.h"

#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace tocsin::runtime {

class SequenceExecutor final : public Executor {
 public:
  /// Whether `program` is one: single steps joined by `->`, without gaps, `not`, `|`, repetition or sessions.
  static bool takes(const patterns::Program& program);

  SequenceExecutor(Context& context, std::uint32_t rule);

  bool may_open(CurrentEvent& event) override;

  /// cost  one comparison for each run of the key that the event cannot advance; of many runs none, for those
  ///       that its values cannot
  void on_event(KeyState& key, RuleState& state, CurrentEvent& event) override;
  void on_deadline(KeyState& key, RuleState& state, EventTime deadline) override;
  bool keeps_only_runs() const override { return program_.suppress == Duration{0}; }
  void drop(RuleState& state) override;
  void save(const RuleState& state, SnapshotWriter& out) const override;
  void restore(KeyState& key, RuleState& state, SnapshotReader& in) override;

 private:
  /// What runs at one position wait for.
  struct Awaited {
    patterns::VariableId variable;
    patterns::PositionId next;  // where a run is once it has it
    bool last = false;          // its event completes the match
    std::optional<Join> join;
  };

  bool advance_scanned(KeyState& key, RuleState& state, CurrentEvent& event);
  bool advance_found(KeyState& key, RuleState& state, CurrentEvent& event);
  bool can_index() const;
  void find_waiting(RuleState& state);
  void find_waiting_at(patterns::PositionId position, RuleState& state);
  bool waits_in_order(patterns::PositionId position) const;
  bool advances(const Run& run);
  bool advance(KeyState& key, Run& run, CurrentEvent& event);
  void open_run(KeyState& key, RuleState& state, CurrentEvent& event);
  bool make_room(const KeyState& key, RuleState& state, const CurrentEvent& event);
  void await(Run& run, patterns::PositionId position);
  void end_run(RuleState& state, Run& run);
  void tidy_up(RuleState& state);
  bool is_indexed(RuleState& state);
  void make_index(RuleState& state);
  RunIndex::Awaited what_awaits(const Run& run) const;
  static std::size_t first_live(RuleState& state);
  void emit_match(KeyState& key, const Run& run, CurrentEvent& event);
  void emit_timeout(KeyState& key, const Run& run, EventTime deadline);

  // What every event of the rule looks at comes first: with many rules it has left the cache since the last.
  Context& context_;
  std::uint32_t rule_index_;
  std::optional<TimerQueue::Lane> within_lane_;
  Duration within_;
  std::size_t runs_max_;
  boost::container::small_vector<Awaited, 3> awaited_;  // by position
  patterns::VariableMask advancing_ = 0;                // variables that some run may wait for
  bool ends_all_;                                       // a match drops every run of its key
  bool has_timeouts_;                                   // the rule has an output for them
  bool may_index_;                                      // its runs can be found by what they wait for
  EventTests tests_;
  std::vector<std::uint32_t> found_;  // runs that wait for the event in hand
  Emitter emitter_;
  const patterns::Program& program_;
};

}  // namespace tocsin::runtime
