#pragma once
/// The events that runs have taken, as paths: each run ends in a node, forks share the nodes before the fork.

#include "patterns/program.h"
#include "runtime/event_store.h"
#include "runtime/prefetch.h"

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace tocsin::runtime {

/// One for each shard; not thread-safe. A node lives as long as a run or a later node holds it.
class MatchBuffer {
 public:
  explicit MatchBuffer(EventStore& store) : store_{store} {}

  /// A node after `before` (which may be null), held once by the caller; holds `before` and `stored`.
  TakenEvent* append(TakenEvent* before,
                     StoredEvent* stored,
                     patterns::VariableId variable,
                     std::uint8_t choice);

  static void hold(TakenEvent* taken) { ++taken->references; }

  void release(TakenEvent* taken);

  /// Releases `taken` some calls later, when it is in the cache: for what was taken long ago. Its event must
  /// be a captured one.
  void release_later(TakenEvent* taken) {
    prefetch_line(taken);
    std::swap(taken, leaving_[next_leaving_]);
    next_leaving_ = (next_leaving_ + 1) % leaving_.size();
    release(taken);
  }

 private:
  EventStore& store_;
  Slab slab_;
  std::array<TakenEvent*, 8> leaving_{};
  std::size_t next_leaving_ = 0;
};

/// Fetches into the cache what an alert shows of the event whose node is at `taken`, as it mostly lies in its
/// block.
inline void prefetch_event(const void* taken) {
  constexpr std::size_t kBytes = 192;
  for (std::size_t i = 0; i < kBytes; i += 64) prefetch_line(static_cast<const char*>(taken) + i);
}

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
