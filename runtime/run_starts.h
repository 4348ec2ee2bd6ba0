#pragma once
/// The starts under one key that are still within their rule's bounds, the earliest first.

#include "base/time.h"
#include "runtime/fifo.h"

#include <cstdint>

namespace tocsin::runtime {

struct RunStart {
  std::uint64_t sequence = 0;  ///< of the event that began it
  EventTime time;              ///< of that event
  std::uint64_t number = 0;    ///< its number among the events that the rule saw under the key
};
using RunStarts = Fifo<RunStart>;

}  // namespace tocsin::runtime
