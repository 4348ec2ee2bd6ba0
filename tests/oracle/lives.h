#pragma once
/// What a search for matches finds under one key: every run that the events allow, and every match.

#include "base/time.h"
#include "patterns/program.h"

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::oracle {

inline constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();

/// When something is decided: by an event, or by a deadline after all events at its time, or just before the
/// event that goes beyond `within: N events`.
struct Instant {
  EventTime time = kTimeMax;
  std::size_t event = kNever;  ///< kNever: a deadline
  bool reached = true;         ///< false: just before the event
  auto operator<=>(const Instant&) const = default;
  bool is_deadline() const { return event == kNever || !reached; }
  bool comes() const { return time != kTimeMax; }
};

/// One position of a match in the order of candidates: the choice made in the pattern, then the event.
using Choice = std::pair<std::size_t, std::size_t>;

/// The part of a word laid over events. Indexes count the events of the key, as they are seen.
struct Run {
  std::vector<std::size_t> events;
  std::vector<patterns::VariableId> variables;
  std::vector<Choice> choices;

  std::size_t start() const { return events.front(); }
  std::size_t last() const { return events.back(); }
  auto pairs() const { return std::pair{events, variables}; }
};

/// A match by 3.1, when it is complete.
struct Candidate {
  Run run;
  Instant at;
  std::size_t life = kNever;  ///< the run that became it
  EventTime time;             ///< of its alert
};

/// A run that time closed.
struct Expired {
  Run run;
  EventTime deadline;  ///< the alert's time
  patterns::VariableMask waiting = 0;
};

/// A run from its last event on, if nothing but the events and time end it.
struct Life {
  Run run;
  std::size_t parent = kNever;       ///< the run without that event; kNever: it is the first
  std::string step;                  ///< where in the pattern it waits
  Instant closed;                    ///< no way on from here on
  std::vector<Instant> closings;     ///< by way on: open until then; one that ends at once is never open
  Instant takes_until{kTimeMin, 0};  ///< no way on that takes an event from here on
  std::size_t cancelled = kNever;    ///< the event by which `cancel` ends it
  std::optional<Expired> expired;    ///< if it is time that closes it
};

struct Findings {
  std::vector<Life> lives;  ///< a parent before its children
  std::vector<Candidate> candidates;
};

}  // namespace tocsin::oracle
