#include "compiler/analyze_pattern.h"

#include "base/check.h"
#include "compiler/places.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace tocsin::compiler {
namespace {

using patterns::Joint;
using patterns::PatternNode;
using patterns::VariableId;

patterns::Link link_of(dsl::LinkKind kind) {
  switch (kind) {
    case dsl::LinkKind::followed_by:
      return patterns::Link::followed_by;
    case dsl::LinkKind::followed_by_any:
      return patterns::Link::followed_by_any;
    case dsl::LinkKind::next:
      return patterns::Link::next;
  }
  TOCSIN_CHECK(false, "no such link");
  return {};
}

patterns::LoopMode mode_of(dsl::QuantifierMode mode) {
  switch (mode) {
    case dsl::QuantifierMode::greedy:
      return patterns::LoopMode::greedy;
    case dsl::QuantifierMode::lazy:
      return patterns::LoopMode::lazy;
    case dsl::QuantifierMode::possessive:
      return patterns::LoopMode::possessive;
  }
  TOCSIN_CHECK(false, "no such mode");
  return {};
}

/// Where a term stands in the whole pattern.
struct Context {
  bool first = true;  ///< nothing can have been taken before it
  bool last = true;   ///< nothing can be taken after it
};

class PatternAnalyzer {
 public:
  explicit PatternAnalyzer(const RuleScope& scope) : scope_{scope} {}

  PatternNode analyze(const dsl::PatternNode& at, Context context) {
    return std::visit([&](const auto& node) { return visit(at, node, context); }, at.node);
  }

 private:
  VariableId variable(const std::string& name, dsl::Span span) {
    if (const auto found = scope_.find_variable(name)) return *found;
    scope_.reporter.error(span,
                          "E0302",
                          fmt::format("the pattern names `{}`, which is not under `events:`", name),
                          did_you_mean(name, scope_.variable_names()));
    return VariableId{0};
  }

  Joint joint_of(dsl::LinkKind link, const std::optional<dsl::Gap>& gap) {
    if (!gap) return {link_of(link)};
    if (gap->max && *gap->max <= Duration{0}) {
      scope_.reporter.error(gap->span, "E0605", "a gap must be longer than nothing");
    }
    return {link_of(link), gap->max.value_or(kForever), gap->min.value_or(Duration{0})};
  }

  PatternNode visit(const dsl::PatternNode& at, const dsl::VariableRef& node, Context) {
    return {patterns::Occurrence{variable(node.name, at.span)}};
  }

  PatternNode visit(const dsl::PatternNode& at, const dsl::Conjunction& node, Context context) {
    patterns::Conjunction out{{}, link_of(node.contiguity)};
    if (node.parts.size() > patterns::kConjunctionMax) {
      scope_.reporter.error(at.span,
                            "E0608",
                            fmt::format("`&` joins at most {} units", patterns::kConjunctionMax),
                            "join some of them by `->`");
      return {};
    }
    // Each unit stands first in some order, and last in another.
    for (const dsl::PatternNode& part : node.parts)
      out.units.push_back(analyze(part, {context.first, false}));
    return sized({std::move(out)}, at.span);
  }

  PatternNode visit(const dsl::PatternNode& at, const dsl::Absence& node, Context context) {
    if (node.duration) {
      check_length(*node.duration, context);
    } else if (context.first) {
      scope_.reporter.error(at.span,
                            "E0601",
                            "a pattern cannot start with `not`: nothing says since when",
                            "put what must come before it in front, or write `not … for 10m`");
    }
    patterns::Absence out;
    for (const auto& name : node.variables) out.variables.push_back(variable(name.value, name.span));
    if (node.duration) out.length = node.duration->value;
    return {std::move(out)};
  }

  void check_length(const dsl::Located<Duration>& length, Context context) {
    if (length.value <= Duration{0}) {
      scope_.reporter.error(length.span, "E0605", "`for` must be longer than nothing");
    }
    if (context.first) return;
    scope_.reporter.error(length.span,
                          "E0609",
                          "`for` stands only where a pattern or a branch of it starts",
                          context.last ? "at the end a gap says how long: `->[10m] not n`"
                                       : "between events the next link does: `-> not n ->[10m..] b`");
  }

