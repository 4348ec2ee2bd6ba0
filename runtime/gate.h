#pragma once
/// What can be told of an event and a position of a pattern without looking at a run's past. Events that
/// leave every run at a position as it is are the rule; a gate finds them with one comparison a run, and
/// where runs are many, those that an event may change are looked up by it.

#include "patterns/program.h"
#include "runtime/join.h"

#include <vector>

namespace tocsin::runtime {

inline bool has_gap(const patterns::Transition& t) {
  return t.gap_max != kForever;
}

struct VariableJoin {
  patterns::VariableId variable;
  Join join;
};

struct Gate {
  bool plain = true;                     ///< no `=>`: what no variable accepts changes nothing
  bool gaps = false;                     ///< some transition or guard has a gap
  bool close_look = false;               ///< see PatternExecutor::make_closings
  patterns::VariableMask variables = 0;  ///< that may be taken, or that guards look for
  std::vector<VariableJoin> joins;  ///< of all of them, if one word of a run serves them: compare words first

  const Join* join_of(patterns::VariableId variable) const;
};

Gate make_gate(const patterns::Program& program, const patterns::Position& position);

/// Whether the runs that an event may change can be looked up wherever runs of `program` wait. Where what a
/// run waits for is told by its past alone, and by no word, each event would find all of them. Windows end
/// with a pass over their runs, and so do doubles.
bool can_look_up_runs(const patterns::Program& program);

}  // namespace tocsin::runtime
