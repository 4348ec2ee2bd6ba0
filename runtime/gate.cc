#include "runtime/gate.h"

#include <algorithm>
#include <bit>

namespace tocsin::runtime {

using patterns::Guard;
using patterns::Link;
using patterns::Position;
using patterns::Program;
using patterns::Transition;
using patterns::VariableId;
using patterns::VariableMask;
using patterns::WindowKind;

namespace {

/// All of them or none: without a join an event concerns each run.
void find_joins(const Program& program, const Position& position, Gate& gate) {
  for (VariableMask rest = gate.variables; rest != 0; rest &= rest - 1) {
    const VariableId variable{static_cast<std::uint16_t>(std::countr_zero(rest))};
    const auto condition = program.variables[variable.value].run_condition;
    const auto join = find_join(program.expressions, condition, position.variable);
    const bool serves =
        join && (gate.joins.empty() || join->has_earlier_word_of(program.expressions, gate.joins[0].join));
    if (!serves) return gate.joins.clear();
    gate.joins.push_back({variable, *join});
  }
}

/// Whether what `variable` asks of a run is told by a word, or nothing.
bool is_told(const Program& program, const Gate& gate, VariableId variable) {
  const Join* const join = gate.join_of(variable);
  if (join == nullptr) return !program.variables[variable.value].run_condition;
  return join->is_equality() || join->by_order();
}

bool can_look_up_runs_at(const Program& program, const Position& position) {
  const Gate gate = make_gate(program, position);
  for (VariableMask rest = gate.variables; rest != 0; rest &= rest - 1) {
    const VariableId variable{static_cast<std::uint16_t>(std::countr_zero(rest))};
    if (!is_told(program, gate, variable)) return false;
  }
  return gate.plain;
}

}  // namespace

const Join* Gate::join_of(VariableId variable) const {
  for (const VariableJoin& joined : joins) {
    if (joined.variable == variable) return &joined.join;
  }
  return nullptr;
}

Gate make_gate(const Program& program, const Position& position) {
  Gate gate;
  for (const Transition& t : position.transitions) {
    gate.gaps = gate.gaps || has_gap(t) || t.gap_min != Duration{0};
    if (t.kind != Transition::Kind::take) continue;
    gate.plain = gate.plain && t.link != Link::next;
    gate.variables |= patterns::mask_of(program.positions[t.target.value].variable);
  }
  for (const Guard& guard : position.guards) {
    gate.gaps = gate.gaps || guard.gap_min != Duration{0};
    gate.plain = gate.plain && !guard.next_only;
    gate.variables |= patterns::mask_of(guard.variable);
  }
  if (gate.plain && position.variable) find_joins(program, position, gate);
  return gate;
}

bool can_look_up_runs(const Program& program) {
  const WindowKind kind = program.window.kind;
  if (program.may_double || (kind != WindowKind::none && kind != WindowKind::sliding)) return false;
  const auto no_run_waits = [](const Position& position) {
    return std::all_of(position.transitions.begin(), position.transitions.end(), [](const Transition& t) {
      return t.kind == Transition::Kind::accept;
    });
  };
  return std::all_of(program.positions.begin(), program.positions.end(), [&](const Position& position) {
    return !position.variable || no_run_waits(position) || can_look_up_runs_at(program, position);
  });
}

}  // namespace tocsin::runtime
