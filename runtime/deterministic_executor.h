#pragma once
/// Runs a pattern whose conditions look at no earlier event, and that reports every match: what an event does
/// is the same for all runs at a position, so they are kept together, and an event costs the same however
/// many there are. Where nothing is told of the matches, they are only counted.

#include "runtime/pattern_executor.h"
#include "runtime/run_ways.h"

#include <span>
#include <vector>

namespace tocsin::runtime {

class DeterministicExecutor final : public PatternExecutor {
 public:
  static bool takes(const patterns::Program& program);

  DeterministicExecutor(Context& context, std::uint32_t rule);

  /// cost  O(ways that the event takes or closes), and O(events) for each match that is told
  void on_event(KeyState& key, RuleState& state, CurrentEvent& event) override;
  void on_deadline(KeyState& key, RuleState& state, EventTime deadline) override;
  void drop(RuleState& state) override;
  void save(const RuleState& state, SnapshotWriter& out) const override;
  void restore(KeyState& key, RuleState& state, SnapshotReader& in) override;

 private:
  /// A position that the event in hand has come to.
  struct Reached {
    patterns::PositionId position;
    std::size_t arrivals_begin = 0;  // in arrivals_
    std::size_t arrivals_end = 0;
    bool begins = false;  // a run begins here
  };

  /// A match that the event in hand completes: its events are in found_steps_.
  struct Found {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::uint16_t accept = 0;  // the transition by which it ended
  };

  RuleMemory& memory_of(RuleState& state) const;
  const RunStarts& starts_of(const RuleMemory& memory) const;
  WayMask open_of(const RuleMemory& memory) const;
  std::size_t size_of(const RuleMemory& memory) const;
  void drop_first_starts(RuleMemory& memory, std::size_t count);
  void clear(RuleMemory& memory);

  void close_overrun(RuleMemory& memory);
  WayStep step_of(WayMask open);
  void count(RuleMemory& memory, const WayStep& step);
  void share(KeyState& key, RuleMemory& memory, const WayStep& step, CurrentEvent& event);
  void arrive(const SharedRuns& runs, const WayStep& step);
  std::span<const SharedRuns::Arrival> arrivals_of(const Reached& reached) const;
  bool keep(KeyState& key, SharedRuns& runs, const Reached& reached, CurrentEvent& event);

  void find_matches(KeyState& key, SharedRuns& runs, const Reached& reached, CurrentEvent& event);
  bool comes_before(const Found& a, const Found& b) const;
  void tell_found(KeyState& key);
  void tell(KeyState& key, const Found& found);

  Ways ways_;
  patterns::VariableMask begin_with_ = 0;  // variables by which a run begins
  patterns::VariableMask cancel_ = 0;
  std::uint64_t event_limit_ = 0;  // `within: N events`; 0: none
  bool counts_only_ = false;
  bool expires_ = false;                       // starts end by themselves
  bool ends_all_ = false;                      // a match ends all that is open
  std::vector<SharedRuns::Arrival> arrivals_;  // of the event in hand
  std::vector<Reached> reached_;               // the same
  std::vector<Found> found_;                   // the same
  std::vector<PathStep> found_steps_;          // the same, the first event first
  std::vector<TakenEvent> path_;               // of the match in hand
};

}  // namespace tocsin::runtime
