#include "dsl/printer.h"

#include "base/check.h"
#include "base/time.h"
#include "dsl/lexer.h"
#include "dsl/operator_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace tocsin::dsl {

namespace {

const BinaryOperator& find_operator(BinaryOp op, bool ignore_case) {
  const auto found = std::find_if(kBinaryOperators.begin(), kBinaryOperators.end(), [&](const auto& each) {
    return each.op == op && each.ignore_case == ignore_case;
  });
  TOCSIN_CHECK(found != kBinaryOperators.end(), "an operator that the language does not have");
  return *found;
}

std::string name_text(const std::string& name) {
  return is_identifier(name) && !is_keyword(name) ? name : "`" + name + "`";
}

std::string string_text(const std::string& value) {
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'') out += c;
    out += c;
  }
  return out + "'";
}

std::string real_text(double value) {
  std::string out = fmt::format("{}", value);
  if (out.find_first_of(".e") == std::string::npos) out += ".0";  // else it would be read as an int
  return out;
}

std::string duration_text(Duration value) {
  return value.count() < 0 ? "-" + format_duration(-value) : format_duration(value);
}

struct LiteralText {
  std::string operator()(Null) const { return "null"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return real_text(value); }
  std::string operator()(const std::string& value) const { return string_text(value); }
  std::string operator()(Duration value) const { return duration_text(value); }
};

bool is_literal(const Expr& expression) {
  return std::holds_alternative<Literal>(expression.node);
}

/// The text of one node and how tightly it binds.
struct Printed {
  std::string text;
  Level level = Level::postfix;
};

Printed print(const Expr& expression);

std::string print_at(const Expr& expression, Level least) {
  Printed printed = print(expression);
  return printed.level < least ? "(" + printed.text + ")" : printed.text;
}

std::string print_all(const std::vector<Expr>& expressions) {
  std::string out;
  for (const Expr& each : expressions) {
    if (!out.empty()) out += ", ";
    out += print_at(each, Level::disjunction);
  }
  return out;
}

struct ExpressionPrinter {
  Printed operator()(const Literal& node) const {
    std::string text = std::visit(LiteralText{}, node.value);
    const Level level = text.starts_with('-') ? Level::unary : Level::postfix;
    return {std::move(text), level};
  }
  Printed operator()(const Name& node) const { return {name_text(node.text)}; }
  Printed operator()(const Member& node) const {
    const std::string& name = node.name.value;
    return {print_at(*node.object, Level::postfix) + "." + (is_identifier(name) ? name : "`" + name + "`")};
  }
  Printed operator()(const Index& node) const {
    const auto* several = std::get_if<ListLiteral>(&node.index->node);
    const bool keys = several != nullptr && several->items.size() > 1;
    const std::string index = keys ? print_all(several->items) : print_at(*node.index, Level::disjunction);
    return {print_at(*node.object, Level::postfix) + "[" + index + "]"};
  }
  Printed operator()(const Call& node) const {
    return {name_text(node.function.value) + "(" + print_all(node.arguments) + ")"};
  }
  Printed operator()(const ListLiteral& node) const { return {"[" + print_all(node.items) + "]"}; }
  Printed operator()(const Unary& node) const {
    if (node.op == UnaryOp::logical_not)
      return {"not " + print_at(*node.operand, Level::negation), Level::negation};
    const bool literal = is_literal(*node.operand);  // `-5` is a literal of its own
    return {literal ? "-(" + print_at(*node.operand, Level::disjunction) + ")"
                    : "-" + print_at(*node.operand, Level::unary),
            Level::unary};
  }
  Printed operator()(const Binary& node) const {
    const BinaryOperator& op = find_operator(node.op, node.ignore_case);
    const bool chains = op.level != Level::comparison;
    const bool associative = op.level == Level::disjunction || op.level == Level::conjunction;
    const std::string left = print_at(*node.left, chains ? op.level : tighter(op.level));
    const std::string right = print_at(*node.right, associative ? op.level : tighter(op.level));
    return {fmt::format("{} {} {}", left, op.text, right), op.level};
  }
  Printed operator()(const Between& node) const {
    return {fmt::format("{} between {} and {}",
                        print_at(*node.operand, Level::sum),
                        print_at(*node.low, Level::sum),
                        print_at(*node.high, Level::sum)),
            Level::comparison};
  }
  Printed operator()(const Case& node) const {
    std::string out = "case";
    for (const Case::Branch& branch : node.branches) {
      out += fmt::format(" when {} then {}",
                         print_at(branch.condition, Level::disjunction),
                         print_at(branch.value, Level::disjunction));
    }
    if (node.otherwise) out += " else " + print_at(*node.otherwise, Level::disjunction);
    return {out + " end"};
  }

  static Level tighter(Level level) { return static_cast<Level>(static_cast<std::uint8_t>(level) + 1); }
};

