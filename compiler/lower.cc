#include "compiler/lower.h"

#include "base/check.h"
#include "compiler/ways.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace tocsin::compiler {
namespace {

using patterns::Joint;
using patterns::Lull;
using patterns::PatternNode;
using patterns::Position;
using patterns::PositionId;
using patterns::VariableId;
using patterns::VariableMask;

/// More ways than this from one place are given up while they are collected: no position takes so many.
constexpr std::size_t kWaysMax = 2 * patterns::kTransitionsMax;

/// Builds from the end of the pattern to its start: each node is given the ways on from behind it, and gives
/// back the ways into it (and past it, where it may be left out).
class Lowering {
 public:
  Lowering(const Reporter& reporter, dsl::Span span) : reporter_{reporter}, span_{span}, places_(1) {}

  Lowered run(const PatternNode& root) {
    Way accept;
    accept.kind = Way::Kind::accept;
    Ways starts = into(root, Ways{accept});
    drop_empty_word(starts);
    join(starts, Joint{});
    if (std::any_of(starts.begin(), starts.end(), starts_with_absence))
      error("E0601", "where what stands before it is left out, the pattern starts with `not`");
    places_[patterns::kStart.value].ways = std::move(starts);
    std::vector<Position> out;
    for (Place& place : places_) {
      settle_ways(place.ways);
      if (place.ways.size() > patterns::kTransitionsMax) {
        error("E0607",
              fmt::format("the pattern has a place with more than {} ways on", patterns::kTransitionsMax));
      }
      take_lulls(place);
      if (failed_) return {};
      out.push_back(position_of(place.variable, place.ways));
    }
    number_forwards(out);
    return {std::move(out), std::move(lulls_)};
  }

 private:
  /// A position in the making.
  struct Place {
    VariableId variable;
    Ways ways;
  };

  Ways into(const PatternNode& at, const Ways& next) {
    if (failed_) return {};
    Ways out = std::visit([&](const auto& node) { return visit(node, next); }, at.node);
    drop_doubles(out);
    if (out.size() > kWaysMax) error("E0607", "the pattern has a place with too many ways on");
    return out;
  }

  Ways visit(const patterns::Occurrence& node, const Ways& next) {
    if (places_.size() >= patterns::kPositionsMax) {
      error("E0607", fmt::format("the pattern has more than {} places", patterns::kPositionsMax - 1));
    }
    places_.push_back(Place{node.variable, next});
    return {entering(PositionId{static_cast<std::uint16_t>(places_.size() - 1)}, node.variable)};
  }

  /// u{2,4} is u u (u (u)?)?; the last of an unbounded one leads back to itself.
  Ways visit(const patterns::Quantified& node, const Ways& next) {
    const std::size_t first = places_.size();
    const std::uint32_t count = node.max.value_or(std::max(node.min, 1u));
    Ways inner = next;
    for (std::uint32_t i = count; i > 0 && !failed_; --i) {
      const std::size_t begin = places_.size();
      const bool loops = i == count && !node.max;
      Ways again = loops ? into_loop(node, next) : into(*node.unit, inner);
      // A repetition beyond the minimum takes at least one event.
      if (i > node.min) again = only_entering(again, begin, places_.size());
      if (i > 1) join(again, node.repeat);
      inner = i > node.min ? choice(node, std::move(again), next, i > 1) : std::move(again);
    }
    for (const VariableId variable : node.until) end_taking(variable, first, inner);
    return inner;
  }

  Ways into_loop(const patterns::Quantified& node, const Ways& next) {
    const std::size_t first = places_.size();
    Way back;
    back.kind = Way::Kind::again;
    back.loop = ++loops_;
    Ways entries = into(*node.unit, choice(node, Ways{back}, next, true));
    Ways repeats = only_entering(entries, first, places_.size());
    join(repeats, node.repeat);
    for (std::size_t i = first; i < places_.size(); ++i) {
      put_in_place(places_[i].ways, back.loop, repeats, possessive_choices_);
    }
    if (node.min == 0) {  // a repetition beyond the minimum takes at least one event
      std::erase_if(entries,
                    [&](const Way& way) { return way.kind == Way::Kind::again && way.loop == back.loop; });
    } else {
      put_in_place(entries, back.loop, repeats, possessive_choices_);
    }
    return entries;
  }

  /// `repeated`: some repetition went before, so that the link between repetitions is the one that counts.
  Ways choice(const patterns::Quantified& node, Ways again, Ways leave, bool repeated) {
    if (node.mode == patterns::LoopMode::possessive) hold_on(again, leave, repeated ? &node.repeat : nullptr);
    Ways& first = node.mode == patterns::LoopMode::lazy ? leave : again;
    append(first, node.mode == patterns::LoopMode::lazy ? again : leave);
    return std::move(first);
  }

  /// A possessive loop is left only if it takes no more; at the end of the pattern, once it is too late for
  /// more.
  void hold_on(Ways& again, Ways& leave, const Joint* link) {
    const PossessiveChoice choice = possessive_choices_++;
    for (Way& way : again) way.takes_on.push_back(choice);
    for (Way& way : leave) {
      way.leaves.push_back(choice);
      if (way.kind != Way::Kind::accept) continue;
      way.kind = Way::Kind::accept_late;
      if (link != nullptr) way.joint = *link;
    }
  }

  /// `until`: on every way that goes on in the loop, whose positions begin with `first`.
  void end_taking(VariableId variable, std::size_t first, Ways& entries) {
    Absent until;
    until.variable = variable;
    until.kind = Absent::Kind::until;
    const auto guard = [&](Ways& ways) {
      for (Way& way : ways) {
        if (way.enters(first, places_.size())) way.absent.push_back(until);
      }
    };
    for (std::size_t i = first; i < places_.size(); ++i) guard(places_[i].ways);
    guard(entries);
  }

