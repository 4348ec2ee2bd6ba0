#pragma once
/// Keeps the events that runs have taken, each once, for as long as some run or window needs it.
///
/// A captured event is one block: header, the raw bytes, the values that rules read later, and strings that
/// are no part of the raw bytes. One store for each shard; not thread-safe.

#include "base/event.h"
#include "base/schema.h"
#include "patterns/program.h"
#include "runtime/slab.h"

#include <cstdint>
#include <vector>

namespace tocsin::runtime {

struct StoredEvent;

/// One event taken into one position: a node of the paths in a MatchBuffer.
struct TakenEvent {
  TakenEvent* before = nullptr;  ///< the event taken before; null for the first
  StoredEvent* stored = nullptr;
  std::uint32_t references = 0;
  patterns::VariableId variable;
  std::uint8_t choice = 0;  ///< which transition was taken: 0 is the most preferred
  bool in_block = false;    ///< lies in an event's block, which it holds
};
static_assert(patterns::kTransitionsMax <= 256);

/// An event with its own memory and a count of who holds it; or a PassingEvent. What it says of itself is one
/// cache line: many wait for others.
struct StoredEvent {
  /// What `event` says of itself; held once. bytes  see `block_bytes`
  StoredEvent(const Event& event, std::uint64_t number, std::size_t bytes)
      : partition{event.partition},
        type{event.type},
        bytes_and_late{static_cast<std::uint16_t>(bytes << 1 | (event.late ? 1 : 0))},
        sequence{number},
        time{event.time},
        offset{event.offset} {}

  std::uint32_t references = 1;
  std::uint32_t raw_size = 0;
  PartitionId partition;
  TypeId type;
  std::uint16_t bytes_and_late;  ///< written at once: a read of what was just written in parts would wait
  std::uint64_t sequence;        ///< the order in which the shard processed it
  TakenEvent node;               ///< room for the first node that takes it: most events are taken once
  EventTime time;
  std::uint64_t offset;

  EventPlace place() const { return {time, partition.value, offset}; }
  std::size_t block_bytes() const { return bytes_and_late >> 1; }  ///< for the slab; 0: it passes
  bool late() const { return (bytes_and_late & 1) != 0; }
  std::string_view raw() const;

  /// One for each slot of the layout that is kept.
  const Value* values() const;

  /// All of it. schema  under which it was captured: has its type's name
  Event event(const Schema& schema) const;
};
static_assert(sizeof(StoredEvent) == 64);

/// An event as it lies in its batch, for what is told and forgotten before the next one. Never freed.
struct PassingEvent : StoredEvent {
  PassingEvent(const Event& event, std::uint64_t number) : StoredEvent{event, number, 0}, in_batch{&event} {}

  const Event* in_batch;
};

/// The events that a rule saw before the one under test, the last one first; as many as it looks back.
using PriorEvents = std::vector<StoredEvent*>;

class EventStore {
 public:
  /// Whether captured events have their raw text, which alerts show; from the next one on.
  void keep_raw(bool keep) { keeps_raw_ = keep; }

  /// Copies `event` out of its batch. The caller holds one reference.
  /// cost  one slab allocation and a copy of its raw bytes
  StoredEvent* capture(const Event& event, const Schema& schema, std::uint64_t sequence);

  static void hold(StoredEvent* stored) { ++stored->references; }
  void release(StoredEvent* stored) {
    if (--stored->references == 0) free(stored);
  }

 private:
  void free(StoredEvent* stored);

  Slab slab_;
  bool keeps_raw_ = true;
};

}  // namespace tocsin::runtime
