#include "runtime/access.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace tocsin::runtime {
namespace {

using patterns::EventPick;
using patterns::ExpressionId;
using patterns::ExpressionNode;
using patterns::ExpressionPool;
using patterns::Op;
using patterns::TextPattern;

/// Larger sets are asked, not looked up: each of their values would have a place in the index.
constexpr std::size_t kSetSizeMax = 10'000;

bool is_range(const Access& access) {
  return access.size() == 1 && access.front().kind == AccessTerm::Kind::range;
}

/// Up to here, and not with it, every int is a double.
constexpr double kExactMax = 9007199254740992.0;  // 2^53

constexpr double kInfinite = std::numeric_limits<double>::infinity();

/// Whether all of `values` compare with each other: then none of them counts that it does not.
bool of_one_kind(const std::vector<Value>& values) {
  return std::all_of(values.begin(), values.end(), [&](const Value& v) {
    return compare(values.front(), v) != Ordering::incomparable;
  });
}

/// How many events an access lets through, on no scale.
double guessed_share(const Access& access) {
  double share = 0;
  for (const AccessTerm& term : access) {
    switch (term.kind) {
      case AccessTerm::Kind::equal:
        share += static_cast<double>(term.values.size());
        break;
      case AccessTerm::Kind::text:
        share += 20;
        break;
      case AccessTerm::Kind::range:
        share += std::isinf(term.low) || std::isinf(term.high) ? 20'000 : 10'000;
    }
  }
  return share;
}

class AccessFinder {
 public:
  AccessFinder(const ExpressionPool& pool, const TextsSought& texts_sought)
      : pool_{pool}, texts_sought_{texts_sought} {}

  std::optional<Access> find(ExpressionId id) const {
    const ExpressionNode& node = pool_.node(id);
    switch (node.op) {
      case Op::logical_and:
        return best_of(node);
      case Op::logical_or:
        return any_of(node);
      case Op::attribute:
        return is_own(id) ? equal(id, id, {Value::boolean(true)}) : std::nullopt;
      case Op::equal:
        return equality(id);
      case Op::in_set:
        if (!is_own(operand(node, 0))) return std::nullopt;
        return equal(id, operand(node, 0), pool_.constant_set(node.index).values());
      case Op::in_list:
        return one_of(id);
      case Op::less:
      case Op::less_equal:
        return order(id, operand(node, 0), operand(node, 1), node.op == Op::less);
      case Op::greater:
      case Op::greater_equal:
        return order(id, operand(node, 1), operand(node, 0), node.op == Op::greater);
      case Op::between:
        return between(id);
      case Op::contains:
      case Op::starts_with:
      case Op::ends_with:
      case Op::text_match:
        return text(id);
      default:
        return std::nullopt;
    }
  }

 private:
  ExpressionId operand(const ExpressionNode& node, std::size_t i) const { return pool_.operand(node, i); }

  bool is_own(ExpressionId id) const {
    const ExpressionNode& node = pool_.node(id);
    return node.op == Op::attribute && node.pick.which == EventPick::Which::own;
  }
  const Value* constant(ExpressionId id) const {
    const ExpressionNode& node = pool_.node(id);
    return node.op == Op::constant ? &pool_.constant(node.index) : nullptr;
  }
  AttributeId attribute(ExpressionId id) const {
    return AttributeId{static_cast<std::uint16_t>(pool_.node(id).index)};
  }

  /// `own` equals one of `values`; that is what `condition` says.
  std::optional<Access> equal(ExpressionId condition, ExpressionId own, std::vector<Value> values) const {
    if (values.size() > kSetSizeMax) return std::nullopt;
    if (std::any_of(values.begin(), values.end(), [](const Value& v) { return v.kind() == ValueKind::list; }))
      return std::nullopt;
    AccessTerm term;
    term.attribute = attribute(own);
    const bool sorted_out = pool_.node(condition).op != Op::in_list;
    if (sorted_out || of_one_kind(values)) term.decides.push_back(condition);
    std::erase_if(values, [](const Value& v) { return compare(v, v) != Ordering::equal; });
    term.values = std::move(values);
    return Access{std::move(term)};
  }

  std::optional<Access> equality(ExpressionId id) const {
    const ExpressionNode& node = pool_.node(id);
    ExpressionId own = operand(node, 0);
    ExpressionId other = operand(node, 1);
    if (!is_own(own)) std::swap(own, other);
    if (!is_own(own) || constant(other) == nullptr) return std::nullopt;
    return equal(id, own, {*constant(other)});
  }

  std::optional<Access> one_of(ExpressionId id) const {
    const ExpressionNode& node = pool_.node(id);
    if (!is_own(operand(node, 0))) return std::nullopt;
    std::vector<Value> values;
    for (std::size_t i = 1; i < node.operand_count; ++i) {
      const Value* value = constant(operand(node, i));
      if (value == nullptr) return std::nullopt;
      values.push_back(*value);
    }
    return equal(id, operand(node, 0), std::move(values));
  }

