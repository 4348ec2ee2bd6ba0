#include "base/check.h"
#include "patterns/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <iterator>

namespace tocsin::patterns {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += c;
    out += c;
  }
  return out + "'";
}

std::string list_literal(std::string_view items);

/// Reads back as the same: a float keeps its point, a quote in a string is written twice.
std::string literal(const Value& value) {
  if (value.is_string()) return quoted(value.as_text());
  if (value.kind() == ValueKind::list) return list_literal(value.as_text());
  std::string out;
  append_plain(out, value);
  if (value.kind() == ValueKind::time) return "time(" + quoted(out) + ")";
  const bool whole = out.find_first_not_of("-0123456789") == std::string::npos;
  return value.kind() == ValueKind::real && whole ? out + ".0" : out;
}

std::string list_literal(std::string_view items) {
  std::string out;
  while (!items.empty()) out += (out.empty() ? "" : ", ") + literal(read_key_bytes(items));
  return "[" + out + "]";
}

bool is_infix(Op op) {
  switch (op) {
    case Op::logical_and:
    case Op::logical_or:
    case Op::equal:
    case Op::not_equal:
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
    case Op::member:
    case Op::contains:
    case Op::starts_with:
    case Op::ends_with:
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::modulo:
      return true;
    default:
      return false;
  }
}

/// Operators that are not written as `name(operands…)`, nor stand alone.
bool needs_parentheses(Op op) {
  return is_infix(op) || op == Op::logical_not || op == Op::negate || op == Op::between || op == Op::in_set ||
         op == Op::in_list || op == Op::text_match;
}

class ExpressionPrinter {
 public:
  ExpressionPrinter(const ExpressionPool& pool,
                    const Schema& schema,
                    std::span<const std::string> variables,
                    std::span<const std::string> keys)
      : pool_{pool}, schema_{schema}, variables_{variables}, keys_{keys} {}

  std::string print(ExpressionId id) {
    const ExpressionNode& node = pool_.node(id);
    if (is_infix(node.op)) return infix(node);
    switch (node.op) {
      case Op::constant:
        return literal(pool_.constant(node.index));
      case Op::attribute:
        return of_event(
            node.pick, to_string(schema_.path(AttributeId{static_cast<std::uint16_t>(node.index)})), false);
      case Op::event_time:
        return of_event(node.pick, "time", true);
      case Op::event_type:
        return of_event(node.pick, "type", true);
      case Op::key_part:
        return keys_[node.index];
      case Op::alert_time:
        return "time";
      case Op::aggregate:
        return aggregate(pool_.aggregate(AggregateId{static_cast<std::uint16_t>(node.index)}));
      case Op::logical_not:
        return "not " + operand(node, 0);
      case Op::negate:
        return "-" + operand(node, 0);
      case Op::in_set:
        return operand(node, 0) + " in [" + set(pool_.constant_set(node.index)) + "]";
      case Op::in_list:
        return operand(node, 0) + " in [" + list(node, 1) + "]";
      case Op::between:
        return fmt::format("{} between {} and {}", operand(node, 0), operand(node, 1), operand(node, 2));
      case Op::text_match:
        return operand(node, 0) + match(pool_.matcher(node.index));
      case Op::case_when:
        return choice(node);
      case Op::make_list:
        return "[" + list(node, 0) + "]";
      case Op::item:
        return fmt::format("{}[{}]", operand(node, 0), static_cast<std::int32_t>(node.index));
      case Op::lookup:
        return lookup(node);
      case Op::format:
        return list(node, 0) + ":" + pool_.format(node.index).text;
      default:
        return fmt::format("{}({}{})", name_of(node.op), list(node, 0), constant_arguments(node));
    }
  }

 private:
  std::string operand(const ExpressionNode& node, std::size_t i) {
    const ExpressionId id = pool_.operand(node, i);
    const std::string text = print(id);
    return needs_parentheses(pool_.node(id).op) ? "(" + text + ")" : text;
  }

  std::string infix(const ExpressionNode& node) {
    const char* suffix = node.ignore_case ? "_i" : "";
    return fmt::format("{} {}{} {}", operand(node, 0), name_of(node.op), suffix, operand(node, 1));
  }

  std::string list(const ExpressionNode& node, std::size_t from) {
    std::string out;
    for (std::size_t i = from; i < node.operand_count; ++i) {
      if (i > from) out += ", ";
      out += print(pool_.operand(node, i));
    }
    return out;
  }

  std::string lookup(const ExpressionNode& node) {
    const Lookup& asked = pool_.lookup(node.index);
    return fmt::format("{}[{}]{}", asked.table_name, list(node, 0), asked.member);
  }

  static std::string set(const ConstantSet& values) {
    std::string out;
    for (const Value& value : values.values()) {
      if (!out.empty()) out += ", ";
      out += literal(value);
    }
    return out;
  }