  Ways visit(const patterns::Alternation& node, const Ways& next) {
    const std::size_t first = places_.size();
    Ways out;
    for (std::size_t i = node.branches.size(); i-- > 0;) {
      Ways branch = into(node.branches[i], next);
      append(branch, out);
      out = std::move(branch);
    }
    make_rivals(out, first, places_.size(), beginnings(out, first));
    return out;
  }

  /// a & b is (a -> b | b -> a), and so on; what comes behind does not depend on the order of what went
  /// before, so that the same units left have the same positions.
  Ways visit(const patterns::Conjunction& node, const Ways& next) {
    const std::size_t first = places_.size();
    const std::uint32_t all = (1u << node.units.size()) - 1;
    std::vector<Ways> rest(all + 1);
    rest[0] = next;
    for (std::uint32_t left = 1; left <= all && !failed_; ++left) {
      for (std::size_t i = 0; i < node.units.size(); ++i) {
        const std::uint32_t unit = 1u << i;
        if ((left & unit) != 0) append(rest[left], into(node.units[i], rest[left & ~unit]));
      }
      drop_doubles(rest[left]);
      const bool some_order = (left & (left - 1)) != 0;  // more than one is left
      if (some_order) make_rivals(rest[left], first, places_.size(), beginnings(rest[left], first));
      if (left != all) join(rest[left], Joint{node.link});
    }
    return std::move(rest[all]);
  }

  VariableMask beginnings(const Ways& ways, std::size_t first) const {
    VariableMask out = 0;
    for (const Way& way : ways) {
      if (way.enters(first, places_.size())) out |= mask_of(places_[way.target.value].variable);
    }
    return out;
  }

  Ways visit(const patterns::Sequence& node, const Ways& next) {
    Ways ways = next;
    for (std::size_t i = node.terms.size(); i-- > 0;) {
      ways = into(node.terms[i], ways);
      if (i > 0) join(ways, node.joints[i - 1]);
    }
    return ways;
  }

  Ways visit(const patterns::Absence& node, const Ways& next) {
    const auto ends = [](const Way& way) {
      return way.kind == Way::Kind::accept || way.kind == Way::Kind::accept_late;
    };
    const auto at_end = std::count_if(next.begin(), next.end(), ends);
    if (at_end != 0 && at_end != std::ssize(next))
      error("E0602", "`not` is followed only by what may be left out", "say what ends the absence");
    if (at_end != 0 && node.length != Duration{0})
      error("E0602", "`not … for` is followed by no event", "say what must come after it");
    Ways out = next;
    for (Way& way : out) {
      for (const VariableId variable : node.variables)
        way.absent.push_back(Absent{variable, Absent::Kind::between, Duration{0}, false, node.length});
      // At the end the gap before `not` is the absence's time limit.
      if (way.kind == Way::Kind::accept) way.kind = Way::Kind::accept_late;
    }
    return out;
  }

  static bool starts_with_absence(const Way& way) {
    return std::any_of(way.absent.begin(), way.absent.end(), [](const Absent& absent) {
      return absent.kind != Absent::Kind::until && !absent.is_lull();
    });
  }

  /// Moves what must stay away `for` a time from the ways out of the start to the pattern's lulls.
  void take_lulls(Place& place) {
    const auto is_lull = [](const Absent& absent) { return absent.is_lull(); };
    for (std::size_t i = 0; i < place.ways.size(); ++i) {
      std::vector<Absent>& absences = place.ways[i].absent;
      if (place.variable && std::any_of(absences.begin(), absences.end(), is_lull))
        error("E0609", "`not … for` stands where something can have been taken before it");
      for (const Absent& absent : absences) {
        if (absent.is_lull()) lull_for(absent).closes |= patterns::TransitionMask{1} << i;
      }
      std::erase_if(absences, is_lull);
    }
  }

  Lull& lull_for(const Absent& absent) {
    for (Lull& lull : lulls_) {
      if (lull.variable == absent.variable && lull.length == absent.length) return lull;
    }
    return lulls_.emplace_back(Lull{absent.variable, absent.length, 0});
  }

  void drop_empty_word(Ways& starts) {
    const auto is_end = [](const Way& way) { return way.kind != Way::Kind::take; };
    if (std::erase_if(starts, is_end) == 0 || failed_) return;
    reporter_.warning(
        span_, "W0103", "every part of the pattern may be left out; a match still takes at least one event");
  }

  /// They were made from the last to the first.
  static void number_forwards(std::vector<Position>& positions) {
    std::reverse(positions.begin() + 1, positions.end());
    for (Position& position : positions) {
      for (patterns::Transition& way : position.transitions) {
        if (way.kind != patterns::Transition::Kind::take) continue;
        way.target = PositionId{static_cast<std::uint16_t>(positions.size() - way.target.value)};
      }
    }
  }

  void error(const char* code, std::string message, std::string hint = {}) {
    if (!failed_) reporter_.error(span_, code, std::move(message), std::move(hint));
    failed_ = true;
  }

  const Reporter& reporter_;
  dsl::Span span_;
  std::vector<Place> places_;
  std::vector<Lull> lulls_;
  std::uint32_t loops_ = 0;
  PossessiveChoice possessive_choices_ = 0;
  bool failed_ = false;
};

}  // namespace

Lowered lower(const patterns::Pattern& pattern, const Reporter& reporter, dsl::Span span) {
  return Lowering{reporter, span}.run(pattern.root);
}

}  // namespace tocsin::compiler
