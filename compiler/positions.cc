/// From ways to a position's transitions and guards. Part of compiler/ways.h.

#include "base/check.h"
#include "compiler/ways.h"

#include <algorithm>

namespace tocsin::compiler {

using patterns::Guard;
using patterns::Position;
using patterns::Transition;
using patterns::TransitionMask;

namespace {

using Choices = std::vector<PossessiveChoice>;

bool share(const Choices& a, const Choices& b) {
  return std::any_of(
      a.begin(), a.end(), [&](PossessiveChoice c) { return std::find(b.begin(), b.end(), c) != b.end(); });
}

/// Forgets choices of which only one side is still here.
void forget_settled_choices(Ways& ways) {
  Choices taken_on;
  Choices left;
  for (const Way& way : ways) {
    taken_on.insert(taken_on.end(), way.takes_on.begin(), way.takes_on.end());
    left.insert(left.end(), way.leaves.begin(), way.leaves.end());
  }
  const auto forget = [](Choices& choices, const Choices& other_side) {
    std::erase_if(choices, [&](PossessiveChoice c) { return !share({c}, other_side); });
  };
  for (Way& way : ways) {
    forget(way.takes_on, left);
    forget(way.leaves, taken_on);
  }
}

Transition transition_of(const Way& way) {
  Transition out;
  switch (way.kind) {
    case Way::Kind::take:
      out.target = way.target;
      out.link = way.joint->link;
      out.gap_min = way.joint->gap_min;
      out.gap_max = way.joint->gap_max;
      out.rivals = way.rivals;
      break;
    case Way::Kind::accept:
      out.kind = Transition::Kind::accept;
      break;
    case Way::Kind::accept_late:
      out.kind = Transition::Kind::accept_late;
      out.gap_max = way.joint->gap_max;
      break;
    case Way::Kind::again:
      TOCSIN_CHECK(false, "a loop without its beginning");
  }
  return out;
}

Guard guard_of(const Absent& absent) {
  Guard out;
  out.variable = absent.variable;
  out.gap_min = absent.gap_min;
  out.next_only = absent.kind == Absent::Kind::next;
  out.blocks_take = absent.kind != Absent::Kind::between;
  return out;
}

void guard(Position& position, const Absent& absent, TransitionMask closes) {
  const Guard wanted = guard_of(absent);
  const auto same = [&](const Guard& g) {
    return g.variable == wanted.variable && g.gap_min == wanted.gap_min && g.next_only == wanted.next_only &&
           g.blocks_take == wanted.blocks_take;
  };
  auto at = std::find_if(position.guards.begin(), position.guards.end(), same);
  if (at == position.guards.end()) at = position.guards.insert(at, wanted);
  at->closes |= closes;
}

}  // namespace

void settle_ways(Ways& ways) {
  forget_settled_choices(ways);
  drop_doubles(ways);
}

Position position_of(patterns::VariableId variable, const Ways& ways) {
  Position out{variable, {}, {}};
  for (std::size_t i = 0; i < ways.size(); ++i) {
    Transition transition = transition_of(ways[i]);
    for (std::size_t j = i + 1; j < ways.size(); ++j) {
      if (share(ways[i].takes_on, ways[j].leaves)) transition.outdoes |= TransitionMask{1} << j;
    }
    out.transitions.push_back(transition);
    for (const Absent& absent : ways[i].absent) guard(out, absent, TransitionMask{1} << i);
  }
  return out;
}

}  // namespace tocsin::compiler
