#include "base/check.h"
#include "compiler/passes.h"

namespace tocsin::compiler {
namespace {

using patterns::PatternNode;

struct Verifier {
  std::size_t variables;

  void operator()(const patterns::Occurrence& node) const {
    TOCSIN_CHECK(node.variable.value < variables, "an occurrence names no variable");
  }
  void operator()(const patterns::Absence& node) const {
    TOCSIN_CHECK(!node.variables.empty(), "an absence of nothing");
    for (const patterns::VariableId variable : node.variables) {
      TOCSIN_CHECK(variable.value < variables, "an absence names no variable");
    }
  }
  void operator()(const patterns::Quantified& node) const {
    TOCSIN_CHECK(node.unit != nullptr, "a quantifier repeats nothing");
    TOCSIN_CHECK(!node.max || (*node.max >= node.min && *node.max > 0), "a quantifier's bounds");
    for (const patterns::VariableId variable : node.until) {
      TOCSIN_CHECK(variable.value < variables, "`until` names no variable");
    }
    verify(*node.unit, variables);
  }
  void operator()(const patterns::Conjunction& node) const {
    TOCSIN_CHECK(node.units.size() >= 2 && node.units.size() <= patterns::kConjunctionMax,
                 "how many units `&` joins");
    for (const PatternNode& unit : node.units) verify(unit, variables);
  }
  void operator()(const patterns::Sequence& node) const {
    TOCSIN_CHECK(node.terms.size() >= 2, "a sequence of fewer than two terms");
    TOCSIN_CHECK(node.joints.size() + 1 == node.terms.size(), "a joint between each two terms");
    for (const PatternNode& term : node.terms) verify(term, variables);
  }
  void operator()(const patterns::Alternation& node) const {
    TOCSIN_CHECK(node.branches.size() >= 2, "an alternation of fewer than two branches");
    for (const PatternNode& branch : node.branches) verify(branch, variables);
  }
};

}  // namespace

void verify(const PatternNode& root, std::size_t variables) {
  std::visit(Verifier{variables}, root.node);
}

}  // namespace tocsin::compiler
