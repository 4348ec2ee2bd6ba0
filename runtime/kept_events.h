#pragma once
/// The events of a window that a rule's expressions name one by one: `first(v)`, `v[2]`, `v[-3]`.

#include "runtime/event_store.h"
#include "runtime/fifo.h"
#include "runtime/key_store.h"

#include <cstdint>
#include <vector>

namespace tocsin::runtime {

class SnapshotReader;
class SnapshotWriter;

/// How many of the first and of the last events that one of `variables` took are named.
struct EventNeed {
  patterns::VariableMask variables = 0;
  std::size_t first = 0;
  std::size_t last = 0;
};

/// What `program` names beside the last event of a single variable, which every window has at hand; rising by
/// `variables`.
std::vector<EventNeed> event_needs(const patterns::Program& program);

/// The events of one window for one need, each held once.
class KeptEvents {
 public:
  struct Kept {
    StoredEvent* stored = nullptr;
    patterns::VariableMask taken_by = 0;
  };

  /// Holds `stored`, and lets go of what is named no more. `all`: the first ones may leave, so that any of
  /// those behind may become a first.
  void add(const EventNeed& need, bool all, const Kept& kept, EventStore& store);

  /// Lets go of the first ones that are not after `time`.
  void leave(EventTime time, EventStore& store);

  void clear(EventStore& store);

  /// Appends the named ones to `out`, a node for each variable that took one.
  void append_to(const EventNeed& need, std::vector<TakenEvent>& out) const;

  void save(SnapshotWriter& out) const;
  void restore(SnapshotReader& in);  ///< into an empty one

  template <class Visit>
  void for_each(Visit&& visit) {
    for (Kept& kept : events_) visit(kept.stored);
  }

 private:
  Fifo<Kept> events_;  // in their order
};

}  // namespace tocsin::runtime