  /// low <= high, or low < high if `strict`, one of them an attribute.
  std::optional<Access> order(ExpressionId id, ExpressionId low, ExpressionId high, bool strict) const {
    AccessTerm term;
    term.kind = AccessTerm::Kind::range;
    const bool own_is_low = is_own(low);
    const ExpressionId own = own_is_low ? low : high;
    const Value* bound = constant(own_is_low ? high : low);
    if (!is_own(own) || !is_bound(bound)) return std::nullopt;
    term.attribute = attribute(own);
    double& end = own_is_low ? term.high : term.low;
    end = bound->as_number();
    if (!is_exact(*bound)) return Access{std::move(term)};
    const double inwards = own_is_low ? -kInfinite : kInfinite;
    if (strict) end = std::nextafter(end, inwards);
    term.decides.push_back(id);
    return Access{std::move(term)};
  }

  std::optional<Access> between(ExpressionId id) const {
    const ExpressionNode& node = pool_.node(id);
    const Value* low = constant(operand(node, 1));
    const Value* high = constant(operand(node, 2));
    if (!is_own(operand(node, 0)) || !is_bound(low) || !is_bound(high)) return std::nullopt;
    AccessTerm term;
    term.kind = AccessTerm::Kind::range;
    term.attribute = attribute(operand(node, 0));
    term.low = low->as_number();
    term.high = high->as_number();
    if (is_exact(*low) && is_exact(*high)) term.decides.push_back(id);
    return Access{std::move(term)};
  }

  /// Whether a number compares with `bound` as it does when both are doubles.
  static bool is_exact(const Value& bound) { return std::fabs(bound.as_number()) < kExactMax; }

  static bool is_bound(const Value* v) {
    return v != nullptr && v->is_number() && !std::isnan(v->as_number());
  }

  std::optional<Access> text(ExpressionId id) const {
    if (!text_pattern_of(pool_, id)) return std::nullopt;
    AccessTerm term;
    term.kind = AccessTerm::Kind::text;
    term.attribute = attribute(operand(pool_.node(id), 0));
    term.condition = id;
    term.decides.push_back(id);
    if (!texts_sought_(term.attribute, id)) return std::nullopt;
    return Access{std::move(term)};
  }

  /// Ranges of one attribute are one: `amount > 5 and amount < 10`.
  std::optional<Access> best_of(const ExpressionNode& node) const {
    std::vector<Access> all;
    for (std::size_t i = 0; i < node.operand_count; ++i) {
      auto access = find(operand(node, i));
      if (access && !narrows_one_of(all, *access)) all.push_back(std::move(*access));
    }
    const auto lets_less_through = [](const Access& a, const Access& b) {
      return guessed_share(a) < guessed_share(b);
    };
    const auto best = std::min_element(all.begin(), all.end(), lets_less_through);
    return best == all.end() ? std::nullopt : std::optional{std::move(*best)};
  }

  static bool narrows_one_of(std::vector<Access>& all, const Access& access) {
    if (!is_range(access)) return false;
    for (Access& other : all) {
      if (!is_range(other) || other.front().attribute != access.front().attribute) continue;
      other.front().low = std::max(other.front().low, access.front().low);
      other.front().high = std::min(other.front().high, access.front().high);
      const auto& decides = access.front().decides;
      other.front().decides.insert(other.front().decides.end(), decides.begin(), decides.end());
      return true;
    }
    return false;
  }

  std::optional<Access> any_of(const ExpressionNode& node) const {
    Access out;
    for (std::size_t i = 0; i < node.operand_count; ++i) {
      auto access = find(operand(node, i));
      if (!access) return std::nullopt;
      for (AccessTerm& term : *access) term.decides.clear();  // what stands before it might have counted
      std::move(access->begin(), access->end(), std::back_inserter(out));
    }
    return out;
  }

  const ExpressionPool& pool_;
  const TextsSought& texts_sought_;
};

}  // namespace

std::optional<Access> find_access(const ExpressionPool& expressions,
                                  ExpressionId condition,
                                  const TextsSought& texts_sought) {
  if (!condition) return std::nullopt;
  return AccessFinder{expressions, texts_sought}.find(condition);
}

std::optional<TextPattern> text_pattern_of(const ExpressionPool& expressions, ExpressionId id) {
  const ExpressionNode& node = expressions.node(id);
  const bool about_text = node.op == Op::contains || node.op == Op::starts_with || node.op == Op::ends_with ||
                          node.op == Op::text_match;
  if (!about_text) return std::nullopt;
  const ExpressionNode& own = expressions.node(expressions.operand(node, 0));
  if (own.op != Op::attribute || own.pick.which != EventPick::Which::own) return std::nullopt;
  TextPattern out;
  if (node.op == Op::text_match) {
    const patterns::TextMatcher& matcher = expressions.matcher(node.index);
    out.kind = matcher.is_regex() ? TextPattern::Kind::regex : TextPattern::Kind::like;
    out.text = matcher.pattern();
    out.ignore_case = matcher.ignores_case();
    return out;
  }
  const ExpressionNode& part = expressions.node(expressions.operand(node, 1));
  if (part.op != Op::constant || !expressions.constant(part.index).is_string()) return std::nullopt;
  out.kind = node.op == Op::contains      ? TextPattern::Kind::contains
             : node.op == Op::starts_with ? TextPattern::Kind::starts_with
                                          : TextPattern::Kind::ends_with;
  out.text = expressions.constant(part.index).as_text();
  out.ignore_case = node.ignore_case;
  return out;
}

}  // namespace tocsin::runtime
