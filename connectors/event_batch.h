#pragma once
/// A chunk of records as a source gave it, and the events decoded from it.

#include "base/arena.h"
#include "base/event.h"

#include <boost/align/aligned_allocator.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::connectors {

/// Whole records of one partition, back to back, framed as the codec knows.
struct RecordChunk {
  PartitionId partition{0};
  std::uint64_t offset = 0;  ///< of the first byte in the partition
  std::string_view bytes;    ///< followed by at least kPadding readable bytes (simdjson reads beyond the end)
};
inline constexpr std::size_t kPadding = 64;

/// A record that was not admitted.
struct BadRecord {
  std::uint64_t offset = 0;  ///< in its partition
  std::uint64_t index = 0;   ///< number within the chunk: 0 the first record
  const char* reason = "";   ///< a constant: `not JSON`, `no time`, `record too long`, …
  std::string_view raw;      ///< as received, in the chunk
};

/// Each event is one cache line.
using Events = std::vector<Event, boost::alignment::aligned_allocator<Event, 64>>;
static_assert(sizeof(Event) == 64);

/// Owns what its events point at, but for the chunk's bytes, which must outlive it.
struct EventBatch {
  Events events;  ///< in the order of arrival
  std::vector<BadRecord> bad;
  std::uint64_t records = 0;  ///< events.size() + bad.size(); empty lines are no records
  Arena arena;                ///< values, unescaped strings

  void clear() {
    events.clear();
    bad.clear();
    records = 0;
    arena.reset();
  }
};

}  // namespace tocsin::connectors
