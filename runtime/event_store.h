#pragma once
/// Keeps the events that runs have taken, each once, for as long as some run or window needs it.
///
/// A captured event is one block: header, the values that rules read later, the raw bytes, and strings that
/// are no part of them. One store for each shard; not thread-safe.

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

/// An event with its own memory and a count of who holds it.
struct StoredEvent {
  std::uint32_t references = 0;
  std::uint32_t bytes = 0;     ///< of the whole block
  std::uint64_t sequence = 0;  ///< the order in which the shard processed it
  TakenEvent node;             ///< room for the first node that takes it: most events are taken once
  Event event;
};

/// The events that a rule saw before the one under test, the last one first; as many as it looks back.
using PriorEvents = std::vector<StoredEvent*>;

class EventStore {
 public:
  /// Whether captured events have their raw text, which alerts show; from the next one on.
  void keep_raw(bool keep) { keeps_raw_ = keep; }

  /// Copies `event` out of its batch. The caller holds one reference. schema  must outlive it, or until it is
  /// captured anew: it has the type's name
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
