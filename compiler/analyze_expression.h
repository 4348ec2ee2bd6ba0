#pragma once
/// Expressions as written -> typed, compiled expressions: names resolved, macros expanded, types checked.
///
/// What is wrong is reported at its token; the result then stands in for it with type `any`, so that one
/// mistake is reported once.

#include "compiler/functions.h"
#include "compiler/rule_scope.h"
#include "compiler/types.h"
#include "dsl/ast.h"
#include "patterns/expression.h"

#include <optional>
#include <vector>

namespace tocsin::compiler {

inline constexpr std::size_t kMacroDepthMax = 16;
inline constexpr std::size_t kExpressionsMax =
    60'000;  ///< nodes in one rule, macros expanded; an operand count fits 16 bits

struct Typed {
  patterns::ExpressionId id;
  Type type = Type::any;
};

/// Analyses the expressions of one place of a rule.
class ExpressionAnalyzer {
 public:
  ExpressionAnalyzer(RuleScope& scope, Place place)
      : scope_{scope}, place_{place}, reporter_{scope.reporter} {}

  Typed analyze(const dsl::Expr& expression);

  /// One that must be true or false. `what` names it in the message, as `a condition`.
  patterns::ExpressionId analyze_condition(const dsl::Expr& expression, const char* what);

 private:
  /// A step of `geo.items[0]`, as written.
  struct Step {
    PathSegment segment;
    std::int64_t index = 0;  // of [n], which may be negative after a variable
    dsl::Span span;
  };
  struct Path {
    const dsl::Expr* base = nullptr;
    std::vector<Step> steps;
    dsl::Span span;
  };
  /// The events that `s`, a set of variables or `match` speaks of.
  struct Taken {
    std::string_view name;
    patterns::VariableMask variables = 0;
  };

  // operators and literals (analyze_expression.cc)
  Typed visit(const dsl::Expr& at, const dsl::Literal& node);
  Typed visit(const dsl::Expr& at, const dsl::ListLiteral& node);
  Typed visit(const dsl::Expr& at, const dsl::Unary& node);
  Typed visit(const dsl::Expr& at, const dsl::Binary& node);
  Typed visit(const dsl::Expr& at, const dsl::Between& node);
  Typed visit(const dsl::Expr& at, const dsl::Case& node);
  Typed logical(const dsl::Binary& node);
  Typed comparison(const dsl::Binary& node);
  Typed text_test(const dsl::Binary& node);
  Typed text_match(const dsl::Binary& node);
  Typed arithmetic(const dsl::Binary& node);
  Typed membership(const dsl::Binary& node);
  Typed in_items(const Typed& left, const dsl::ListLiteral& list);
  Typed in_values(const Typed& left, std::vector<Value> values);
  Typed in_value(const Typed& left, const dsl::Expr& list);
  const NamedList* list_named_by(const dsl::Expr& expression);
  Typed absent_from(const Typed& left, const Typed& member);
  Typed expect(const dsl::Expr& expression, Type want, std::string_view what);
  Typed checked(const dsl::Expr& expression, const Typed& got, Type want, std::string_view what);
  void check_comparable(dsl::Span span, const Typed& a, const Typed& b);

  // names (analyze_name.cc)
  Typed visit(const dsl::Expr& at, const dsl::Name& node);
  Typed visit(const dsl::Expr& at, const dsl::Member& node);
  Typed visit(const dsl::Expr& at, const dsl::Index& node);
  std::optional<Path> unrolled(const dsl::Expr& at);
  bool append_index(Path& path, const dsl::Index& node);
  Typed resolve(const Path& path);
  Typed resolve_name(const std::string& name, const Path& path);
  Typed resolve_shared(const std::string& name, const Path& path);
  Typed resolve_this(const Path& path);
  Typed resolve_prior(const Path& path);
  Typed resolve_item(const Path& path);
  Typed resolve_taken(const Taken& taken, const Path& path);
  Typed resolve_aggregated(const Taken& taken, const Path& path);
  Typed resolve_own(const Path& path);
  void warn_of_near_variable(AttributePath attributes, const Path& path);
  Typed own_attribute(const AttributePath& attributes, dsl::Span span);
  Typed resolve_key_part(const std::string& name, const Path& path);
  std::optional<std::uint32_t> key_part_named(std::string_view text) const;
  Typed key_part(std::uint32_t index);
  Typed expand(const Macro& macro, const std::string& name, const Path& path);
  std::optional<Taken> taken_named(std::string_view name) const;
  std::optional<Taken> taken_named_by(const dsl::Expr& expression) const;
  bool check_visible(const Taken& taken, dsl::Span span);
  Typed of_event(patterns::EventPick pick,
                 patterns::VariableMask variables,
                 const Path& path,
                 std::size_t from);
  Typed built_in(patterns::Op op, patterns::EventPick pick);
  std::optional<AttributePath> attribute_path(const Path& path, std::size_t from);
  std::vector<std::string_view> visible_names() const;
  std::string variables_hint(std::string_view name) const;

