#include "compiler/bindings.h"

namespace tocsin::compiler {
namespace {

using patterns::PatternNode;
using patterns::VariableMask;

/// What has been taken at a place: on some path, and on all of them.
struct Taken {
  VariableMask some = 0;
  VariableMask all = 0;
};

class BindingsWalk {
 public:
  Bindings run(const PatternNode& root) {
    out_.always = walk(root, Taken{}).all;
    return out_;
  }

 private:
  Taken walk(const PatternNode& at, Taken before) {
    return std::visit([&](const auto& node) { return visit(node, before); }, at.node);
  }

  Taken visit(const patterns::Occurrence& node, Taken before) {
    const VariableMask self = mask_of(node.variable);
    out_.before[node.variable.value] |= before.some;
    out_.awaited |= before.some;
    out_.taken |= self;
    out_.named |= self;
    return {before.some | self, before.all | self};
  }

  Taken visit(const patterns::Absence& node, Taken before) {
    out_.before[node.variable.value] |= before.some;
    out_.named |= mask_of(node.variable);
    return before;
  }

  Taken visit(const patterns::Quantified& node, Taken before) {
    Taken after = walk(*node.unit, before);
    if (node.max != 1u) after = walk(*node.unit, after);
    return node.min == 0 ? Taken{after.some, before.all} : after;
  }

  Taken visit(const patterns::Sequence& node, Taken before) {
    for (const PatternNode& term : node.terms) before = walk(term, before);
    return before;
  }

  Taken visit(const patterns::Alternation& node, Taken before) {
    Taken after{0, ~VariableMask{0}};
    for (const PatternNode& branch : node.branches) {
      const Taken taken = walk(branch, before);
      after.some |= taken.some;
      after.all &= taken.all;
    }
    return after;
  }

  Bindings out_;
};

}  // namespace

Bindings bindings_of(const PatternNode& root) {
  return BindingsWalk{}.run(root);
}

}  // namespace tocsin::compiler
