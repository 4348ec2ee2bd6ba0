#pragma once
/// Ways on through a pattern while it is lowered: where one can go from a place, and what that has to obey.

#include "patterns/pattern.h"
#include "patterns/program.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace tocsin::compiler {

/// An event that a way must not meet.
struct Absent {
  enum class Kind : std::uint8_t {
    between,  ///< `-> not n`: before the event that is taken
    next,     ///< `=> not n`: the very next one, were it the one that is taken
    until,    ///< `until u`: up to the event that is taken, and that one, too
  };
  patterns::VariableId variable;
  Kind kind = Kind::between;
  Duration gap_min{0};  ///< at the end of a pattern: sooner ones do not count
  bool linked = true;   ///< false: the link before `not` is still to come
  Duration length{0};   ///< of `not n for 10m`; 0: until the event that is taken
  bool is_lull() const { return length != Duration{0}; }
  bool operator==(const Absent&) const = default;
};

/// A number for each place in a pattern where a possessive loop takes on or is left.
using PossessiveChoice = std::uint32_t;

/// A way on from wherever it is put: into a position, back to the start of a loop, or out of the pattern.
struct Way {
  enum class Kind : std::uint8_t { take, accept, accept_late, again };
  Kind kind = Kind::take;
  patterns::PositionId target;           ///< take
  std::uint32_t loop = 0;                ///< again: once the loop is built, the ways into it take its place
  std::optional<patterns::Joint> joint;  ///< none: the link before the unit is still to come
  patterns::VariableMask rivals = 0;     ///< take: what a `->` before it does not skip
  std::vector<Absent> absent;
  std::vector<PossessiveChoice> takes_on;  ///< where this way is the one that the loop would take
  std::vector<PossessiveChoice> leaves;    ///< where this way leaves the loop

  /// Whether it takes its event in one of the positions from `first` on, before `end`.
  bool enters(std::size_t first, std::size_t end) const {
    return kind == Kind::take && target.value >= first && target.value < end;
  }
  bool operator==(const Way&) const = default;
};

/// In order of preference.
using Ways = std::vector<Way>;

void append(Ways& to, const Ways& from);

Way entering(patterns::PositionId position, patterns::VariableId variable);

/// Those that enter one of the positions.
Ways only_entering(const Ways& ways, std::size_t first, std::size_t end);

/// Puts the link in front of what is not linked yet.
void join(Ways& ways, const patterns::Joint& joint);

/// `ways` that begin one unit of several branches: what any of them may begin with rivals all that enter it.
void make_rivals(Ways& ways, std::size_t first, std::size_t end, patterns::VariableMask beginnings);

/// Two of the same are one, and the preferred stays.
void drop_doubles(Ways& ways);

/// Puts `entries`, the ways into a loop, in the place of the way back to it. Its possessive choices are made
/// anew, from `next_choice` on.
void put_in_place(Ways& ways, std::uint32_t loop, const Ways& entries, PossessiveChoice& next_choice);

/// What a position keeps of its ways: no doubles, and no possessive choices that are settled.
void settle_ways(Ways& ways);

/// The position with these ways on, which are settled, at most kTransitionsMax, and none of them `again`.
patterns::Position position_of(patterns::VariableId variable, const Ways& ways);

}  // namespace tocsin::compiler
