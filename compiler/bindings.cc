#include "compiler/bindings.h"

namespace tocsin::compiler {
namespace {

using patterns::PatternNode;
using patterns::VariableMask;

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
    for (const patterns::VariableId variable : node.variables) {
      out_.before[variable.value] |= before;
      out_.named |= mask_of(variable);
    }
    return before;
  }

  VariableMask visit(const patterns::Quantified& node, VariableMask before) {
    const VariableMask after = walk(*node.unit, before);
    return node.max == 1u ? after : walk(*node.unit, after);
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

  Bindings out_;
};

}  // namespace

Bindings bindings_of(const PatternNode& root) {
  return BindingsWalk{}.run(root);
}

}  // namespace tocsin::compiler
