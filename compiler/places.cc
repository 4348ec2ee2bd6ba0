#include "compiler/places.h"

#include <algorithm>

namespace tocsin::compiler {
namespace {

using patterns::PatternNode;

std::uint64_t capped(std::uint64_t places) {
  return std::min<std::uint64_t>(places, patterns::kPositionsMax);
}

std::uint64_t places_of_all(const std::vector<PatternNode>& nodes) {
  std::uint64_t out = 0;
  for (const PatternNode& node : nodes) out = capped(out + places_of(node));
  return out;
}

struct Count {
  std::uint64_t operator()(const patterns::Occurrence&) const { return 1; }
  std::uint64_t operator()(const patterns::Absence&) const { return 0; }
  std::uint64_t operator()(const patterns::Quantified& node) const {
    return capped(places_of(*node.unit) * node.max.value_or(std::max(node.min, 1u)));
  }
  /// A unit stands once for each set of the others that may be left behind it.
  std::uint64_t operator()(const patterns::Conjunction& node) const {
    return capped(places_of_all(node.units) << (node.units.size() - 1));
  }
  std::uint64_t operator()(const patterns::Sequence& node) const { return places_of_all(node.terms); }
  std::uint64_t operator()(const patterns::Alternation& node) const { return places_of_all(node.branches); }
};

}  // namespace

std::uint64_t places_of(const PatternNode& node) {
  return std::visit(Count{}, node.node);
}

}  // namespace tocsin::compiler