  Typed resolve_edge(const dsl::Call& call, const Path& path);

  // tables (analyze_table.cc)
  const patterns::Table* table_named_by(const dsl::Expr& expression) const;
  bool misspells_table(const dsl::Expr& asked);
  Typed resolve_lookup(const dsl::Index& asked, const Path& path);
  std::vector<patterns::ExpressionId> lookup_key(const patterns::Table& table, const dsl::Expr& written);
  patterns::TableId table_id(const patterns::Table& table) const;
  std::optional<AttributePath> column_path(const patterns::Table& table, const Path& path);
  void check_stays(const patterns::Table& table, dsl::Span span);

  // functions (analyze_call.cc)
  Typed visit(const dsl::Expr& at, const dsl::Call& node);
  Typed function(const Function& function, const dsl::Expr& at, const dsl::Call& node);
  Typed argument(const Function& function, std::size_t i, const dsl::Expr& written);
  Typed fold(const Function& function,
             const dsl::Call& node,
             const Value& literal,
             const patterns::ExpressionNode& call,
             std::span<const patterns::ExpressionId> operands);
  std::optional<std::uint32_t> prepare(const Function& function, const dsl::Call& node);
  std::optional<std::uint32_t> prepare_zone(std::span<const dsl::Expr> written);
  std::optional<std::uint32_t> prepare_unit(std::span<const dsl::Expr> written);
  std::optional<std::uint32_t> prepare_blocks(std::span<const dsl::Expr> written);
  bool add_blocks(patterns::AddressSet& blocks, const dsl::Expr& written);
  std::optional<std::string> text_literal(const dsl::Expr& written, const char* what);

  // aggregates (analyze_aggregate.cc)
  Typed aggregate(patterns::AggregateKind kind, const dsl::Expr& at, const dsl::Call& node);
  Typed aggregated_value(patterns::AggregateKind kind, const dsl::Expr& argument);
  Typed add_aggregate(patterns::AggregateKind kind, patterns::VariableMask variables, const Typed& operand);

  Typed add(patterns::Op op, Type type, std::initializer_list<patterns::ExpressionId> operands);
  Typed add(patterns::ExpressionNode node, Type type, std::span<const patterns::ExpressionId> operands);
  Typed constant(const Value& value);
  Typed failed() { return Typed{scope_.program.expressions.add_constant(Value::null()), Type::any}; }
  Typed error(dsl::Span span, const char* code, std::string message, std::string hint = {}) {
    reporter_.error(span, code, std::move(message), std::move(hint));
    return failed();
  }

  RuleScope& scope_;
  Place place_;
  Reporter reporter_;                      // of the file being read: the rule's, or a macro's
  std::vector<std::string> macros_;        // being expanded, outermost first
  bool in_aggregate_ = false;              // reading an aggregate's operand
  patterns::VariableMask aggregated_ = 0;  // the variables it is over, once known
};

/// A condition cut into the conjuncts that look only at the event itself, and those that look at events taken
/// before.
struct SplitCondition {
  patterns::ExpressionId own;  ///< none: always true
  patterns::ExpressionId run;
};
SplitCondition split_condition(patterns::ExpressionPool& pool, patterns::ExpressionId condition);

}  // namespace tocsin::compiler
