#pragma once
/// `suppress:` — what a key remembers of an alert so that the next ones come no sooner than they may.

#include "base/time.h"
#include "runtime/block_pool.h"

#include <cstdint>

namespace tocsin::runtime {

struct Silence : FromPool {
  EventTime told;          ///< time of the last alert that was told
  std::uint64_t held = 0;  ///< alerts held back since then
  bool over = false;       ///< an alert that comes now is told

  /// Whether anything that is still to come depends on it.
  bool matters() const { return !over || held > 0; }
};

/// The last instant at which an alert is held back after one at `told`.
inline EventTime silence_end(EventTime told, Duration suppress) {
  return saturating_add(saturating_add(told, suppress), Duration{-1});
}

}  // namespace tocsin::runtime
