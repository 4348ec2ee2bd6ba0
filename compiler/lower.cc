#include "compiler/lower.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace tocsin::compiler {
namespace {

using patterns::Guard;
using patterns::Joint;
using patterns::PatternNode;
using patterns::Position;
using patterns::PositionId;
using patterns::Transition;
using patterns::TransitionMask;
using patterns::VariableId;

/// An absence that a way passes through.
struct Absent {
  VariableId variable;
  Duration gap_min{0};
  bool next_only = false;
  bool operator==(const Absent&) const = default;
};

/// A way on from wherever it is put: into a position, or out of the pattern.
struct Way {
  Transition::Kind kind = Transition::Kind::take;
  PositionId target;
  std::optional<Joint> joint;          // none: the link before the unit is still to come
  std::optional<std::uint16_t> group;  // set with the joint, or earlier by an alternation
  std::vector<Absent> absent;

  bool enters(std::size_t first, std::size_t end) const {
    return kind == Transition::Kind::take && target.value >= first && target.value < end;
  }
  bool leads_where(const Way& other) const { return kind == other.kind && target == other.target; }
};

/// In order of preference.
using Ways = std::vector<Way>;

void append(Ways& to, const Ways& from) {
  to.insert(to.end(), from.begin(), from.end());
}

/// Builds from the end of the pattern to its start: each node is given the ways on from behind it, and gives
/// back the ways into it (and past it, where it may be left out).
class Lowering {
 public:
  Lowering(const Reporter& reporter, dsl::Span span) : reporter_{reporter}, span_{span}, positions_(1) {}

  std::vector<Position> run(const PatternNode& root) {
    Way accept;
    accept.kind = Transition::Kind::accept;
    Ways starts = into(root, Ways{accept});
    drop_empty_word(starts);
    for (Way& way : starts) {
      if (!way.absent.empty())
        error("E0601", "where what stands before it is left out, the pattern starts with `not`");
      way.joint = Joint{};
    }
    leave(patterns::kStart.value, starts);
    if (failed_) return {};
    number_forwards();
    return std::move(positions_);
  }

 private:
  Ways into(const PatternNode& at, const Ways& next) {
    return failed_ ? Ways{} : std::visit([&](const auto& node) { return visit(node, next); }, at.node);
  }

  Ways visit(const patterns::Occurrence& node, const Ways& next) {
    const PositionId position = new_position(node.variable);
    leave(position.value, next);
    return {entering(position)};
  }

  /// v{2,4} is v v (v (v)?)?; an unbounded one ends in a position that leads back to itself.
  Ways visit(const patterns::Quantified& node, const Ways& next) {
    const VariableId variable = std::get<patterns::Occurrence>(node.unit->node).variable;
    const std::uint32_t count = node.max.value_or(std::max(node.min, 1u));
    Ways inner = next;
    for (std::uint32_t i = count; i > 0 && !failed_; --i) {
      const PositionId position = new_position(variable);
      Ways again{entering(position)};
      const bool loops = i == count && !node.max;
      if (loops) {
        Ways repeat = again;
        join(repeat, node.repeat);
        leave(position.value, choice(repeat, next, node.lazy));
      } else {
        leave(position.value, inner);
      }
      if (i > 1) join(again, node.repeat);
      inner = i > node.min ? choice(again, next, node.lazy) : again;
    }
    return inner;
  }

  Ways visit(const patterns::Alternation& node, const Ways& next) {
    const std::size_t first = positions_.size();
    Ways out;
    for (std::size_t i = node.branches.size(); i-- > 0;) {
      Ways branch = into(node.branches[i], next);
      append(branch, out);
      out = std::move(branch);
    }
    const std::uint16_t group = new_group();
    for (Way& way : out) {
      if (way.enters(first, positions_.size())) way.group = group;
    }
    return without_doubles(std::move(out));
  }

  Ways visit(const patterns::Sequence& node, const Ways& next) {
    Ways ways = next;
    for (std::size_t i = node.terms.size(); i-- > 0;) {
      const Joint* before = i == 0 ? nullptr : &node.joints[i - 1];
      if (const auto* absence = std::get_if<patterns::Absence>(&node.terms[i].node)) {
        ways = through(*absence, before, std::move(ways));
        continue;
      }
      ways = into(node.terms[i], ways);
      if (before != nullptr) join(ways, *before);
    }
    return ways;
  }

  Ways visit(const patterns::Absence& node, const Ways& next) { return through(node, nullptr, next); }

