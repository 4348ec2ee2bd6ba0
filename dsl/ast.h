#pragma once
/// A rule file as written: every construct of the language with its span, nothing resolved.
///
/// The grammar reads the whole language; the compiler refuses what the engine cannot run yet.
/// Trees own their children. Depth is at most kDepthMax, so walking them may recurse.

#include "base/time.h"
#include "dsl/source_file.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tocsin::dsl {

inline constexpr std::size_t kDepthMax = 64;  ///< nesting of expressions and of patterns

// --- expressions ---------------------------------------------------------------------------------

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

struct Null {};
struct Literal {
  std::variant<Null, bool, std::int64_t, double, std::string, Duration> value;
};
struct Name {  ///< a bare word: attribute, variable, list, macro, table, `time`, `type`, `this`, `prior`,
               ///< `match`
  std::string text;
};
struct Member {  ///< object.name
  ExprPtr object;
  Located<std::string> name;
};
struct Index {  ///< object[index]
  ExprPtr object;
  ExprPtr index;
};
struct Call {  ///< function(arguments…): functions and aggregates alike
  Located<std::string> function;
  std::vector<Expr> arguments;
};
struct ListLiteral {
  std::vector<Expr> items;
};
enum class UnaryOp : std::uint8_t { logical_not, negate };
struct Unary {
  UnaryOp op;
  ExprPtr operand;
};
enum class BinaryOp : std::uint8_t {
  logical_or,
  logical_and,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in,
  not_in,
  contains,
  starts_with,
  ends_with,
  like,
  matches,
  add,
  subtract,
  multiply,
  divide,
  modulo,
};
struct Binary {
  BinaryOp op;
  bool ignore_case = false;  ///< `contains_i` and its kin
  Span op_span;
  ExprPtr left;
  ExprPtr right;
};
struct Between {  ///< operand between low and high, both included
  ExprPtr operand;
  ExprPtr low;
  ExprPtr high;
};
struct Case {  ///< case when c then v … else d end
  struct Branch;
  std::vector<Branch> branches;
  ExprPtr otherwise;  ///< may be null
};

struct Expr {
  Span span;
  std::variant<Literal, Name, Member, Index, Call, ListLiteral, Unary, Binary, Between, Case> node;
};
struct Case::Branch {
  Expr condition;
  Expr value;
};

// --- patterns ------------------------------------------------------------------------------------

enum class LinkKind : std::uint8_t { followed_by, followed_by_any, next };  // ->  ~>  =>

struct Gap {  ///< `[10m]` is {none, 10m}; `[5s..10m]`, `[5s..]`
  std::optional<Duration> min;
  std::optional<Duration> max;
  Span span;
};
struct Link {
  LinkKind kind = LinkKind::followed_by;
  std::optional<Gap> gap;
  Span span;
};

enum class QuantifierMode : std::uint8_t { greedy, lazy, possessive };
struct Quantifier {
  std::uint32_t min = 1;
  std::optional<std::uint32_t> max;  ///< none: unbounded
  QuantifierMode mode = QuantifierMode::greedy;
  LinkKind contiguity = LinkKind::followed_by;
  std::optional<Gap> gap;
  std::vector<Located<std::string>> until;  ///< variables; empty: no `until`
  Span span;                                ///< of the whole quantifier
  Span contiguity_span;                     ///< of `strict` or `any`, if written
  Span until_span;
};

struct PatternNode;

struct VariableRef {
  std::string name;
};
struct Absence {  ///< not n, not (n | m), not a for 10m
  std::vector<Located<std::string>> variables;
  std::optional<Located<Duration>> duration;
};
struct Quantified {
  std::unique_ptr<PatternNode> unit;  ///< a VariableRef or any pattern in parentheses
  Quantifier quantifier;
};
struct Conjunction {  ///< a & b
  std::vector<PatternNode> parts;
  LinkKind contiguity = LinkKind::followed_by;  ///< `(a & b) strict`: next; `(a & b) any`: followed_by_any
};
struct Sequence {
  std::vector<PatternNode> terms;  ///< at least two
  std::vector<Link> links;         ///< links[i] stands before terms[i + 1]
};
struct Alternation {
  std::vector<PatternNode> branches;  ///< at least two, the preferred first
};
struct PatternNode {
  Span span;
  std::variant<VariableRef, Absence, Quantified, Conjunction, Sequence, Alternation> node;
};

// --- rules ---------------------------------------------------------------------------------------

struct TypeSet {
  bool any = false;
  std::vector<Located<std::string>> names;
  Span span;
};

struct VariableDecl {
  Located<std::string> name;
  TypeSet types;
  std::optional<Expr> condition;  ///< after `where`
};

