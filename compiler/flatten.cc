#include "compiler/passes.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

namespace tocsin::compiler {
namespace {

using patterns::PatternNode;

PatternNode flat(const patterns::Occurrence& node) {
  return {node};
}
PatternNode flat(const patterns::Absence& node) {
  return {node};
}

PatternNode flat(const patterns::Quantified& node) {
  if (node.min == 1 && node.max == 1u && node.until.empty()) return flatten(*node.unit);
  patterns::Quantified out = node;
  out.unit = std::make_shared<const PatternNode>(flatten(*node.unit));
  return {std::move(out)};
}

PatternNode flat(const patterns::Conjunction& node) {
  patterns::Conjunction out{{}, node.link};
  for (const PatternNode& unit : node.units) out.units.push_back(flatten(unit));
  return {std::move(out)};
}

/// The link before a nested sequence becomes the link before its first term.
PatternNode flat(const patterns::Sequence& node) {
  patterns::Sequence out;
  for (std::size_t i = 0; i < node.terms.size(); ++i) {
    if (i > 0) out.joints.push_back(node.joints[i - 1]);
    PatternNode term = flatten(node.terms[i]);
    if (auto* inner = std::get_if<patterns::Sequence>(&term.node)) {
      out.joints.insert(out.joints.end(), inner->joints.begin(), inner->joints.end());
      std::move(inner->terms.begin(), inner->terms.end(), std::back_inserter(out.terms));
    } else {
      out.terms.push_back(std::move(term));
    }
  }
  return {std::move(out)};
}

PatternNode flat(const patterns::Alternation& node) {
  patterns::Alternation out;
  for (const PatternNode& branch : node.branches) {
    PatternNode flat_branch = flatten(branch);
    if (auto* inner = std::get_if<patterns::Alternation>(&flat_branch.node)) {
      std::move(inner->branches.begin(), inner->branches.end(), std::back_inserter(out.branches));
    } else {
      out.branches.push_back(std::move(flat_branch));
    }
  }
  return {std::move(out)};
}

}  // namespace

PatternNode flatten(const PatternNode& root) {
  return std::visit([](const auto& node) { return flat(node); }, root.node);
}

}  // namespace tocsin::compiler
