#include "compiler/analyze_pattern.h"

#include "base/check.h"

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

  PatternNode visit(const dsl::PatternNode& at, const dsl::Conjunction&, Context) {
    scope_.reporter.unsupported(at.span, "`&`");
    return {};
  }

  PatternNode visit(const dsl::PatternNode& at, const dsl::Absence& node, Context context) {
    if (node.duration) {
      scope_.reporter.unsupported(node.duration->span, "`not … for`");
    } else if (context.first) {
      scope_.reporter.error(at.span,
                            "E0601",
                            "a pattern cannot start with `not`: nothing says since when",
                            "put what must come before it in front");
    }
    patterns::Absence out;
    for (const auto& name : node.variables) out.variables.push_back(variable(name.value, name.span));
    return {std::move(out)};
  }

  PatternNode visit(const dsl::PatternNode&, const dsl::Alternation& node, Context context) {
    patterns::Alternation out;
    for (const dsl::PatternNode& branch : node.branches) {
      refuse_leading_absence(branch, context);
      out.branches.push_back(analyze(branch, context));
    }
    return {std::move(out)};
  }

  /// `x -> (not n -> y | z)`: what ends the absence of one branch would have to end it for the other.
  void refuse_leading_absence(const dsl::PatternNode& branch, Context context) {
    if (context.first) return;
    const dsl::PatternNode* head = &branch;
    while (const auto* sequence = std::get_if<dsl::Sequence>(&head->node)) head = &sequence->terms.front();
    if (std::holds_alternative<dsl::Absence>(head->node)) {
      scope_.reporter.unsupported(head->span, "`not` at the start of a branch inside a pattern");
    }
  }

  PatternNode visit(const dsl::PatternNode&, const dsl::Sequence& node, Context context) {
    patterns::Sequence out;
    for (std::size_t i = 0; i < node.terms.size(); ++i) {
      const bool is_last = i + 1 == node.terms.size();
      const Context inner{context.first && i == 0, context.last && is_last};
      if (i > 0) out.joints.push_back(joint_before(node.terms[i], node.links[i - 1], inner));
      out.terms.push_back(analyze(node.terms[i], inner));
    }
    return {std::move(out)};
  }

  Joint joint_before(const dsl::PatternNode& term, const dsl::Link& link, Context context) {
    const Joint joint = joint_of(link.kind, link.gap);
    if (std::holds_alternative<dsl::Absence>(term.node)) check_joint_of_absence(link, context);
    return joint;
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
                            "move it to the link after `not`");
    }
  }

  PatternNode visit(const dsl::PatternNode&, const dsl::Quantified& node, Context context) {
    const dsl::Quantifier& q = node.quantifier;
    const bool single = q.min == 1 && q.max == 1u;
    if (single) return analyze(*node.unit, context);
    if (!std::holds_alternative<dsl::VariableRef>(node.unit->node)) {
      scope_.reporter.unsupported(q.span, "a quantifier on a group");
      return {};
    }
    refuse_later_quantifiers(q);
    check_bounds(q);
    patterns::Quantified out;
    out.unit = std::make_shared<const PatternNode>(analyze(*node.unit, context));
    out.min = q.min;
    out.max = q.max;
    out.lazy = q.mode == dsl::QuantifierMode::lazy;
    out.repeat = joint_of(q.contiguity, q.gap);
    return {std::move(out)};
  }

  void refuse_later_quantifiers(const dsl::Quantifier& q) {
    if (q.mode == dsl::QuantifierMode::possessive)
      scope_.reporter.unsupported(q.span, "a possessive quantifier");
    if (!q.until.empty()) scope_.reporter.unsupported(q.until_span, "`until`");
  }

  /// That they are in order the parser has seen to.
  void check_bounds(const dsl::Quantifier& q) {
    if (q.min < patterns::kPositionsMax && q.max.value_or(0) < patterns::kPositionsMax) return;
    scope_.reporter.error(
        q.span, "E0607", fmt::format("a pattern has at most {} places", patterns::kPositionsMax - 1));
  }

  const RuleScope& scope_;
};

}  // namespace

std::optional<PatternNode> analyze_pattern(const RuleScope& scope, const dsl::PatternNode& pattern) {
  const std::size_t errors = scope.reporter.error_count();
  PatternNode out = PatternAnalyzer{scope}.analyze(pattern, Context{});
  if (scope.reporter.error_count() > errors) return std::nullopt;
  return out;
}

}  // namespace tocsin::compiler
