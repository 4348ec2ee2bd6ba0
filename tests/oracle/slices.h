#pragma once
/// Which events of a key lie in one window (section 3.4 of the language).

#include "base/event.h"
#include "patterns/program.h"

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace tocsin::oracle {

/// The events of one window, from number `begin` up to, and without, number `end`.
struct Slice {
  std::size_t begin = 0;
  std::size_t end = 0;
  EventTime last = kTimeMax;  ///< the last instant in the window
  bool half_open = false;     ///< what its end decides has a time that is not in it any more
  std::optional<std::pair<EventTime, EventTime>> span;  ///< tumbling, hopping: from when to when

  /// The time that is told of its end.
  EventTime end_time() const { return last + Duration{half_open ? 1 : 0}; }
};

/// The windows of one key that hold events, by their beginnings. All in one where there are no windows, and
/// of a sliding one, which is no slice.
std::vector<Slice> slices_of(const patterns::Window& window, std::span<const Event> events);

}  // namespace tocsin::oracle
