// Patterns, declarations and settings. ast_builder.cc has the stacks and expressions.

#include "dsl/ast_builder.h"
#include "dsl/stack.h"
#include "dsl/syntax_error.h"

#include <algorithm>
#include <limits>

namespace tocsin::dsl {

namespace {

LinkKind link_kind(const Token& token) {
  switch (token.kind) {
    case TokenKind::next:
      return LinkKind::next;
    case TokenKind::followed_by_any:
      return LinkKind::followed_by_any;
    default:
      return LinkKind::followed_by;
  }
}

LinkKind contiguity_kind(const Token& token) {
  return token.text == "strict" ? LinkKind::next : LinkKind::followed_by_any;
}

std::uint32_t repetitions(const Token& token) {
  const std::uint64_t count = std::get<std::uint64_t>(token.number);
  if (count <= std::numeric_limits<std::uint32_t>::max()) return static_cast<std::uint32_t>(count);
  throw SyntaxError{token.span, "E0205", "a quantifier counts no further than 4294967295", ""};
}

// {n} {n,} {,m} {n,m}
void set_bounds(Quantifier& quantifier, const Tokens& braces) {
  const auto comma = std::find_if(
      braces.begin, braces.end, [](const Token& token) { return token.kind == TokenKind::comma; });
  const auto low = std::next(braces.begin);
  const auto high = std::prev(braces.end, 2);
  quantifier.min = low->kind == TokenKind::integer ? repetitions(*low) : 0;
  if (comma == braces.end || high->kind == TokenKind::integer) quantifier.max = repetitions(*high);
}

void check_bounds(const Quantifier& quantifier) {
  if (!quantifier.max) return;
  if (*quantifier.max == 0) {
    throw SyntaxError{
        quantifier.span, "E0210", "this quantifier takes nothing", "at least one must be allowed"};
  }
  if (*quantifier.max < quantifier.min) {
    throw SyntaxError{
        quantifier.span, "E0210", "the upper bound is below the lower one", "lower bound first"};
  }
}

}  // namespace

template <class Node>
void AstBuilder::push_node(Span span, Node node, std::size_t children_depth) {
  if (children_depth >= kDepthMax) fail_too_deep(span);
  nodes_.push_back({PatternNode{span, std::move(node)}, children_depth + 1});
}

std::size_t AstBuilder::nodes_depth(std::size_t from) const {
  std::size_t depth = 0;
  for (std::size_t i = from; i < nodes_.size(); ++i) depth = std::max(depth, nodes_[i].depth);
  return depth;
}

std::vector<PatternNode> AstBuilder::take_nodes(std::size_t from) {
  std::vector<PatternNode> out;
  for (std::size_t i = from; i < nodes_.size(); ++i) out.push_back(std::move(nodes_[i].tree));
  drop_above(nodes_, from);
  return out;
}

void AstBuilder::push_variable(const Frame&, Tokens tokens) {
  push_node(tokens.span(), VariableRef{tokens.begin->text}, 0);
}

void AstBuilder::push_variable_name(const Frame&, Tokens tokens) {
  names_.push_back({tokens.begin->text, tokens.span()});
}

void AstBuilder::push_duration(const Frame&, Tokens tokens) {
  durations_.push_back({std::get<Duration>(tokens.begin->number), tokens.span()});
}

void AstBuilder::push_quantifier(const Frame&, Tokens tokens) {
  Quantifier& quantifier = quantifiers_.emplace_back();
  quantifier.span = tokens.span();
  switch (tokens.begin->kind) {
    case TokenKind::question:
      quantifier.min = 0;
      quantifier.max = 1;
      break;
    case TokenKind::star:
      quantifier.min = 0;
      break;
    case TokenKind::plus:
      break;
    default:
      set_bounds(quantifier, tokens);
  }
  check_bounds(quantifier);
}

void AstBuilder::set_mode(const Frame&, Tokens tokens) {
  quantifiers_.back().mode =
      tokens.begin->kind == TokenKind::question ? QuantifierMode::lazy : QuantifierMode::possessive;
}

void AstBuilder::set_contiguity(const Frame&, Tokens tokens) {
  quantifiers_.back().contiguity = contiguity_kind(*tokens.begin);
  quantifiers_.back().contiguity_span = tokens.span();
}

void AstBuilder::set_until(const Frame& frame, Tokens tokens) {
  quantifiers_.back().until = take_above(names_, frame.names);
  quantifiers_.back().until_span = tokens.span();
}

void AstBuilder::set_repetition_gap(const Frame& frame, Tokens) {
  quantifiers_.back().gap = take_above(gaps_, frame.gaps).front();
}

// [max], [min..] and [min..max] are three, four and five tokens.
void AstBuilder::push_gap(const Frame& frame, Tokens tokens) {
  const std::vector<Located<Duration>> bounds = take_above(durations_, frame.durations);
  Gap gap{std::nullopt, std::nullopt, tokens.span()};
  if (tokens.size() > 3) gap.min = bounds.front().value;
  if (tokens.size() != 4) gap.max = bounds.back().value;
  if (gap.min && gap.max && *gap.max < *gap.min) {
    throw SyntaxError{gap.span, "E0211", "this gap ends before it begins", "the shorter time comes first"};
  }
  gaps_.push_back(gap);
}

void AstBuilder::push_link(const Frame& frame, Tokens tokens) {
  Link link{link_kind(*tokens.begin), std::nullopt, tokens.span()};
  if (gaps_.size() > frame.gaps) link.gap = take_above(gaps_, frame.gaps).front();
  links_.push_back(link);
}

void AstBuilder::reduce_absence(const Frame& frame, Tokens tokens) {
  Absence absence{take_above(names_, frame.names), std::nullopt};
  if (durations_.size() > frame.durations) absence.duration = take_above(durations_, frame.durations).front();
  push_node(tokens.span(), std::move(absence), 0);
}

void AstBuilder::reduce_group(const Frame&, Tokens tokens) {
  nodes_.back().tree.span = tokens.span();
}

void AstBuilder::set_group_contiguity(const Frame&, Tokens tokens) {
  PatternNode& group = nodes_.back().tree;
  auto* conjunction = std::get_if<Conjunction>(&group.node);
  if (!conjunction) {
    throw SyntaxError{tokens.span(),
                      "E0215",
                      "`" + tokens.begin->text + "` says nothing here",
                      "it stands after a quantifier or after `(a & b)`"};
  }
  conjunction->contiguity = contiguity_kind(*tokens.begin);
  group.span.end = tokens.span().end;
}

void AstBuilder::reduce_quantified(const Frame& frame, Tokens tokens) {
  if (quantifiers_.size() == frame.quantifiers) return;
  Quantifier quantifier = std::move(quantifiers_.back());
  quantifiers_.pop_back();
  quantifier.span.end = tokens.span().end;
  const std::size_t depth = nodes_depth(frame.nodes);
  PatternNode unit = std::move(take_nodes(frame.nodes).front());
  push_node(tokens.span(),
            Quantified{std::make_unique<PatternNode>(std::move(unit)), std::move(quantifier)},
            depth);
}

void AstBuilder::reduce_conjunction(const Frame& frame, Tokens tokens) {
  if (nodes_.size() - frame.nodes < 2) return;
  const std::size_t depth = nodes_depth(frame.nodes);
  push_node(tokens.span(), Conjunction{take_nodes(frame.nodes), LinkKind::followed_by}, depth);
}

void AstBuilder::reduce_sequence(const Frame& frame, Tokens tokens) {
  if (nodes_.size() - frame.nodes < 2) return;
  const std::size_t depth = nodes_depth(frame.nodes);
  std::vector<Link> links = take_above(links_, frame.links);
  push_node(tokens.span(), Sequence{take_nodes(frame.nodes), std::move(links)}, depth);
}

void AstBuilder::reduce_alternation(const Frame& frame, Tokens tokens) {
  if (nodes_.size() - frame.nodes < 2) return;
  const std::size_t depth = nodes_depth(frame.nodes);
  push_node(tokens.span(), Alternation{take_nodes(frame.nodes)}, depth);
}

void AstBuilder::push_type(const Frame&, Tokens tokens) {
  const Token& token = *tokens.begin;
  if (types_.names.empty() && !types_.any) types_.span.begin = token.span.begin;
  types_.span.end = token.span.end;
  if (token.text == "any") {
    types_.any = true;
  } else {
    types_.names.push_back({token.text, token.span});
  }
}

PatternNode AstBuilder::take_pattern() {
  return std::move(nodes_.back().tree);
}

}  // namespace tocsin::dsl
