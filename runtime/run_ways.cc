#include "runtime/run_ways.h"

#include <algorithm>
#include <bit>

namespace tocsin::runtime {

using patterns::Guard;
using patterns::Link;
using patterns::mask_of;
using patterns::Position;
using patterns::PositionId;
using patterns::Program;
using patterns::Transition;
using patterns::TransitionMask;
using patterns::VariableId;
using patterns::VariableMask;

namespace {

constexpr std::size_t kWaysMax = 64;

bool looks_back(const Program& program, VariableMask variables) {
  for (; variables != 0; variables &= variables - 1) {
    const auto& variable = program.variables[static_cast<std::size_t>(std::countr_zero(variables))];
    if (variable.run_condition || variable.prior_depth > 0) return true;
  }
  return false;
}

/// What `t` takes and what it does not skip speak of the event alone, and it waits for no time.
bool fits(const Program& program, const Transition& t) {
  if (t.kind == Transition::Kind::accept) return true;
  if (t.kind == Transition::Kind::accept_late || t.outdoes != 0) return false;
  const VariableId taken = program.positions[t.target.value].variable;
  return t.gap_min == Duration{0} && t.gap_max == kForever && !looks_back(program, mask_of(taken) | t.rivals);
}

bool fits(const Program& program, const Guard& guard) {
  return !guard.next_only && guard.gap_min == Duration{0} && !looks_back(program, mask_of(guard.variable));
}

bool fits(const Program& program, const Position& position) {
  return std::all_of(position.transitions.begin(),
                     position.transitions.end(),
                     [&](const Transition& t) { return fits(program, t); }) &&
         std::all_of(position.guards.begin(), position.guards.end(), [&](const Guard& guard) {
           return fits(program, guard);
         });
}

std::size_t takes_of(const Position& position) {
  return static_cast<std::size_t>(
      std::count_if(position.transitions.begin(), position.transitions.end(), [](const Transition& t) {
        return t.kind == Transition::Kind::take;
      }));
}

}  // namespace

bool Ways::fit(const Program& program) {
  if (program.positions.size() < 2 || program.may_double) return false;
  std::size_t ways = 0;
  for (const Position& position : program.positions) {
    if (!fits(program, position)) return false;
    if (position.variable) ways += takes_of(position);
  }
  return ways <= kWaysMax;
}

Ways::Ways(const Program& program)
    : out_of(program.positions.size()),
      into(program.positions.size()),
      accepts(program.positions.size()),
      takes_by(program.variables.size()),
      closes_by(program.variables.size()),
      blocks_by(program.variables.size()),
      begins_at(program.positions.size()) {
  for (std::uint16_t p = 0; p < program.positions.size(); ++p) {
    const Position& position = program.positions[p];
    std::vector<WayMask> way_of;  // by transition
    for (std::size_t i = 0; i < position.transitions.size(); ++i)
      way_of.push_back(add(program, PositionId{p}, static_cast<std::uint8_t>(i)));
    if (!position.variable) continue;
    for (const Guard& guard : position.guards) {
      for (std::size_t i = 0; i < way_of.size(); ++i) {
        if ((guard.closes >> i & 1) != 0) add_guard(guard, way_of[i]);
      }
    }
  }
}

bool Ways::lead(PositionId from, std::uint8_t choice, PositionId target) const {
  if (from == patterns::kStart) return (begins_at[target.value] >> choice & 1) != 0;
  return std::any_of(all.begin(), all.end(), [=](const Way& way) {
    return way.from == from && way.choice == choice && way.target == target;
  });
}

/// Adds transition `choice` out of `from`. The way that it is, if it is one.
WayMask Ways::add(const Program& program, PositionId from, std::uint8_t choice) {
  const Transition& t = program.positions[from.value].transitions[choice];
  if (t.kind == Transition::Kind::accept) accepts[from.value] = choice;
  if (t.kind != Transition::Kind::take) return 0;
  const VariableId variable = program.positions[t.target.value].variable;
  if (from == patterns::kStart) {
    begun_by.push_back(t.target);
    begins_at[t.target.value] |= patterns::TransitionMask{1} << choice;
    begin_with |= mask_of(variable);
    return 0;
  }
  const WayMask way = WayMask{1} << all.size();
  all.push_back({from, t.target, choice});
  asked_by.push_back(mask_of(variable));
  out_of[from.value] |= way;
  into[t.target.value] |= way;
  takes_by[variable.value] |= way;
  if (t.link == Link::next) closed_by_any |= way;
  if (t.link == Link::followed_by) close_by(t.rivals, way);
  return way;
}

void Ways::add_guard(const Guard& guard, WayMask way) {
  if (way == 0) return;
  close_by(mask_of(guard.variable), way);
  if (guard.blocks_take) blocks_by[guard.variable.value] |= way;
}

void Ways::close_by(VariableMask variables, WayMask way) {
  asked_by[static_cast<std::size_t>(std::countr_zero(way))] |= variables;
  for (; variables != 0; variables &= variables - 1)
    closes_by[static_cast<std::size_t>(std::countr_zero(variables))] |= way;
}

}  // namespace tocsin::runtime
