#pragma once
/// Events as the engine sees them: a time, a type, and the attributes that some rule names, in fixed slots.

#include "base/ids.h"
#include "base/time.h"
#include "base/value.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin {

/// Where the events come from that rules emit, in no source's order: after those of all inputs.
inline constexpr PartitionId kDerivedPartition{0xFFFFFFFF};

/// One immutable record. It owns nothing: `raw`, `type_name`, `values` and the strings in them live in the
/// batch that it was decoded into, or in the store that captured it.
struct Event {
  EventTime time;
  std::uint64_t offset =
      0;  ///< where its record began in its partition: resumable, and the tie-break of equal times
  PartitionId partition{0};
  TypeId type = kOtherType;
  bool late = false;              ///< older than its source's watermark when it arrived. Rules see it only as
                                  ///< one of a late stream: with another type, at that watermark
  std::string_view type_name;     ///< as received, also for types that no rule names
  std::string_view raw;           ///< the whole event as one JSON object, as received
  const Value* values = nullptr;  ///< one for each slot of the schema's layout for `type`; of a
                                  ///< captured one, for each that is kept
};

/// A place in the order in which rules see events: that of an event, or after all events of an instant.
struct EventPlace {
  EventTime time = kTimeMax;
  std::uint32_t partition = 0xFFFFFFFF;
  std::uint64_t offset = 0xFFFFFFFFFFFFFFFF;
  auto operator<=>(const EventPlace&) const = default;
};

inline EventPlace place_of(const Event& event) {
  return {event.time, event.partition.value, event.offset};
}
constexpr EventPlace place_after(EventTime time) {
  EventPlace place;
  place.time = time;
  return place;
}

/// The order in which rules see events: by time, then by partition, then by arrival within it. What one late
/// record has become in several streams: by their names.
inline bool sees_before(const Event& a, const Event& b) {
  if (a.time != b.time) return a.time < b.time;
  if (a.partition != b.partition) return a.partition < b.partition;
  if (a.offset != b.offset) return a.offset < b.offset;
  return a.late && b.late && a.type_name < b.type_name;
}

}  // namespace tocsin
