#pragma once
/// The events that runs have taken, as paths: each run ends in a node, forks share the nodes before the fork.

#include "patterns/program.h"
#include "runtime/event_store.h"

#include <cstdint>
#include <vector>

namespace tocsin::runtime {

/// One event taken into one position.
struct TakenEvent {
  TakenEvent* before = nullptr;  ///< the event taken before; null for the first
  StoredEvent* stored = nullptr;
  std::uint32_t references = 0;
  patterns::VariableId variable;
  std::uint16_t choice = 0;  ///< which transition was taken: 0 is the most preferred
};

/// One for each shard; not thread-safe. A node lives as long as a run or a later node holds it.
class MatchBuffer {
 public:
  explicit MatchBuffer(EventStore& store) : store_{store} {}

  /// A node after `before` (which may be null), held once by the caller; holds `before` and `stored`.
  TakenEvent* append(TakenEvent* before,
                     StoredEvent* stored,
                     patterns::VariableId variable,
                     std::uint16_t choice);

  static void hold(TakenEvent* taken) { ++taken->references; }
  void release(TakenEvent* taken);

 private:
  EventStore& store_;
  Slab slab_;
};

/// The path to `tail`, first event first, into `out` (cleared).
void collect_path(const TakenEvent* tail, std::vector<const TakenEvent*>& out);

/// Where a run stands in the order of candidates: the path to `tail`, then `next_choice`, the transition by
/// which it ends or would go on.
struct PathRank {
  const TakenEvent* tail = nullptr;
  std::uint16_t next_choice = 0;
};

/// Whether `a` comes before `b` in the order of candidates of one start: position by position by the choice
/// made, then by the earlier event. cost  O(length of the longer path)
bool ranks_before(const PathRank& a, const PathRank& b);

}  // namespace tocsin::runtime
