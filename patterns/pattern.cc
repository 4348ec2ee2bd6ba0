#include "patterns/pattern.h"

#include <fmt/format.h>

#include <bit>

namespace tocsin::patterns {
namespace {

std::string_view mode_text(LoopMode mode) {
  if (mode == LoopMode::greedy) return "";
  return mode == LoopMode::lazy ? "?" : "+";
}

std::string_view contiguity_text(Link link) {
  if (link == Link::followed_by) return "";
  return link == Link::next ? " strict" : " any";
}

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
  out += mode_text(q.mode);
  out += contiguity_text(q.repeat.link);
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
    const std::string length = n.length == Duration{0} ? "" : " for " + format_duration(n.length);
    return "not " + any_of(n.variables) + length;
  }
  std::string text(const Quantified& n) const {
    const bool twice = std::holds_alternative<Quantified>(n.unit->node);  // not `a+?`
    std::string out = twice ? "(" + print(*n.unit) + ")" : grouped(*n.unit);
    out += quantifier_text(n);
    return n.until.empty() ? out : out + " until " + any_of(n.until);
  }
  std::string text(const Conjunction& n) const {
    std::string out;
    for (const PatternNode& unit : n.units) out += (out.empty() ? "" : " & ") + grouped(unit);
    const std::string_view contiguity = contiguity_text(n.link);
    return contiguity.empty() ? out : "(" + out + ")" + std::string{contiguity};
  }
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

  /// `n`, `(n | m)`.
  std::string any_of(const std::vector<VariableId>& variables) const {
    if (variables.size() == 1) return names_[variables.front().value];
    std::string out;
    for (const VariableId variable : variables) out += (out.empty() ? "" : " | ") + names_[variable.value];
    return "(" + out + ")";
  }

  std::string grouped(const PatternNode& node) const {
    const bool group = std::holds_alternative<Sequence>(node.node) ||
                       std::holds_alternative<Alternation>(node.node) ||
                       std::holds_alternative<Conjunction>(node.node);
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
  return a.variables == b.variables && a.length == b.length;
}
bool same(const Quantified& a, const Quantified& b) {
  return a.min == b.min && a.max == b.max && a.mode == b.mode && a.repeat == b.repeat && a.until == b.until &&
         same_node(*a.unit, *b.unit);
}
bool same(const Conjunction& a, const Conjunction& b) {
  return a.link == b.link && same_nodes(a.units, b.units);
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
