#include "compiler/bindings.h"

namespace tocsin::compiler {
namespace {

using patterns::PatternNode;
using patterns::VariableMask;

/// What may be taken in a node.
VariableMask taken_in(const PatternNode& at);

struct TakenIn {
  VariableMask operator()(const patterns::Occurrence& node) const { return mask_of(node.variable); }
  VariableMask operator()(const patterns::Absence&) const { return 0; }
  VariableMask operator()(const patterns::Quantified& node) const { return taken_in(*node.unit); }
  VariableMask operator()(const patterns::Conjunction& node) const { return taken_in_all(node.units); }
  VariableMask operator()(const patterns::Sequence& node) const { return taken_in_all(node.terms); }
  VariableMask operator()(const patterns::Alternation& node) const { return taken_in_all(node.branches); }

  static VariableMask taken_in_all(const std::vector<PatternNode>& nodes) {
    VariableMask out = 0;
    for (const PatternNode& node : nodes) out |= taken_in(node);
    return out;
  }
};

VariableMask taken_in(const PatternNode& at) {
  return std::visit(TakenIn{}, at.node);
}

/// Each visit is given what may have been taken before a node, and gives back what may have been after it.
class BindingsWalk {
 public:
  Bindings run(const PatternNode& root) {
    walk(root, 0);
    return out_;
  }

 private:
  VariableMask walk(const PatternNode& at, VariableMask before) {
    return std::visit([&](const auto& node) { return visit(node, before); }, at.node);
  }

  VariableMask visit(const patterns::Occurrence& node, VariableMask before) {
    const VariableMask self = mask_of(node.variable);
    out_.before[node.variable.value] |= before;
    out_.awaited |= before;
    out_.taken |= self;
    out_.named |= self;
    return before | self;
  }

  VariableMask visit(const patterns::Absence& node, VariableMask before) {
    absent(node.variables, before);
    return before;
  }

  VariableMask visit(const patterns::Quantified& node, VariableMask before) {
    const VariableMask inside = node.max == 1u ? before : before | taken_in(*node.unit);
    absent(node.until, before | taken_in(*node.unit));
    return walk(*node.unit, inside);
  }

  VariableMask visit(const patterns::Conjunction& node, VariableMask before) {
    VariableMask after = before;
    for (std::size_t i = 0; i < node.units.size(); ++i) {
      VariableMask others = 0;
      for (std::size_t j = 0; j < node.units.size(); ++j) others |= j == i ? 0 : taken_in(node.units[j]);
      after |= walk(node.units[i], before | others);
    }
    return after;
  }

  VariableMask visit(const patterns::Sequence& node, VariableMask before) {
    for (const PatternNode& term : node.terms) before = walk(term, before);
    return before;
  }

  VariableMask visit(const patterns::Alternation& node, VariableMask before) {
    VariableMask after = 0;
    for (const PatternNode& branch : node.branches) after |= walk(branch, before);
    return after;
  }

  void absent(const std::vector<patterns::VariableId>& variables, VariableMask before) {
    for (const patterns::VariableId variable : variables) {
      out_.before[variable.value] |= before;
      out_.named |= mask_of(variable);
    }
  }

  Bindings out_;
};

}  // namespace

Bindings bindings_of(const PatternNode& root) {
  return BindingsWalk{}.run(root);
}

}  // namespace tocsin::compiler
