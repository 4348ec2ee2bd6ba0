/// What an event does to one run. Part of PatternExecutor.

#include "runtime/pattern_executor.h"

#include <algorithm>
#include <bit>

namespace tocsin::runtime {

using patterns::Guard;
using patterns::Link;
using patterns::Position;
using patterns::Transition;
using patterns::TransitionMask;
using patterns::VariableId;
using patterns::VariableMask;

namespace {

bool alike(const Transition& a, const Transition& b) {
  return a.kind == b.kind && a.link == b.link && a.gap_min == b.gap_min && a.gap_max == b.gap_max &&
         a.rivals == b.rivals;
}

/// Whether whatever closes one closes the other.
bool guarded_alike(const Position& position, std::size_t a, std::size_t b) {
  return std::all_of(position.guards.begin(), position.guards.end(), [&](const Guard& guard) {
    return (guard.closes >> a & 1) == (guard.closes >> b & 1);
  });
}

/// The transitions of the unit with which `t` of `position` begins.
TransitionMask unit_of(const Position& position, std::size_t t) {
  TransitionMask out = 0;
  for (std::size_t i = 0; i < position.transitions.size(); ++i) {
    if (alike(position.transitions[t], position.transitions[i]) && guarded_alike(position, t, i))
      out |= bit_of(i);
  }
  return out;
}

bool is_followed_by(const Transition& t) {
  return t.kind == Transition::Kind::take && t.link == Link::followed_by;
}

}  // namespace

/// What closes with a transition, where what it does not skip is always what another one would take: units
/// that open and close as one. A position of which that is not true needs a close look at each event.
void PatternExecutor::make_closings(const Position& position, Gate& gate) {
  auto& closes = closes_with_.emplace_back(position.transitions.size());
  gate.close_look = std::any_of(position.transitions.begin(),
                                position.transitions.end(),
                                [](const Transition& t) { return t.outdoes != 0; });
  for (std::size_t i = 0; i < closes.size(); ++i) {
    if (!is_followed_by(position.transitions[i])) continue;
    closes[i] = unit_of(position, i);
    VariableMask taken = 0;
    for (TransitionMask unit = closes[i]; unit != 0; unit &= unit - 1) {
      const Transition& t = position.transitions[static_cast<std::size_t>(std::countr_zero(unit))];
      taken |= patterns::mask_of(program_.positions[t.target.value].variable);
    }
    gate.close_look = gate.close_look || taken != position.transitions[i].rivals;
  }
}

void PatternExecutor::try_guards(
    const Run& run, const Position& position, EventTime last, Effect& effect, TransitionMask& blocked) {
  const Gate& gate = gates_[run.position.value];
  for (const Guard& guard : position.guards) {
    if ((guard.closes & run.open) == 0 || (guard.next_only && !run.fresh)) continue;
    if (tests_.event().time < saturating_add(last, guard.gap_min)) continue;
    if (!tests_.satisfied(guard.variable, gate.join_of(guard.variable), run)) continue;
    effect.closes |= guard.closes;
    if (guard.blocks_take) blocked |= guard.closes;
  }
}

PatternExecutor::Effect PatternExecutor::effect_of(const Run& run) {
  const Gate& gate = gates_[run.position.value];
  const Position& position = program_.positions[run.position.value];
  Effect effect;
  TransitionMask blocked = 0;
  // Without gaps the time of the last event does not matter, and is not worth a look at it.
  const EventTime last = gate.gaps ? run.tail->stored->time : tests_.event().time;
  try_guards(run, position, last, effect, blocked);
  if (gate.close_look) {
    look_closely(run, position, last, blocked, effect);
    return effect;
  }
  for (TransitionMask open = run.open; open != 0; open &= open - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(open));
    const Transition& t = position.transitions[i];
    if (t.kind != Transition::Kind::take) continue;
    if (t.link == Link::next) effect.closes |= bit_of(i);
    if (tests_.event().time > saturating_add(last, t.gap_max)) {
      effect.expired |= bit_of(i);
      continue;
    }
    if (tests_.event().time < saturating_add(last, t.gap_min)) continue;
    const VariableId variable = program_.positions[t.target.value].variable;
    if (!tests_.satisfied(variable, gate.join_of(variable), run)) continue;
    effect.closes |= closes_with_[run.position.value][i];
    if ((blocked & bit_of(i)) == 0) effect.takes |= bit_of(i);
  }
  return effect;
}

/// The same where what closes a transition may be what none of the open ones would take, or where what one
/// may take is not another's.
void PatternExecutor::look_closely(
    const Run& run, const Position& position, EventTime last, TransitionMask blocked, Effect& effect) {
  for (TransitionMask open = run.open; open != 0; open &= open - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(open));
    const Transition& t = position.transitions[i];
    if (t.kind != Transition::Kind::take) continue;
    if (t.link == Link::next) effect.closes |= bit_of(i);
    if (tests_.event().time > saturating_add(last, t.gap_max)) {
      effect.expired |= bit_of(i);
      continue;
    }
    if (tests_.event().time < saturating_add(last, t.gap_min)) continue;
    if (t.link == Link::followed_by && satisfies_any(t.rivals, run.tail)) effect.closes |= bit_of(i);
    if ((blocked & bit_of(i)) != 0) continue;
    if (!tests_.satisfied(program_.positions[t.target.value].variable, run.tail)) continue;
    effect.takes |= bit_of(i);
    effect.closes |= t.outdoes;
    blocked |= t.outdoes;
  }
}

bool PatternExecutor::satisfies_any(VariableMask variables, const TakenEvent* taken) {
  for (; variables != 0; variables &= variables - 1) {
    const VariableId variable{static_cast<std::uint16_t>(std::countr_zero(variables))};
    if (tests_.satisfied(variable, taken)) return true;
  }
  return false;
}

/// The transitions out of the start that begin a run with the event in hand.
TransitionMask PatternExecutor::starts(TransitionMask shut) {
  const Position& start = program_.positions[patterns::kStart.value];
  TransitionMask out = 0;
  TransitionMask blocked = shut;
  for (const Guard& guard : start.guards) {
    if ((guard.closes & ~blocked) != 0 && tests_.satisfied(guard.variable, nullptr)) blocked |= guard.closes;
  }
  for (std::size_t i = 0; i < start.transitions.size(); ++i) {
    const Transition& t = start.transitions[i];
    if ((blocked & bit_of(i)) != 0) continue;
    if (!tests_.satisfied(program_.positions[t.target.value].variable, nullptr)) continue;
    out |= bit_of(i);
    blocked |= t.outdoes;
  }
  return out;
}

}  // namespace tocsin::runtime