  PatternNode visit(const dsl::PatternNode&, const dsl::Alternation& node, Context context) {
    patterns::Alternation out;
    for (const dsl::PatternNode& branch : node.branches) out.branches.push_back(analyze(branch, context));
    return {std::move(out)};
  }

  PatternNode visit(const dsl::PatternNode&, const dsl::Sequence& node, Context context) {
    patterns::Sequence out;
    for (std::size_t i = 0; i < node.terms.size(); ++i) {
      const bool is_last = i + 1 == node.terms.size();
      const Context inner{context.first && i == 0, context.last && is_last};
      if (i > 0) out.joints.push_back(joint_before(node.terms[i], node.links[i - 1], inner));
      if (i > 0) check_link_after(node.terms[i - 1], node.links[i - 1]);
      out.terms.push_back(analyze(node.terms[i], inner));
    }
    return {std::move(out)};
  }

  Joint joint_before(const dsl::PatternNode& term, const dsl::Link& link, Context context) {
    const Joint joint = joint_of(link.kind, link.gap);
    if (std::holds_alternative<dsl::Absence>(term.node)) check_joint_of_absence(link, context);
    return joint;
  }

  /// `not a for 10m -> b`: before b nothing was taken that a link could speak of.
  void check_link_after(const dsl::PatternNode& term, const dsl::Link& link) {
    const auto* absence = std::get_if<dsl::Absence>(&term.node);
    if (absence == nullptr || !absence->duration) return;
    if (link.kind == dsl::LinkKind::followed_by && !link.gap) return;
    scope_.reporter.error(link.gap ? link.gap->span : link.span,
                          "E0610",
                          "after `not … for` nothing was taken yet that the link could speak of",
                          "write `->`");
  }

  void check_joint_of_absence(const dsl::Link& link, Context context) {
    if (link.kind == dsl::LinkKind::followed_by_any) {
      scope_.reporter.error(link.span, "E0604", "`~>` says nothing before `not`", "write `->`");
    }
    if (context.last) return;
    if (link.gap) {
      scope_.reporter.error(link.gap->span,
                            "E0603",
                            "a gap before `not` stands only at the end of a pattern",
                            "put it on the link after `not`: `->[10m..]` for at least so long");
    }
  }

  PatternNode visit(const dsl::PatternNode&, const dsl::Quantified& node, Context context) {
    const dsl::Quantifier& q = node.quantifier;
    const bool once = q.max == 1u;
    if (once && q.min == 1 && q.until.empty()) return analyze(*node.unit, context);
    patterns::Quantified out;
    out.unit =
        std::make_shared<const PatternNode>(analyze(*node.unit, {context.first, context.last && once}));
    out.min = q.min;
    out.max = q.max;
    out.mode = mode_of(q.mode);
    for (const auto& name : q.until) out.until.push_back(variable(name.value, name.span));
    if (out.mode == patterns::LoopMode::lazy && out.max == out.min) {
      scope_.reporter.warning(
          q.span, "W0109", "an exact count is neither greedy nor lazy", "to leave it out, write `(a{2})?`");
    }
    out.repeat = joint_of(q.contiguity, q.gap);
    return sized({std::move(out)}, q.span);
  }

  /// What stands for more places than a pattern may have is refused where it comes to so many.
  PatternNode sized(PatternNode node, dsl::Span span) {
    if (refused_ || places_of(node) < patterns::kPositionsMax) return node;
    refused_ = true;
    scope_.reporter.error(
        span, "E0607", fmt::format("a pattern has at most {} places", patterns::kPositionsMax - 1));
    return node;
  }

  const RuleScope& scope_;
  bool refused_ = false;
};

}  // namespace

std::optional<PatternNode> analyze_pattern(const RuleScope& scope, const dsl::PatternNode& pattern) {
  const std::size_t errors = scope.reporter.error_count();
  PatternNode out = PatternAnalyzer{scope}.analyze(pattern, Context{});
  if (scope.reporter.error_count() > errors) return std::nullopt;
  return out;
}

}  // namespace tocsin::compiler