  /// `before` is the joint in front of `not`: at the end its gap is the absence's time limit.
  Ways through(const patterns::Absence& node, const Joint* before, Ways ways) {
    const bool at_end = std::any_of(
        ways.begin(), ways.end(), [](const Way& way) { return way.kind != Transition::Kind::take; });
    const bool goes_on = std::any_of(
        ways.begin(), ways.end(), [](const Way& way) { return way.kind == Transition::Kind::take; });
    if (at_end && goes_on)
      error("E0602", "`not` is followed only by what may be left out", "say what ends the absence");
    for (Way& way : ways) {
      const bool next_only = before != nullptr && before->link == patterns::Link::next;
      const Duration gap_min = at_end && before != nullptr ? before->gap_min : Duration{0};
      for (const VariableId variable : node.variables)
        way.absent.push_back(Absent{variable, gap_min, next_only});
      if (way.kind == Transition::Kind::accept) {
        way.kind = Transition::Kind::accept_late;
        way.joint = Joint{patterns::Link::followed_by, before == nullptr ? kForever : before->gap_max};
      }
    }
    return ways;
  }

  static Ways choice(const Ways& again, const Ways& leave, bool lazy) {
    Ways out = lazy ? leave : again;
    append(out, lazy ? again : leave);
    return out;
  }

  /// Puts the link in front of what is not linked yet: the ways into the unit just built.
  void join(Ways& ways, const Joint& joint) {
    const std::uint16_t group = new_group();
    for (Way& way : ways) {
      if (way.joint || way.kind != Transition::Kind::take) continue;
      way.joint = joint;
      if (!way.group) way.group = group;
    }
  }

  /// Two ways to one place are one, and the preferred counts. They cannot be told apart unless by an absence.
  Ways without_doubles(Ways ways) {
    Ways out;
    for (Way& way : ways) {
      const auto same =
          std::find_if(out.begin(), out.end(), [&](const Way& w) { return w.leads_where(way); });
      if (same == out.end()) {
        out.push_back(std::move(way));
      } else if (same->absent != way.absent) {
        reporter_.unsupported(span_, "a choice between going on with and without a `not`");
        failed_ = true;
      }
    }
    return out;
  }

  void drop_empty_word(Ways& starts) {
    const auto is_end = [](const Way& way) { return way.kind != Transition::Kind::take; };
    if (std::erase_if(starts, is_end) == 0 || failed_) return;
    reporter_.warning(
        span_, "W0103", "every part of the pattern may be left out; a match still takes at least one event");
  }

  void leave(std::size_t position, const Ways& ways) {
    if (ways.size() > patterns::kTransitionsMax) {
      error("E0607",
            fmt::format("the pattern has a place with more than {} ways on", patterns::kTransitionsMax));
    }
    if (failed_) return;
    for (const Way& way : ways) add_transition(positions_[position], way);
  }

  static void add_transition(Position& from, const Way& way) {
    Transition transition;
    transition.kind = way.kind;
    transition.target = way.target;
    if (way.joint) {
      transition.link = way.joint->link;
      transition.gap_max = way.joint->gap_max;
      transition.gap_min = way.joint->gap_min;
    }
    transition.group = way.group.value_or(0);
    const auto bit = TransitionMask{1} << from.transitions.size();
    from.transitions.push_back(transition);
    for (const Absent& absent : way.absent) guard_for(from, absent).closes |= bit;
  }

  static Guard& guard_for(Position& from, const Absent& absent) {
    for (Guard& guard : from.guards) {
      if (guard.variable == absent.variable && guard.next_only == absent.next_only &&
          guard.gap_min == absent.gap_min)
        return guard;
    }
    Guard guard;
    guard.variable = absent.variable;
    guard.gap_min = absent.gap_min;
    guard.next_only = guard.blocks_take = absent.next_only;
    return from.guards.emplace_back(guard);
  }

  /// They were made from the last to the first.
  void number_forwards() {
    std::reverse(positions_.begin() + 1, positions_.end());
    for (Position& position : positions_) {
      for (Transition& way : position.transitions) {
        if (way.kind != Transition::Kind::take) continue;
        way.target = PositionId{static_cast<std::uint16_t>(positions_.size() - way.target.value)};
      }
    }
  }

  static Way entering(PositionId position) {
    Way way;
    way.target = position;
    return way;
  }

  PositionId new_position(VariableId variable) {
    if (positions_.size() >= patterns::kPositionsMax) {
      error("E0607", fmt::format("the pattern has more than {} places", patterns::kPositionsMax - 1));
    }
    positions_.push_back(Position{variable, {}, {}});
    return PositionId{static_cast<std::uint16_t>(positions_.size() - 1)};
  }

  /// 0 is that of the start.
  std::uint16_t new_group() { return ++groups_; }

  void error(const char* code, std::string message, std::string hint = {}) {
    reporter_.error(span_, code, std::move(message), std::move(hint));
    failed_ = true;
  }

  const Reporter& reporter_;
  dsl::Span span_;
  std::vector<Position> positions_;
  std::uint16_t groups_ = 0;
  bool failed_ = false;
};

}  // namespace

std::vector<Position> lower(const patterns::Pattern& pattern, const Reporter& reporter, dsl::Span span) {
  return Lowering{reporter, span}.run(pattern.root);
}

}  // namespace tocsin::compiler
