#pragma once
/// Runs a pattern whose rule has settings that PatternExecutor does not know: which runs there are (`runs`,
/// `cancel`, `report`, `emit: preferred`, `within: N events`), and what is remembered of events that no run
/// took
/// (`not … for`, `prior`). What they cost falls on these rules alone.

#include "runtime/pattern_executor.h"

#include <optional>
#include <string>
#include <vector>

namespace tocsin::runtime {

class SettingsExecutor final : public PatternExecutor {
 public:
  /// Whether `program` has such settings.
  static bool wants(const patterns::Program& program);

  SettingsExecutor(Context& context, std::uint32_t rule);

  bool may_open(CurrentEvent& event) override;
  void on_event(KeyState& key, RuleState& state, CurrentEvent& event) override;
  void on_deadline(KeyState& key, RuleState& state, EventTime deadline) override;
  void drop(RuleState& state) override;
  void save(const RuleState& state, SnapshotWriter& out) const override;
  void restore(KeyState& key, RuleState& state, SnapshotReader& in) override;
  void end_with(KeyState& key, RuleState& state, CurrentEvent& event) override;

 private:
  /// Where alerts of this step stand in the order of alerts.
  struct Orders {
    AlertOrder match;
    AlertOrder timeout;
  };

  RuleMemory& memory_of(RuleState& state);
  void look_at(const KeyState& key, RuleState& state, CurrentEvent& event);
  patterns::VariableMask variables_under(const KeyState& key, const Event& event);

  // runs
  void begin(KeyState& key, RuleState& state, CurrentEvent& event, const Orders& orders);
  bool begin_counted(KeyState& key, RuleState& state, CurrentEvent& event);
  void cancel_runs(RuleState& state);
  void replace_older(RuleState& state, std::size_t older);
  bool is_replaceable(const Run& run) const;
  void close_overrun(KeyState& key, RuleState& state, const Orders& orders);

  // results
  bool tell_matches(KeyState& key, RuleState& state, const Orders& orders);
  void tell_rest(KeyState& key, RuleState& state, const Orders& orders);
  void weigh_candidates(RuleMemory& memory);
  bool decide(KeyState& key, RuleState& state, const AlertOrder& order);
  void choose_timeout(RuleState& state, std::uint64_t start);
  void forget_dropped(RuleMemory& memory);
  void tell_decided_timeouts(KeyState& key, RuleState& state, const AlertOrder& order);
  bool is_decided(const RuleState& state, std::uint64_t start, const BestMatch* best) const;
  void emit_best(KeyState& key, const BestMatch& best, const AlertOrder& order);
  void wait_for_end(KeyState& key, RuleMemory& memory);

  // memory
  void remember(KeyState& key, RuleState& state, CurrentEvent& event);
  void hear(KeyState& key, RuleMemory& memory);
  patterns::TransitionMask shut_by_lulls(const RuleState& state) const;
  void forget_loud(KeyState& key, RuleMemory& memory, EventTime deadline, bool session_over);
  void arm_lull_timer(KeyState& key, RuleMemory& memory);
  static bool is_live(const RuleState& state);

  // snapshots
  void restore_best(RuleMemory& memory, SnapshotReader& in);

  patterns::RunsKept kept_;
  bool preferred_;
  std::uint64_t event_limit_;                    // of `within: N events`; 0: none
  std::vector<patterns::TransitionMask> takes_;  // by position: the transitions that take an event
  patterns::VariableMask loud_ = 0;              // variables of `not … for`
  std::size_t prior_depth_ = 0;
  bool prior_lasts_ = false;  // what begins a run looks back, too: keys with nothing open remember
  std::string key_bytes_;     // scratch
};

}  // namespace tocsin::runtime