Printed print(const Expr& expression) {
  return std::visit(ExpressionPrinter{}, expression.node);
}

// --- patterns ---

enum class PatternLevel : std::uint8_t { alternation, sequence, term, unit };

std::string_view arrow(LinkKind kind) {
  switch (kind) {
    case LinkKind::followed_by:
      return "->";
    case LinkKind::followed_by_any:
      return "~>";
    case LinkKind::next:
      return "=>";
  }
  return "->";
}

std::string_view contiguity_text(LinkKind kind) {
  switch (kind) {
    case LinkKind::followed_by:
      return "";
    case LinkKind::followed_by_any:
      return " any";
    case LinkKind::next:
      return " strict";
  }
  return "";
}

std::string gap_text(const std::optional<Gap>& gap) {
  if (!gap) return "";
  std::string out = "[";
  if (gap->min) out += format_duration(*gap->min) + "..";
  if (gap->max) out += format_duration(*gap->max);
  return out + "]";
}

std::string bounds_text(const Quantifier& q) {
  if (q.min == 0 && q.max == 1) return "?";
  if (q.min <= 1 && !q.max) return q.min == 0 ? "*" : "+";
  if (q.max == q.min) return fmt::format("{{{}}}", q.min);
  return fmt::format(
      "{{{},{}}}", q.min == 0 ? "" : std::to_string(q.min), q.max ? std::to_string(*q.max) : "");
}

std::string variables_text(const std::vector<Located<std::string>>& variables) {
  std::string out;
  for (const auto& each : variables) {
    if (!out.empty()) out += " | ";
    out += each.value;
  }
  return variables.size() > 1 ? "(" + out + ")" : out;
}

std::string quantifier_text(const Quantifier& q) {
  std::string out = bounds_text(q);
  if (q.mode == QuantifierMode::lazy) out += '?';
  if (q.mode == QuantifierMode::possessive) out += '+';
  out += contiguity_text(q.contiguity);
  out += gap_text(q.gap);
  if (!q.until.empty()) out += " until " + variables_text(q.until);
  return out;
}

struct PrintedPattern {
  std::string text;
  PatternLevel level = PatternLevel::unit;
};

PrintedPattern print(const PatternNode& pattern);

std::string print_at(const PatternNode& pattern, PatternLevel least) {
  PrintedPattern printed = print(pattern);
  return printed.level < least ? "(" + printed.text + ")" : printed.text;
}

std::string join(const std::vector<PatternNode>& parts, std::string_view separator, PatternLevel least) {
  std::string out;
  for (const PatternNode& part : parts) {
    if (!out.empty()) out += separator;
    out += print_at(part, least);
  }
  return out;
}

struct PatternPrinter {
  PrintedPattern operator()(const VariableRef& node) const { return {node.name}; }
  PrintedPattern operator()(const Absence& node) const {
    std::string out = "not " + variables_text(node.variables);
    if (node.duration) out += " for " + format_duration(node.duration->value);
    return {std::move(out), PatternLevel::term};
  }
  PrintedPattern operator()(const Quantified& node) const {
    const bool twice = std::holds_alternative<Quantified>(node.unit->node);  // (a+){2}
    const std::string unit = print_at(*node.unit, PatternLevel::unit);
    return {(twice ? "(" + unit + ")" : unit) + quantifier_text(node.quantifier)};
  }
  PrintedPattern operator()(const Conjunction& node) const {
    std::string all = join(node.parts, " & ", PatternLevel::unit);
    if (node.contiguity == LinkKind::followed_by) return {std::move(all), PatternLevel::term};
    return {fmt::format("({}){}", all, contiguity_text(node.contiguity))};
  }
  PrintedPattern operator()(const Sequence& node) const {
    std::string out = print_at(node.terms.front(), PatternLevel::term);
    for (std::size_t i = 0; i < node.links.size(); ++i) {
      const Link& link = node.links[i];
      out += fmt::format(
          " {}{} {}", arrow(link.kind), gap_text(link.gap), print_at(node.terms[i + 1], PatternLevel::term));
    }
    return {std::move(out), PatternLevel::sequence};
  }
  PrintedPattern operator()(const Alternation& node) const {
    return {join(node.branches, " | ", PatternLevel::sequence), PatternLevel::alternation};
  }
};

PrintedPattern print(const PatternNode& pattern) {
  return std::visit(PatternPrinter{}, pattern.node);
}

}  // namespace

std::string to_string(const Expr& expression) {
  return print(expression).text;
}

std::string to_string(const PatternNode& pattern) {
  return print(pattern).text;
}

std::string to_string(const TypeSet& types) {
  std::string out = types.any ? "any" : "";
  for (const auto& name : types.names) {
    if (!out.empty()) out += "|";
    out += name.value;
  }
  return out;
}

std::string_view spelling(BinaryOp op, bool ignore_case) {
  return find_operator(op, ignore_case).text;
}

}  // namespace tocsin::dsl
