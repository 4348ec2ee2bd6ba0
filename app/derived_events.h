#pragma once
/// The events that alerts become, from the level of rules that emitted them to those above: decoded as events
/// of an input of their own, and kept while they wait for their time.

#include "connectors/codec.h"
#include "runtime/alert.h"

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace tocsin::app {

/// Those of one step and one level. `events` point into the rest.
struct DerivedBatch {
  std::string text;  ///< their JSON, with kPadding more behind
  std::vector<Event> events;
  std::vector<Arena> arenas;  ///< by worker: values and keys
  EventTime newest = kTimeMin;
};

class DerivedEvents {
 public:
  /// From the next decoding on.
  void set_schema(const std::shared_ptr<const Schema>& schema, std::size_t workers);

  /// Takes out of `batches` what their alerts become; in the order of the alerts, which is that of the events
  /// of one time. Nothing if there are none. Their values are to be decoded.
  DerivedBatch* take(const std::vector<runtime::AlertBatch*>& batches);

  /// Reads the values of one part of `batch`, and calls `take(event, arena)` for each of its events. Calls
  /// for different parts may run at the same time.
  template <class Take>
  void decode(DerivedBatch& batch, std::size_t part, Take&& take) {
    const std::size_t parts = decoders_.size();
    const std::size_t end = batch.events.size() * (part + 1) / parts;
    for (std::size_t i = batch.events.size() * part / parts; i < end; ++i) {
      decoders_[part]->decode_again(batch.events[i], batch.arenas[part]);
      take(batch.events[i], batch.arenas[part]);
    }
  }

  /// For one event that was captured; `arena` keeps what it makes.
  void decode_again(Event& event, Arena& arena);

  std::uint64_t count() const { return count_; }
  void set_count(std::uint64_t count) { count_ = count; }

  std::deque<DerivedBatch>& waiting() { return batches_; }

  /// Forgets the batches that have been worked through up to and with `released`.
  void recycle(EventTime released);

 private:
  std::unique_ptr<connectors::Codec> codec_;
  std::vector<std::unique_ptr<connectors::Decoder>> decoders_;  // by worker
  std::deque<DerivedBatch> batches_;
  std::vector<DerivedBatch> spare_;
  std::uint64_t count_ = 0;                                           // of all so far
  std::vector<std::pair<const runtime::Derived*, const char*>> all_;  // of one `take`, with the JSON
};

}  // namespace tocsin::app