struct KeyPart {
  Expr expression;
};
struct VariableKey {  ///< {a: pid, b: ppid}
  Located<std::string> variable;
  std::vector<KeyPart> parts;
};
struct KeySpec {
  Span span;
  std::vector<KeyPart> parts;
  std::vector<VariableKey> per_variable;  ///< instead of `parts`
};

/// `{s.query}` or `{amount:.2f}` in a message.
struct TemplateHole {
  Expr expression;
  std::optional<Located<std::string>> format;
};
struct Template {
  std::vector<std::variant<std::string, TemplateHole>> parts;
  Span span;
};

struct Field {
  Located<std::string> name;
  Expr value;
};

/// `on match:` or `on timeout:`.
struct OutputSection {
  Span span;
  bool none = false;
  std::optional<Template> message;
  std::vector<Field> fields;
  std::optional<Located<std::string>> emit_to;  ///< the type of the events that these alerts become
};

struct Within {
  std::optional<Duration> duration;
  std::optional<std::uint64_t> events;  ///< `within: 100 events`
};

/// What happens where a key has as many runs as it may have and another would begin.
enum class LimitPolicy : std::uint8_t { drop_newest, drop_oldest, fail };
struct Limit {
  std::uint64_t count = 0;
  LimitPolicy policy = LimitPolicy::drop_newest;
};

enum class AfterMatchKind : std::uint8_t {
  skip_past_last_event,
  skip_to_next_event,
  skip_to_first,
  skip_to_last,
  no_skip
};
struct AfterMatch {
  AfterMatchKind kind;
  std::vector<Located<std::string>> variables;  ///< of skip_to_first and skip_to_last
};

enum class WindowKind : std::uint8_t { tumbling, hopping, sliding, session, count };
struct Window {
  WindowKind kind;
  Duration size{};  ///< tumbling, hopping, sliding: length; session: gap; count: the `or 1m` limit, 0 without
  Duration every{};         ///< hopping
  std::uint64_t count = 0;  ///< count
};

enum class EmitMode : std::uint8_t { first, each, close, preferred };
enum class ReportMode : std::uint8_t { preferred, all };
enum class RunsMode : std::uint8_t { all, newest, first, once };

struct NamedSet {  ///< sets: {attempt: [fail, success]}
  Located<std::string> name;
  std::vector<Located<std::string>> variables;
};
struct ListDecl {
  Located<std::string> name;
  std::vector<Expr> items;                   ///< literals
  std::optional<Located<std::string>> file;  ///< instead of items
};
struct MacroDecl {
  Located<std::string> name;
  Expr body;
};
struct TableDecl {  ///< tables: {customers: {file: customers.csv, key: card}}
  Located<std::string> name;
  Span span;
  std::optional<Located<std::string>> file;
  std::optional<TypeSet> from;  ///< instead of a file: events that change it
  std::vector<Expr> key;        ///< attributes of a row
  std::optional<Expr> value;    ///< the attribute that is all there is to a row; none: the row has attributes
  std::optional<Expr> deleted;  ///< `delete:`: the events that take a row away
  bool broken = false;          ///< what is wrong has been said; the name alone is of use
};

/// A key of a rule that the language has and whose value nothing reads yet.
struct RawKey {
  Located<std::string> name;
  Located<std::string> text;
};

struct Rule {
  Span span;
  std::shared_ptr<const SourceFile> file;
  Located<std::string> id;
  std::optional<Located<std::string>> title;
  std::optional<Located<std::string>> severity;
  std::optional<Located<std::string>> owner;
  std::vector<Located<std::string>> tags;
  std::optional<KeySpec> key;
  std::optional<Located<std::string>> keys;  ///< the table whose keys are the rule's
  std::optional<TypeSet> from;
  std::vector<VariableDecl> variables;
  std::optional<PatternNode> pattern;
  std::optional<Located<Window>> window;
  std::optional<Expr> having;
  std::optional<Located<Within>> within;
  std::optional<OutputSection> on_match;
  std::optional<OutputSection> on_timeout;
  std::optional<Located<AfterMatch>> after_match;
  std::optional<Located<EmitMode>> emit;
  std::optional<Located<ReportMode>> report;
  std::optional<Located<RunsMode>> runs;
  std::optional<Located<std::string>> cancel;
  std::optional<Located<Duration>> suppress;
  std::optional<Located<std::string>> emit_to;   ///< the type of the events that all alerts become
  std::optional<Located<Duration>> offset;       ///< of the windows
  std::optional<Located<std::string>> timezone;  ///< of the windows
  std::optional<Located<Limit>> max_runs_per_key;
  std::vector<NamedSet> sets;
  std::vector<RawKey> others;  ///< `late`, `allowed lateness`
};

struct RuleFile {
  std::shared_ptr<const SourceFile> file;
  std::vector<Rule> rules;
  std::vector<ListDecl> lists;
  std::vector<MacroDecl> macros;
  std::vector<TableDecl> tables;
};

}  // namespace tocsin::dsl
