#pragma once
/// What the engine hands out: alerts as JSON lines, each with its place in the one order they have.

#include "base/ids.h"
#include "base/text_buffer.h"
#include "base/time.h"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::runtime {

enum class AlertKind : std::uint8_t { match, timeout, retract };
std::string_view name_of(AlertKind kind);

/// The order of alerts does not depend on workers or batches: by the instant at which the alert was decided,
/// there first what an event brought, then what a deadline decided, timeouts last.
struct AlertOrder {
  enum class Phase : std::uint8_t { event, deadline_match, deadline_timeout };

  EventTime decided;
  std::uint16_t level = 0;  ///< of the rule: what it makes of other rules' alerts comes after these
  Phase phase = Phase::event;
  EventTime began;              ///< deadlines: time of the match's first event
  std::uint32_t partition = 0;  ///< of the deciding event, or of the first event
  std::uint64_t offset = 0;
  std::uint32_t rule = 0;
  std::uint64_t key_hash = 0;  ///< tells apart what closes at one instant without an event
  std::uint32_t ordinal = 0;   ///< among those of one rule at one instant

  auto operator<=>(const AlertOrder&) const = default;
};

struct Alert {
  AlertOrder order;
  AlertKind kind = AlertKind::match;
  EventTime time;
  std::size_t begin = 0;  ///< of its line in AlertBatch::lines
  std::size_t size = 0;   ///< with the line break
};

/// What an alert becomes for other rules may be several times as long as what it was made of; what is longer
/// than this is no event.
inline constexpr std::size_t kEmittedBytesMax = 256u << 20;

/// An alert that becomes an event which other rules see.
struct Derived {
  AlertOrder order;
  EventTime time;
  TypeId type;
  std::size_t begin = 0;  ///< of its JSON in AlertBatch::derived_text
  std::size_t size = 0;
};

struct AlertBatch {
  std::vector<Alert> alerts;
  TextBuffer lines;
  std::vector<Derived> derived;
  std::string derived_text;

  std::string_view line(const Alert& alert) const { return lines.text().substr(alert.begin, alert.size); }
  void clear() {
    alerts.clear();
    lines.clear();
    derived.clear();
    derived_text.clear();
  }
};

}  // namespace tocsin::runtime
