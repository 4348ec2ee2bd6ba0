#include "compiler/doubles.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace tocsin::compiler {
namespace {

using patterns::Position;
using patterns::PositionId;
using patterns::Transition;

/// More pairs of positions than this are not looked at.
constexpr std::size_t kPairsMax = 10'000;

/// Walks two runs side by side over every word that the pattern spells.
class Walk {
 public:
  explicit Walk(std::span<const Position> positions) : positions_{positions} { reach(0, 0); }

  bool finds_double() {
    while (!open_.empty() && !found_ && seen_.size() < kPairsMax) {
      const Pair pair = open_.back();
      open_.pop_back();
      step(pair);
    }
    return found_ || !open_.empty();
  }

 private:
  using Pair = std::pair<std::uint16_t, std::uint16_t>;

  /// From one position on, two transitions are looked at once.
  void step(const Pair& pair) {
    const auto& ways_a = positions_[pair.first].transitions;
    const auto& ways_b = positions_[pair.second].transitions;
    const bool same = pair.first == pair.second;
    for (std::size_t a = 0; a < ways_a.size(); ++a) {
      for (std::size_t b = same ? a : 0; b < ways_b.size(); ++b) {
        meet(ways_a[a], ways_b[b], same && a == b);
      }
    }
  }

  void meet(const Transition& a, const Transition& b, bool one) {
    const bool takes_a = a.kind == Transition::Kind::take;
    const bool takes_b = b.kind == Transition::Kind::take;
    if (!takes_a && !takes_b) found_ = found_ || !one;
    if (!takes_a || !takes_b || variable_of(a) != variable_of(b)) return;
    found_ = found_ || (a.target == b.target && !one);
    reach(a.target.value, b.target.value);
  }

  patterns::VariableId variable_of(const Transition& t) const { return positions_[t.target.value].variable; }

  void reach(std::uint16_t a, std::uint16_t b) {
    const Pair pair = std::minmax(a, b);
    if (seen_.insert(pair).second) open_.push_back(pair);
  }

  std::span<const Position> positions_;
  std::set<Pair> seen_;
  std::vector<Pair> open_;
  bool found_ = false;
};

}  // namespace

bool may_double(std::span<const Position> positions) {
  return Walk{positions}.finds_double();
}

}  // namespace tocsin::compiler
