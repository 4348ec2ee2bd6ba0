#pragma once
/// How many runs one key has: how many it may, and what a step says where it would have had more.

#include "base/event.h"
#include "runtime/alert.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace tocsin::runtime {

/// Of one rule under one key: among so many runs the one that waits for a value is searched for one by one,
/// among more by an index.
inline constexpr std::size_t kRunsScanned = 24;

struct Context;
struct KeyState;

struct LimitFailure {
  AlertOrder order;  ///< after all that the event at hand brings
  std::uint32_t rule = 0;
  std::string key;  ///< its bytes
};

/// There was no room for a run of `key` that `event` would have begun: where the rule's limit says so,
/// nothing after the event counts. The first of a step is kept.
void note_full(Context& context, std::uint32_t rule, const KeyState& key, const Event& event);

}  // namespace tocsin::runtime
