#pragma once
/// What the engine counts for each rule. Plain numbers; shards add theirs up.

#include <cstdint>
#include <initializer_list>

namespace tocsin::runtime {

struct RuleCounters {
  std::uint64_t matches = 0;  ///< results, whether or not the rule emits them
  std::uint64_t timeouts = 0;
  std::uint64_t alerts = 0;           ///< emitted
  std::uint64_t suppressed = 0;       ///< alerts held back by `suppress`
  std::uint64_t unkeyed = 0;          ///< events of its types whose key was null: the rule did not see them
  std::uint64_t null_operations = 0;  ///< overflow, division by zero, kinds that do not go together
  std::uint64_t runs_live = 0;
  std::uint64_t runs_refused = 0;      ///< not begun because the key had as many as it may have
  std::uint64_t runs_dropped = 0;      ///< to make room for newer ones, for the same reason
  std::uint64_t emitted_too_long = 0;  ///< alerts too long to become the events of `emit to:`

  /// Calls `visit` for each number, in an order that stays.
  template <class Visit>
  void for_each(Visit&& visit) {
    for (std::uint64_t* n : {&matches,
                             &timeouts,
                             &alerts,
                             &suppressed,
                             &unkeyed,
                             &null_operations,
                             &runs_live,
                             &runs_refused,
                             &runs_dropped,
                             &emitted_too_long})
      visit(*n);
  }

  RuleCounters& operator+=(const RuleCounters& other) {
    matches += other.matches;
    timeouts += other.timeouts;
    alerts += other.alerts;
    suppressed += other.suppressed;
    unkeyed += other.unkeyed;
    null_operations += other.null_operations;
    runs_live += other.runs_live;
    runs_refused += other.runs_refused;
    runs_dropped += other.runs_dropped;
    emitted_too_long += other.emitted_too_long;
    return *this;
  }
};

}  // namespace tocsin::runtime
