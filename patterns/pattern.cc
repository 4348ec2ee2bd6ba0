#include "patterns/pattern.h"

#include <fmt/format.h>

#include <bit>

namespace tocsin::patterns {
namespace {

std::string quantifier_text(const Quantified& q) {
  std::string out;
  if (q.min == 0 && !q.max) {
    out = "*";
  } else if (q.min == 1 && !q.max) {
    out = "+";
  } else if (q.min == 0 && q.max == 1u) {
    out = "?";
  } else if (!q.max) {
    out = fmt::format("{{{},}}", q.min);
  } else if (q.min == *q.max) {
    out = fmt::format("{{{}}}", q.min);
  } else {
    out = fmt::format("{{{},{}}}", q.min, *q.max);
  }
  if (q.lazy) out += '?';
  if (q.repeat.link == Link::next) out += " strict";
  if (q.repeat.link == Link::followed_by_any) out += " any";
  return out + gap_text(q.repeat.gap_min, q.repeat.gap_max);
}

class NodePrinter {
 public:
  explicit NodePrinter(std::span<const std::string> names) : names_{names} {}

  std::string print(const PatternNode& node) const {
    return std::visit([this](const auto& n) { return text(n); }, node.node);
  }

 private:
  std::string text(const Occurrence& n) const { return names_[n.variable.value]; }
  std::string text(const Absence& n) const {
    if (n.variables.size() == 1) return "not " + names_[n.variables.front().value];
    std::string out;
    for (const VariableId variable : n.variables) out += (out.empty() ? "" : " | ") + names_[variable.value];
    return "not (" + out + ")";
  }
  std::string text(const Quantified& n) const { return grouped(*n.unit) + quantifier_text(n); }
  std::string text(const Sequence& n) const {
    std::string out = grouped(n.terms.front());
    for (std::size_t i = 1; i < n.terms.size(); ++i) {
      out += fmt::format(" {} {}", to_string(n.joints[i - 1]), grouped(n.terms[i]));
    }
    return out;
  }
  std::string text(const Alternation& n) const {
    std::string out;
    for (const PatternNode& branch : n.branches) {
      if (!out.empty()) out += " | ";
      out += grouped(branch);
    }
    return out;
  }

  std::string grouped(const PatternNode& node) const {
    const bool group =
        std::holds_alternative<Sequence>(node.node) || std::holds_alternative<Alternation>(node.node);
    return group ? "(" + print(node) + ")" : print(node);
  }

  std::span<const std::string> names_;
};

bool same_nodes(const std::vector<PatternNode>& a, const std::vector<PatternNode>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_node);
}

bool same(const Occurrence& a, const Occurrence& b) {
  return a.variable == b.variable;
}
bool same(const Absence& a, const Absence& b) {
  return a.variables == b.variables;
}
bool same(const Quantified& a, const Quantified& b) {
  return a.min == b.min && a.max == b.max && a.lazy == b.lazy && a.repeat == b.repeat &&
         same_node(*a.unit, *b.unit);
}
bool same(const Sequence& a, const Sequence& b) {
  return a.joints == b.joints && same_nodes(a.terms, b.terms);
}
bool same(const Alternation& a, const Alternation& b) {
  return same_nodes(a.branches, b.branches);
}

}  // namespace

bool same_node(const PatternNode& a, const PatternNode& b) {
  if (a.node.index() != b.node.index()) return false;
  return std::visit([&b](const auto& n) { return same(n, std::get<std::decay_t<decltype(n)>>(b.node)); },
                    a.node);
}

std::string to_string(const Joint& joint) {
  return std::string{name_of(joint.link)} + gap_text(joint.gap_min, joint.gap_max);
}

std::string to_string(const PatternNode& node, std::span<const std::string> variable_names) {
  return NodePrinter{variable_names}.print(node);
}

std::string to_string(const Pattern& pattern) {
  std::string out = to_string(pattern.root, pattern.variable_names) + "\n";
  if (pattern.within != kForever) out += fmt::format("within {}\n", format_duration(pattern.within));
  out += fmt::format("after match {}", name_of(pattern.after_match));
  for (VariableMask rest = pattern.skip_to; rest != 0; rest &= rest - 1) {
    out += " " + pattern.variable_names[static_cast<std::size_t>(std::countr_zero(rest))];
  }
  return out + "\n";
}

}  // namespace tocsin::patterns
