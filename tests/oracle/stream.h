#pragma once
/// The events that the oracle's rules see: those of a case, and those that alerts become.

#include "base/event.h"
#include "base/schema.h"
#include "tests/oracle/cases.h"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::oracle {

/// What an alert of the lower rule becomes: an event of type `z`.
struct Derived {
  EventTime time;
  std::string kind;              ///< of the alert
  std::string k;                 ///< of its key; none if empty
  std::optional<std::size_t> x;  ///< how many events it took, if it has that field
};

/// Owns all that its events point at. An event's `offset` is its place in `names`.
class Stream {
 public:
  Stream(const std::vector<Record>& records, const Schema& schema);

  /// Behind the events of its time.
  void add(const Derived& derived);

  const std::vector<Event>& events() const { return events_; }  ///< in their order
  /// `3` of a record, by its number; `z@12s/match` of an alert's event.
  const std::string& name_of(const Event& event) const { return names_[event.offset]; }

 private:
  template <class Source>
  Event make(EventTime time, std::string_view type, const Source& source);

  const Schema& schema_;
  std::vector<Event> events_;
  std::deque<std::string> names_;
  std::deque<std::vector<Value>> values_;
  std::deque<std::string> texts_;
};

}  // namespace tocsin::oracle
