#include "runtime/join.h"

#include "base/bytes.h"
#define XXH_INLINE_ALL  // the texts are short: the call would cost as much as the hash
#include <xxhash.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <string>
#include <string_view>

namespace tocsin::runtime {

using patterns::EventPick;
using patterns::ExpressionId;
using patterns::ExpressionNode;
using patterns::ExpressionPool;
using patterns::Op;
using patterns::VariableId;

namespace {

/// What an expression speaks of.
enum class About : std::uint8_t {
  nothing,  // but constants
  own,      // the event under test
  earlier,  // events taken before it
  other,    // both, or what may change while a run waits
};

About both(About a, About b) {
  if (a == About::nothing || a == b) return b;
  return b == About::nothing ? a : About::other;
}

About about(const ExpressionPool& expressions, ExpressionId id) {
  const ExpressionNode& node = expressions.node(id);
  switch (node.op) {
    case Op::key_part:
    case Op::alert_time:
    case Op::aggregate:
    case Op::lookup:
      return About::other;
    case Op::attribute:
    case Op::event_time:
    case Op::event_type:
      if (node.pick.which == EventPick::Which::prior) return About::other;
      return node.pick.which == EventPick::Which::own ? About::own : About::earlier;
    default:
      break;
  }
  About all = About::nothing;
  for (std::size_t i = 0; i < node.operand_count; ++i)
    all = both(all, about(expressions, expressions.operand(node, i)));
  return all;
}

bool is_comparison(Op op) {
  return op >= Op::equal && op <= Op::greater_equal;
}

/// `b reversed(op) a` says what `a op b` says.
Op reversed(Op op) {
  switch (op) {
    case Op::less:
      return Op::greater;
    case Op::less_equal:
      return Op::greater_equal;
    case Op::greater:
      return Op::less;
    case Op::greater_equal:
      return Op::less_equal;
    default:
      return op;
  }
}

AttributeId attribute_of_node(const ExpressionNode& node) {
  if (node.op != Op::attribute) return {};
  return AttributeId{static_cast<std::uint16_t>(node.index)};
}

std::optional<Join> join_of(
    const ExpressionPool& expressions, Op op, ExpressionId own, ExpressionId earlier, VariableId last) {
  if (about(expressions, own) != About::own || about(expressions, earlier) != About::earlier)
    return std::nullopt;
  Join join;
  join.op = op;
  join.own = own;
  join.earlier = earlier;
  join.whole = true;
  join.own_attribute = attribute_of_node(expressions.node(own));
  const EventPick& pick = expressions.node(earlier).pick;
  if (pick.which == EventPick::Which::last && (pick.variables & patterns::mask_of(last)) != 0)
    join.last_attribute = attribute_of_node(expressions.node(earlier));
  return join;
}

/// The less, the fewer events it lets through, by guess.
int looseness(const Join& join) {
  if (join.is_equality()) return 0;
  return join.by_order() ? 1 : 2;
}

}  // namespace

std::optional<Join> find_join(const ExpressionPool& expressions, ExpressionId condition, VariableId last) {
  if (!condition) return std::nullopt;
  const ExpressionNode& node = expressions.node(condition);
  if (is_comparison(node.op)) {
    const ExpressionId left = expressions.operand(node, 0);
    const ExpressionId right = expressions.operand(node, 1);
    const auto join = join_of(expressions, node.op, left, right, last);
    return join ? join : join_of(expressions, reversed(node.op), right, left, last);
  }
  if (node.op != Op::logical_and) return std::nullopt;
  std::optional<Join> best;
  for (std::size_t i = 0; i < node.operand_count; ++i) {
    const auto join = find_join(expressions, expressions.operand(node, i), last);
    if (join && (!best || looseness(*join) < looseness(*best))) best = join;
  }
  if (best) best->whole = false;
  return best;
}

namespace {

constexpr std::uint64_t kHashed = std::uint64_t{1} << 63;
constexpr std::uint64_t kInteger = std::uint64_t{1} << 62;
constexpr std::size_t kShortText = 7;
constexpr std::int64_t kSmallInteger = std::int64_t{1} << 53;  // floats are exact up to there, too

std::uint64_t hashed(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size()) | kHashed;
}

/// The bytes of at most 7 and, in the highest, how many there are.
std::uint64_t packed(std::string_view text) {
  return word_of_bytes(text.data(), text.size()) | std::uint64_t{text.size()} << 56;
}

}  // namespace

std::uint64_t fingerprint_of(Value v) {
  if (v.is_string()) return v.as_text().size() <= kShortText ? packed(v.as_text()) : hashed(v.as_text());
  std::string bytes;
  append_key_bytes(bytes, v);  // of a whole float as of the int
  std::string_view rest = bytes;
  const Value canonical = read_key_bytes(rest);
  const bool small = canonical.kind() == ValueKind::integer && canonical.as_integer() >= 0 &&
                     canonical.as_integer() < kSmallInteger;
  return small ? static_cast<std::uint64_t>(canonical.as_integer()) | kInteger : hashed(bytes);
}

namespace {

enum class RankTag : std::uint8_t { none, boolean, number, string, duration, time };

std::uint64_t ranked(RankTag tag, std::uint64_t place) {
  return static_cast<std::uint64_t>(tag) << kRankBits | place >> (64 - kRankBits);
}

constexpr std::uint64_t kSign = std::uint64_t{1} << 63;

std::uint64_t place_of_integer(std::int64_t v) {
  return static_cast<std::uint64_t>(v) ^ kSign;
}

std::uint64_t place_of_number(double v) {
  const auto bits = std::bit_cast<std::uint64_t>(v + 0.0);  // -0.0 is 0.0
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

std::uint64_t place_of_text(std::string_view text) {
  std::uint64_t place = 0;
  for (std::size_t i = 0; i < sizeof place; ++i)
    place = place << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0U);
  return place;
}

}  // namespace

std::uint64_t rank_of(Value v) {
  switch (v.kind()) {
    case ValueKind::boolean:
      return ranked(RankTag::boolean, place_of_integer(v.as_boolean() ? 8 : 0));
    case ValueKind::integer:
    case ValueKind::real:
      return std::isnan(v.as_number()) ? 0 : ranked(RankTag::number, place_of_number(v.as_number()));
    case ValueKind::string:
      return ranked(RankTag::string, place_of_text(v.as_text()));
    case ValueKind::duration:
      return ranked(RankTag::duration, place_of_integer(v.as_integer()));
    case ValueKind::time:
      return ranked(RankTag::time, place_of_integer(v.as_integer()));
    case ValueKind::null:
    case ValueKind::json:
    case ValueKind::list:
      break;
  }
  return 0;
}

bool Join::has_earlier_word_of(const ExpressionPool& expressions, const Join& other) const {
  return by_order() == other.by_order() && patterns::same_expression(expressions, earlier, other.earlier);
}

std::uint64_t Join::word_of(Value v) const {
  return by_order() ? rank_of(v) : fingerprint_of(v);
}

WordRange Join::words_that_may_hold(std::uint64_t own_word) const {
  WordRange ranks = comparable_ranks(own_word);
  const bool less_than = op == Op::less || op == Op::less_equal;
  if (own_word != 0) (less_than ? ranks.first : ranks.last) = own_word;
  return ranks;
}

}  // namespace tocsin::runtime
