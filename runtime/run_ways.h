#pragma once
/// The transitions of a pattern whose conditions look at nothing but the event in hand, numbered through, as
/// masks: what an event does is then the same for all runs that stand alike.

#include "patterns/program.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace tocsin::runtime {

/// One bit for each way.
using WayMask = std::uint64_t;

/// A transition by which a run goes on from a position that is not the start.
struct Way {
  patterns::PositionId from;
  patterns::PositionId target;
  std::uint8_t choice = 0;  ///< which of the transitions out of `from` it is
};

/// What one event does.
struct WayStep {
  WayMask takes = 0;                    ///< the event is taken by these, where runs wait for them,
  WayMask closes = 0;                   ///< and these are then closed to the runs that waited
  patterns::TransitionMask begins = 0;  ///< the transitions out of the start that it takes
};

struct Ways {
  /// Whether `program` has such a pattern, and few enough of them.
  static bool fit(const patterns::Program& program);

  explicit Ways(const patterns::Program& program);

  /// Whether transition `choice` out of `from` takes an event to `target`.
  bool lead(patterns::PositionId from, std::uint8_t choice, patterns::PositionId target) const;

  std::vector<Way> all;
  std::vector<WayMask> out_of;                        ///< by position
  std::vector<WayMask> into;                          ///< by position
  std::vector<std::optional<std::uint16_t>> accepts;  ///< by position: its transition that ends a match
  std::vector<WayMask> takes_by;                      ///< by variable, which the event satisfies
  std::vector<WayMask> closes_by;                     ///< the same
  std::vector<WayMask> blocks_by;                     ///< the same: the event itself is not taken
  WayMask closed_by_any = 0;                          ///< by every event that the rule sees
  std::vector<patterns::VariableMask> asked_by;       ///< by way: variables that matter to it
  std::vector<patterns::PositionId> begun_by;         ///< by transition out of the start: its target
  std::vector<patterns::TransitionMask> begins_at;    ///< by position: the transitions from the start to it
  patterns::VariableMask begin_with = 0;              ///< variables of those

 private:
  WayMask add(const patterns::Program& program, patterns::PositionId from, std::uint8_t choice);
  void add_guard(const patterns::Guard& guard, WayMask way);
  void close_by(patterns::VariableMask variables, WayMask way);
};

}  // namespace tocsin::runtime
