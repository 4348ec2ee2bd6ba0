#pragma once
/// What a rule reports under one key, in the oracle's words.

#include "patterns/program.h"
#include "tests/oracle/lives.h"
#include "tests/oracle/slices.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::oracle {

enum class OutcomeKind : std::uint8_t { match, timeout };

/// Indexes count the events of the key, as they are seen.
struct Outcome {
  OutcomeKind kind = OutcomeKind::match;
  EventTime time;  ///< of the last event, or the deadline
  Instant at;      ///< when it is decided
  std::vector<std::pair<std::size_t, patterns::VariableId>> taken;
  patterns::VariableMask waiting = 0;                   ///< timeouts
  std::optional<std::pair<EventTime, EventTime>> span;  ///< of the window, where it is told
  std::string fields;                                   ///< as JSON; empty if there are none
  std::size_t suppressed = 0;                           ///< held back before it

  /// From counting the events of a window to counting those of the key.
  void put_into(const Slice& slice);
};

/// The outcomes of one window after the other, in the order in which they are told, but for what `suppress`
/// holds back.
std::vector<Outcome> told_of(std::vector<Outcome> outcomes, const patterns::Program& program);

}  // namespace tocsin::oracle