  /// Those that the compiler has prepared, as further arguments.
  std::string constant_arguments(const ExpressionNode& node) const {
    std::string out;
    if (node.op == Op::in_blocks) {
      for (const std::string& block : pool_.address_set(node.index).blocks()) out += ", " + quoted(block);
    } else if (node.op == Op::hour || node.op == Op::weekday || node.op == Op::date) {
      out = ", " + quoted(pool_.zone(node.index).name());
    } else if (node.op == Op::to_time || node.op == Op::to_duration) {
      out = ", " + quoted(unit_of(static_cast<TimeFormat>(node.index)));
    }
    return out;
  }

  static std::string_view unit_of(TimeFormat unit) {
    static constexpr std::string_view kUnits[] = {"s", "ms", "us", "ns"};
    return kUnits[static_cast<std::size_t>(unit)];
  }

  static std::string match(const TextMatcher& matcher) {
    const char* word = matcher.is_regex() ? "matches" : "like";
    return fmt::format(
        " {}{} {}", word, matcher.ignores_case() ? "_i" : "", literal(Value::string(matcher.pattern())));
  }

  std::string choice(const ExpressionNode& node) {
    std::string out = "case";
    std::size_t i = 0;
    for (; i + 1 < node.operand_count; i += 2) {
      out += fmt::format(" when {} then {}", operand(node, i), operand(node, i + 1));
    }
    return out + fmt::format(" else {} end", operand(node, i));
  }

  std::string names(VariableMask variables) const {
    std::string out;
    for (VariableMask rest = variables; rest != 0; rest &= rest - 1) {
      if (!out.empty()) out += "|";
      out += variables_[static_cast<std::size_t>(std::countr_zero(rest))];
    }
    return out;
  }

  std::string aggregate(const Aggregate& a) {
    const std::string of = names(a.variables);
    if (!a.operand) return fmt::format("{}({})", name_of(a.kind), of);
    aggregated_ = of;
    std::string out = fmt::format("{}({})", name_of(a.kind), print(a.operand));
    aggregated_.clear();
    return out;
  }

  /// `built_in`: the event's own `time` or `type`, not an attribute of that name.
  std::string of_event(const EventPick& pick, const std::string& what, bool built_in) const {
    switch (pick.which) {
      case EventPick::Which::own:
        if (!aggregated_.empty()) return aggregated_ + "." + what;
        return built_in || !shadowed(what) ? what : "this." + what;
      case EventPick::Which::first:
        return fmt::format("first({}).{}", names(pick.variables), what);
      case EventPick::Which::last:
        return fmt::format("{}.{}", names(pick.variables), what);
      case EventPick::Which::nth:
        return fmt::format("{}[{}].{}", names(pick.variables), pick.n, what);
      case EventPick::Which::prior:
        return pick.n == 1 ? "prior." + what : fmt::format("prior[{}].{}", pick.n, what);
    }
    TOCSIN_CHECK(false, "no such pick");
    return {};
  }

  /// Whether the bare word would mean something else than the attribute.
  bool shadowed(const std::string& path) const {
    if (path == "time" || path == "type") return true;
    const std::string head = path.substr(0, path.find_first_of(".["));
    return std::find(variables_.begin(), variables_.end(), head) != variables_.end();
  }

  const ExpressionPool& pool_;
  const Schema& schema_;
  std::span<const std::string> variables_;
  std::span<const std::string> keys_;
  std::string aggregated_;  // the variable whose aggregate's operand is being printed
};

}  // namespace

std::string_view name_of(AggregateKind kind) {
  switch (kind) {
    case AggregateKind::count:
      return "count";
    case AggregateKind::sum:
      return "sum";
    case AggregateKind::average:
      return "avg";
    case AggregateKind::minimum:
      return "min";
    case AggregateKind::maximum:
      return "max";
    case AggregateKind::stddev:
      return "stddev";
    case AggregateKind::distinct:
      return "distinct";
    case AggregateKind::collect:
      return "collect";
  }
  TOCSIN_CHECK(false, "no such aggregate");
  return {};
}

std::string_view name_of(Op op) {
  static constexpr std::string_view kNames[] = {
      "constant",  "attribute", "time",        "type",    "key",      "time",       "aggregate", "not",
      "and",       "or",        "==",          "!=",      "<",        "<=",         ">",         ">=",
      "in",        "in",        "in",          "between", "contains", "startswith", "endswith",  "matches",
      "+",         "-",         "*",           "/",       "%",        "-",          "case",      "coalesce",
      "exists",    "list",      "item",        "lower",   "upper",    "len",        "trim",      "concat",
      "abs",       "round",     "floor",       "ceil",    "sqrt",     "log",        "pow",       "substr",
      "split",     "hash",      "cidr",        "hour",    "weekday",  "date",       "time",      "duration",
      "haversine", "entropy",   "levenshtein", "format",  "lookup",
  };
  static_assert(std::size(kNames) == static_cast<std::size_t>(Op::lookup) + 1);
  return kNames[static_cast<std::size_t>(op)];
}

std::string to_string(const ExpressionPool& pool,
                      ExpressionId id,
                      const Schema& schema,
                      std::span<const std::string> variable_names,
                      std::span<const std::string> key_names) {
  return ExpressionPrinter{pool, schema, variable_names, key_names}.print(id);
}

}  // namespace tocsin::patterns
