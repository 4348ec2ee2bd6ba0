#include "tests/oracle/words.h"

#include <functional>
#include <utility>

namespace tocsin::oracle {
namespace {

using patterns::Alternation;
using patterns::Joint;
using patterns::Occurrence;
using patterns::PatternNode;
using patterns::Quantified;
using patterns::Sequence;
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
  std::size_t letters = 0;     ///< so far
  Joint joint;                 ///< written before what comes next
  VariableMask rivals = 0;     ///< of the alternations that were entered and have taken nothing yet
  std::vector<Absent> absent;  ///< passed since the last letter
};

class Speller {
 public:
  explicit Speller(std::size_t letters_max) : letters_max_{letters_max} {}

  /// What follows a node in the pattern: adds its ways to a place.
  using Rest = std::function<void(Place&, const Stand&)>;

  void spell(const PatternNode& at, Place& place, const Stand& stand, const Rest& rest) const {
    std::visit([&](const auto& node) { visit(node, place, stand, rest); }, at.node);
  }

 private:
  void visit(const Occurrence& node, Place& place, const Stand& stand, const Rest& rest) const {
    auto next = std::make_shared<Place>();
    if (stand.letters < letters_max_) rest(*next, Stand{stand.letters + 1, {}, 0, {}});
    place.ways.push_back(Way{
        node.variable, stand.joint, stand.rivals | mask_of(node.variable), stand.absent, std::move(next)});
  }

  void visit(const patterns::Absence& node, Place& place, const Stand& stand, const Rest& rest) const {
    Stand after = stand;
    for (const patterns::VariableId variable : node.variables)
      after.absent.push_back({variable, stand.joint});
    rest(place, after);
  }

  void visit(const Quantified& node, Place& place, const Stand& stand, const Rest& rest) const {
    repeat(node, 0, place, stand, rest);
  }

  void repeat(
      const Quantified& node, std::uint32_t done, Place& place, const Stand& stand, const Rest& rest) const {
    const bool may_leave = done >= node.min;
    if (may_leave && node.lazy) rest(place, stand);
    if (!node.max || done < *node.max) once_more(node, done, place, stand, rest);
    if (may_leave && !node.lazy) rest(place, stand);
  }

  /// A repetition beyond the minimum takes at least one event.
  void once_more(
      const Quantified& node, std::uint32_t done, Place& place, const Stand& stand, const Rest& rest) const {
    Stand before = stand;
    if (done > 0) before.joint = node.repeat;
    spell(*node.unit, place, before, [&, done, letters = stand.letters](Place& at, const Stand& after) {
      if (done >= node.min && after.letters == letters) return;
      repeat(node, done + 1, at, after, rest);
    });
  }

  void visit(const Sequence& node, Place& place, const Stand& stand, const Rest& rest) const {
    term(node, 0, place, stand, rest);
  }

  void term(const Sequence& node, std::size_t i, Place& place, const Stand& stand, const Rest& rest) const {
    if (i == node.terms.size()) return rest(place, stand);
    Stand before = stand;
    if (i > 0) before.joint = node.joints[i - 1];
    spell(node.terms[i], place, before, [&, i](Place& at, const Stand& after) {
      term(node, i + 1, at, after, rest);
    });
  }

  void visit(const Alternation& node, Place& place, const Stand& stand, const Rest& rest) const {
    Stand before = stand;
    before.rivals |= begins(node).variables;
    const Rest behind = [&, letters = stand.letters, rivals = stand.rivals](Place& at, const Stand& after) {
      Stand outside = after;
      if (after.letters == letters) outside.rivals = rivals;
      rest(at, outside);
    };
    for (const PatternNode& branch : node.branches) spell(branch, place, before, behind);
  }

  std::size_t letters_max_;
};

}  // namespace

Place words_of(const PatternNode& root, std::size_t letters_max) {
  Place start;
  Speller{letters_max}.spell(root, start, Stand{}, [](Place& at, const Stand& stand) {
    // The empty word is no candidate.
    if (stand.letters > 0) at.ways.push_back(Way{std::nullopt, {}, 0, stand.absent, nullptr});
  });
  return start;
}

}  // namespace tocsin::oracle
