#pragma once
/// Builds the trees of the grammar: what a production does with the things that its parts pushed.
///
/// The builder is a machine of stacks. A production of the grammar opens a frame, its parts push trees, names
/// and operators, and when it has matched, its reduction replaces what lies above the frame by one thing.
/// Nothing here backtracks or knows of Spirit. Every tree is at most kDepthMax deep, or SyntaxError is
/// thrown.

#include "dsl/ast.h"
#include "dsl/lexer.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::dsl {

using TokenIterator = std::vector<Token>::const_iterator;

/// Heights of the stacks when a production began.
struct Frame {
  std::size_t exprs = 0;
  std::size_t operators = 0;
  std::size_t nodes = 0;
  std::size_t links = 0;
  std::size_t quantifiers = 0;
  std::size_t names = 0;
  std::size_t gaps = 0;
  std::size_t durations = 0;
};

/// The tokens that a production took; at least one.
struct Tokens {
  TokenIterator begin;
  TokenIterator end;

  Span span() const { return {begin->span.begin, std::prev(end)->span.end}; }
  std::size_t size() const { return static_cast<std::size_t>(end - begin); }
};

class AstBuilder {
 public:
  Frame frame() const;

  /// Forgets what a production pushed before it failed to match.
  void rewind(const Frame& frame);

  /// Counts how deep the grammar is nested; throws SyntaxError where that is too deep.
  void enter(const Token& token);
  void leave() { --nesting_; }

  // Expressions.
  void push_literal(const Frame& frame, Tokens tokens);
  void push_negative(const Frame& frame, Tokens tokens);  // `-` and a number
  void push_name(const Frame& frame, Tokens tokens);
  void push_operator(const Frame& frame, Tokens tokens);
  void reduce_member(const Frame& frame, Tokens tokens);  // of the value before the frame
  void reduce_index(const Frame& frame, Tokens tokens);   // of the value before the frame
  void reduce_call(const Frame& frame, Tokens tokens);
  void reduce_list(const Frame& frame, Tokens tokens);
  void reduce_parentheses(const Frame& frame, Tokens tokens);
  void reduce_negate(const Frame& frame, Tokens tokens);
  void reduce_not(const Frame& frame, Tokens tokens);
  void reduce_case(const Frame& frame, Tokens tokens);
  void reduce_comparison(const Frame& frame, Tokens tokens);
  void reduce_left(const Frame& frame, Tokens tokens);      // a + b + c as (a + b) + c
  void reduce_balanced(const Frame& frame, Tokens tokens);  // a or b or c or d as (a or b) or (c or d)

  // Patterns.
  void push_variable(const Frame& frame, Tokens tokens);
  void push_variable_name(const Frame& frame, Tokens tokens);
  void push_duration(const Frame& frame, Tokens tokens);
  void push_quantifier(const Frame& frame, Tokens tokens);
  void set_mode(const Frame& frame, Tokens tokens);
  void set_contiguity(const Frame& frame, Tokens tokens);
  void set_until(const Frame& frame, Tokens tokens);
  void set_repetition_gap(const Frame& frame, Tokens tokens);
  void push_gap(const Frame& frame, Tokens tokens);
  void push_link(const Frame& frame, Tokens tokens);
  void reduce_absence(const Frame& frame, Tokens tokens);
  void reduce_group(const Frame& frame, Tokens tokens);
  void set_group_contiguity(const Frame& frame, Tokens tokens);
  void reduce_quantified(const Frame& frame, Tokens tokens);
  void reduce_conjunction(const Frame& frame, Tokens tokens);
  void reduce_sequence(const Frame& frame, Tokens tokens);
  void reduce_alternation(const Frame& frame, Tokens tokens);

  // Declarations and settings.
  void push_type(const Frame& frame, Tokens tokens);

  // Results, once the whole text has matched.
  std::optional<Expr> take_expression();
  PatternNode take_pattern();
  TypeSet take_types() { return std::move(types_); }
  std::vector<Located<std::string>> take_names() { return std::move(names_); }
  const std::vector<Located<Duration>>& durations() const { return durations_; }

 private:
  template <class Tree>
  struct Deep {  // a tree and how deep it is
    Tree tree;
    std::size_t depth = 1;
  };

  [[noreturn]] static void fail_too_deep(Span span);
  Deep<Expr> pop_expr();
  template <class Node>
  void push_expr(Span span, Node node, std::size_t children_depth);
  void push_unary(UnaryOp op, Tokens tokens);
  void push_binary(Deep<Expr> left, Deep<Expr> right, const Tokens& op);
  void push_balanced(std::vector<Deep<Expr>>& operands,
                     std::size_t begin,
                     std::size_t end,
                     std::size_t first_operator);
  void reduce_between(const Frame& frame);
  std::vector<Expr> take_exprs(std::size_t from);
  std::size_t exprs_depth(std::size_t from) const;
  std::size_t nodes_depth(std::size_t from) const;
  template <class Node>
  void push_node(Span span, Node node, std::size_t children_depth);
  std::vector<PatternNode> take_nodes(std::size_t from);

  std::vector<Deep<Expr>> exprs_;
  std::vector<Tokens> operators_;
  std::vector<Deep<PatternNode>> nodes_;
  std::vector<Link> links_;
  std::vector<Quantifier> quantifiers_;
  std::vector<Located<std::string>> names_;
  std::vector<Gap> gaps_;
  std::vector<Located<Duration>> durations_;
  TypeSet types_;
  std::size_t nesting_ = 0;
};

}  // namespace tocsin::dsl
