#include "runtime/join.h"

#define XXH_INLINE_ALL  // the texts are short: the call would cost as much as the hash
#include <xxhash.h>

#include <cstring>
#include <string>

namespace tocsin::runtime {

using patterns::EventPick;
using patterns::ExpressionId;
using patterns::ExpressionNode;
using patterns::ExpressionPool;
using patterns::Op;
using patterns::VariableId;

namespace {

AttributeId attribute_named(const ExpressionNode& node) {
  return AttributeId{static_cast<std::uint16_t>(node.index)};
}

std::optional<Join> join_of(const ExpressionPool& expressions,
                            ExpressionId left,
                            ExpressionId right,
                            VariableId last) {
  const ExpressionNode& own = expressions.node(left);
  const ExpressionNode& earlier = expressions.node(right);
  if (own.op != Op::attribute || earlier.op != Op::attribute) return std::nullopt;
  const EventPick::Which which = earlier.pick.which;
  const bool of_run = which != EventPick::Which::own && which != EventPick::Which::prior;
  if (own.pick.which != EventPick::Which::own || !of_run) return std::nullopt;
  const bool of_last =
      earlier.pick.which == EventPick::Which::last && (earlier.pick.variables & patterns::mask_of(last)) != 0;
  return Join{attribute_named(own), attribute_named(earlier), right, of_last, false, false};
}

std::optional<Join> find_comparison(const ExpressionPool& expressions,
                                    ExpressionId condition,
                                    VariableId last,
                                    Op op) {
  const ExpressionNode& node = expressions.node(condition);
  if (node.op == Op::logical_and) {
    for (std::size_t i = 0; i < node.operand_count; ++i) {
      auto join = find_comparison(expressions, expressions.operand(node, i), last, op);
      if (join) join->whole = false;
      if (join) return join;
    }
  }
  if (node.op != op) return std::nullopt;
  const ExpressionId left = expressions.operand(node, 0);
  const ExpressionId right = expressions.operand(node, 1);
  auto join = join_of(expressions, left, right, last);
  if (!join) join = join_of(expressions, right, left, last);
  if (join) join->whole = true;
  if (join) join->differs = op == Op::not_equal;
  return join;
}

}  // namespace

std::optional<Join> find_join(const ExpressionPool& expressions, ExpressionId condition, VariableId last) {
  if (!condition) return std::nullopt;
  auto join = find_comparison(expressions, condition, last, Op::equal);
  return join ? join : find_comparison(expressions, condition, last, Op::not_equal);
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
  std::uint64_t word = 0;
  if (text.size() >= 4) {  // two halves that may overlap
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::memcpy(&first, text.data(), 4);
    std::memcpy(&last, text.data() + text.size() - 4, 4);
    word = first | std::uint64_t{last} << (8 * (text.size() - 4));
  } else if (!text.empty()) {
    const auto byte = [&](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(text[i])}; };
    const std::size_t middle = text.size() / 2;
    const std::size_t end = text.size() - 1;
    word = byte(0) | byte(middle) << (8 * middle) | byte(end) << (8 * end);
  }
  return word | std::uint64_t{text.size()} << 56;
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

}  // namespace tocsin::runtime
