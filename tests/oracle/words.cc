#include "tests/oracle/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tocsin::oracle {
namespace {

using patterns::Alternation;
using patterns::Conjunction;
using patterns::Joint;
using patterns::Occurrence;
using patterns::PatternNode;
using patterns::Quantified;
using patterns::Sequence;
using patterns::VariableId;
using patterns::VariableMask;

/// The variables with which a unit may begin, and whether it may take nothing at all.
struct Beginning {
  VariableMask variables = 0;
  bool empty = false;
};

Beginning beginning_of(const PatternNode& at);

Beginning begins(const Occurrence& node) {
  return {mask_of(node.variable), false};
}
Beginning begins(const patterns::Absence&) {
  return {0, true};
}
Beginning begins(const Quantified& node) {
  const Beginning unit = beginning_of(*node.unit);
  return {unit.variables, unit.empty || node.min == 0};
}
Beginning begins(const Conjunction& node) {
  Beginning out{0, true};
  for (const PatternNode& unit : node.units) {
    const Beginning b = beginning_of(unit);
    out = {out.variables | b.variables, out.empty && b.empty};
  }
  return out;
}
Beginning begins(const Sequence& node) {
  Beginning out{0, true};
  for (std::size_t i = 0; i < node.terms.size() && out.empty; ++i) {
    const Beginning term = beginning_of(node.terms[i]);
    out = {out.variables | term.variables, term.empty};
  }
  return out;
}
Beginning begins(const Alternation& node) {
  Beginning out;
  for (const PatternNode& branch : node.branches) {
    const Beginning b = beginning_of(branch);
    out = {out.variables | b.variables, out.empty || b.empty};
  }
  return out;
}

Beginning beginning_of(const PatternNode& at) {
  return std::visit([](const auto& node) { return begins(node); }, at.node);
}

/// What is known on the way between two letters.
struct Stand {
  std::size_t letters = 0;        ///< so far
  Joint joint;                    ///< written before what comes next
  VariableMask rivals = 0;        ///< of the alternations that were entered and have taken nothing yet
  std::vector<Absent> absent;     ///< passed since the last letter
  std::vector<VariableId> until;  ///< of the loops that were entered and not left
  std::string turns;  ///< which repetition of each quantifier around, and what is left of each `&`
};

/// What follows a node in the pattern: adds its ways to a place.
using Rest = std::function<void(Place&, const Stand&)>;

void spell(const PatternNode& at, Place& place, const Stand& stand, const Rest& rest);

void visit(const Occurrence& node, Place& place, const Stand& stand, const Rest& rest) {
  const auto next = [&node, letters = stand.letters, until = stand.until, turns = stand.turns, rest] {
    Place out;
    out.step = fmt::format("{}{}", fmt::ptr(&node), turns);
    rest(out, Stand{letters + 1, {}, 0, {}, until, turns});
    return out;
  };
  Way way;
  way.variable = node.variable;
  way.joint = stand.joint;
  way.rivals = stand.rivals | mask_of(node.variable);
  way.absent = stand.absent;
  way.until = stand.until;
  way.next = next;
  place.ways.push_back(std::move(way));
}

void visit(const patterns::Absence& node, Place& place, const Stand& stand, const Rest& rest) {
  Stand after = stand;
  for (const VariableId variable : node.variables)
    after.absent.push_back({variable, stand.joint, node.length});
  rest(place, after);
}

/// What a possessive loop would take is not taken by what leaves it. Where the word ends with the loop, that
/// is known once the time for one more repetition is over.
void hold_on(Place& place, std::size_t again, std::size_t leave, const Joint& joint) {
  for (std::size_t i = leave; i < place.ways.size(); ++i) {
    Way& way = place.ways[i];
    for (std::size_t j = again; j < leave; ++j) way.outdone_by.push_back(j);
    if (way.variable || way.late) continue;
    way.late = true;
    way.joint = joint;
  }
}

void repeat(const Quantified& node, std::uint32_t done, Place& place, const Stand& stand, const Rest& rest);

/// A repetition beyond the minimum takes at least one event.
void once_more(
    const Quantified& node, std::uint32_t done, Place& place, const Stand& stand, const Rest& rest) {
  Stand before = stand;
  if (done > 0) before.joint = node.repeat;
  before.until.insert(before.until.end(), node.until.begin(), node.until.end());
  before.turns += fmt::format(" {}", std::min(done + 1, node.max.value_or(std::max(node.min, 1u))));
  const auto behind = [&node, done, outer = stand, rest](Place& at, const Stand& after) {
    if (done >= node.min && after.letters == outer.letters) return;
    Stand outside = after;
    outside.until = outer.until;
    outside.turns = outer.turns;
    repeat(node, done + 1, at, outside, rest);
  };
  spell(*node.unit, place, before, behind);
}

void repeat(const Quantified& node, std::uint32_t done, Place& place, const Stand& stand, const Rest& rest) {
  const bool may_leave = done >= node.min;
  const bool lazy = node.mode == patterns::LoopMode::lazy;
  const std::size_t again = place.ways.size();
  if (may_leave && lazy) rest(place, stand);
  if (!node.max || done < *node.max) once_more(node, done, place, stand, rest);
  const std::size_t leave = place.ways.size();
  if (may_leave && !lazy) rest(place, stand);
  const bool full = node.max && done == *node.max;
  if (may_leave && !full && node.mode == patterns::LoopMode::possessive)
    hold_on(place, again, leave, done > 0 ? node.repeat : stand.joint);
}

void visit(const Quantified& node, Place& place, const Stand& stand, const Rest& rest) {
  repeat(node, 0, place, stand, rest);
}

/// The rivals of a unit are no longer those of what comes behind it, where it has taken nothing.
Rest without_rivals_behind(const Stand& stand, const Rest& rest) {
  return [letters = stand.letters, rivals = stand.rivals, rest](Place& at, const Stand& after) {
    Stand outside = after;
    if (after.letters == letters) outside.rivals = rivals;
    rest(at, outside);
  };
}

/// The units left in any order: each of them may come first, and the others behind it.
void any_order(const std::vector<const PatternNode*>& left,
               patterns::Link link,
               Place& place,
               const Stand& stand,
               const Rest& rest) {
  if (left.empty()) return rest(place, stand);
  Stand before = stand;
  if (left.size() > 1) {
    for (const PatternNode* unit : left) before.rivals |= beginning_of(*unit).variables;
  }
  for (const PatternNode* unit : left) before.turns += fmt::format(" & {}", fmt::ptr(unit));
  const Rest behind = without_rivals_behind(stand, rest);
  for (const PatternNode* unit : left) {
    std::vector<const PatternNode*> others = left;
    std::erase(others, unit);
    spell(*unit, place, before, [others, link, behind, turns = stand.turns](Place& at, const Stand& after) {
      Stand next = after;
      next.turns = turns;
      if (!others.empty()) next.joint = Joint{link};
      any_order(others, link, at, next, behind);
    });
  }
}

void visit(const Conjunction& node, Place& place, const Stand& stand, const Rest& rest) {
  std::vector<const PatternNode*> units;
  for (const PatternNode& unit : node.units) units.push_back(&unit);
  any_order(units, node.link, place, stand, rest);
}

void term(const Sequence& node, std::size_t i, Place& place, const Stand& stand, const Rest& rest) {
  if (i == node.terms.size()) return rest(place, stand);
  Stand before = stand;
  if (i > 0) before.joint = node.joints[i - 1];
  spell(node.terms[i], place, before, [&node, i, rest](Place& at, const Stand& after) {
    term(node, i + 1, at, after, rest);
  });
}

void visit(const Sequence& node, Place& place, const Stand& stand, const Rest& rest) {
  term(node, 0, place, stand, rest);
}

void visit(const Alternation& node, Place& place, const Stand& stand, const Rest& rest) {
  Stand before = stand;
  before.rivals |= begins(node).variables;
  const Rest behind = without_rivals_behind(stand, rest);
  for (const PatternNode& branch : node.branches) spell(branch, place, before, behind);
}

void spell(const PatternNode& at, Place& place, const Stand& stand, const Rest& rest) {
  std::visit([&](const auto& node) { visit(node, place, stand, rest); }, at.node);
}

}  // namespace

Place words_of(const PatternNode& root) {
  Place start;
  spell(root, start, Stand{}, [](Place& at, const Stand& stand) {
    if (stand.letters == 0) return;  // the empty word is no candidate
    Way end;
    end.absent = stand.absent;
    end.late = !stand.absent.empty();
    if (end.late) end.joint = stand.absent.back().joint;
    at.ways.push_back(std::move(end));
  });
  return start;
}

}  // namespace tocsin::oracle
