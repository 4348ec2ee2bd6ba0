#include "dsl/grammar.h"

#include "dsl/ast_builder.h"
#include "dsl/lexer.h"
#include "dsl/syntax_error.h"

#include <boost/spirit/home/x3.hpp>

#include <functional>
#include <string>
#include <utility>

namespace tocsin::dsl {

namespace {

namespace x3 = boost::spirit::x3;

// --- the vocabulary of the rules below -------------------------------------------------------------

struct BuilderTag {};

/// Takes one token that a test accepts. `name` is what an error says was expected.
template <class Test>
struct TokenParser : x3::parser<TokenParser<Test>> {
  using attribute_type = x3::unused_type;
  static constexpr bool has_attribute = false;

  constexpr TokenParser(std::string_view name_, Test test_) : name(name_), test(test_) {}

  template <class Context, class RContext, class Attribute>
  bool parse(TokenIterator& first, const TokenIterator& last, const Context&, RContext&, Attribute&) const {
    if (first == last || !test(*first)) return false;
    ++first;
    return true;
  }

  std::string_view name;
  Test test;
};

/// What a parser around another one needs. Nothing here has an attribute: trees are made by the builder.
template <class Subject, class Derived>
struct Directive : x3::unary_parser<Subject, Derived> {
  using attribute_type = x3::unused_type;
  static constexpr bool has_attribute = false;
  static constexpr bool handles_container = false;

  constexpr explicit Directive(const Subject& subject_) : x3::unary_parser<Subject, Derived>(subject_) {}
};

/// Lets `subject` match, then hands the tokens that it took to a reduction of the builder. Where it does not
/// match, the builder forgets what its parts pushed.
template <class Subject, auto kReduce>
struct Production : Directive<Subject, Production<Subject, kReduce>> {
  using Directive<Subject, Production<Subject, kReduce>>::Directive;

  template <class Context, class RContext, class Attribute>
  bool parse(TokenIterator& first,
             const TokenIterator& last,
             const Context& context,
             RContext& outer,
             Attribute&) const {
    AstBuilder& builder = x3::get<BuilderTag>(context);
    const Frame frame = builder.frame();
    const TokenIterator begin = first;
    if (!this->subject.parse(first, last, context, outer, x3::unused)) {
      builder.rewind(frame);
      return false;
    }
    std::invoke(kReduce, builder, frame, Tokens{begin, first});
    return true;
  }
};

/// Counts a level of nesting around `subject`.
template <class Subject>
struct Nested : Directive<Subject, Nested<Subject>> {
  using Directive<Subject, Nested<Subject>>::Directive;

  template <class Context, class RContext, class Attribute>
  bool parse(TokenIterator& first,
             const TokenIterator& last,
             const Context& context,
             RContext& outer,
             Attribute&) const {
    AstBuilder& builder = x3::get<BuilderTag>(context);
    builder.enter(*first);  // there is always a token: the last one is `end`
    const bool matched = this->subject.parse(first, last, context, outer, x3::unused);
    builder.leave();
    return matched;
  }
};

/// Gives alternatives a name for errors.
template <class Subject>
struct Called : Directive<Subject, Called<Subject>> {
  constexpr Called(std::string_view name_, const Subject& subject_)
      : Directive<Subject, Called<Subject>>(subject_), name(name_) {}

  template <class Context, class RContext, class Attribute>
  bool parse(TokenIterator& first,
             const TokenIterator& last,
             const Context& context,
             RContext& outer,
             Attribute&) const {
    return this->subject.parse(first, last, context, outer, x3::unused);
  }

  std::string_view name;
};

template <auto kReduce, class Parser>
constexpr auto make(const Parser& parser) {
  return Production<typename x3::extension::as_parser<Parser>::value_type, kReduce>(x3::as_parser(parser));
}

template <class Parser>
constexpr auto nested(const Parser& parser) {
  return Nested<typename x3::extension::as_parser<Parser>::value_type>(x3::as_parser(parser));
}

template <class Parser>
constexpr auto called(std::string_view name, const Parser& parser) {
  return Called<typename x3::extension::as_parser<Parser>::value_type>(name, x3::as_parser(parser));
}

template <class Test>
constexpr auto token(std::string_view name, Test test) {
  return TokenParser<Test>(name, test);
}

struct KindIs {
  TokenKind kind;
  constexpr bool operator()(const Token& token) const { return token.kind == kind; }
};

struct WordIs {
  std::string_view text;
  bool operator()(const Token& token) const { return token.kind == TokenKind::word && token.text == text; }
};

constexpr auto kind(std::string_view name, TokenKind value) {
  return token(name, KindIs{value});
}
constexpr auto word(std::string_view text) {
  return token(text, WordIs{text});
}

using B = AstBuilder;

// --- tokens ----------------------------------------------------------------------------------------

const auto left_paren = kind("`(`", TokenKind::left_paren);
const auto right_paren = kind("`)`", TokenKind::right_paren);
const auto left_bracket = kind("`[`", TokenKind::left_bracket);
const auto right_bracket = kind("`]`", TokenKind::right_bracket);
const auto left_brace = kind("`{`", TokenKind::left_brace);
const auto right_brace = kind("`}`", TokenKind::right_brace);
const auto comma = kind("`,`", TokenKind::comma);
const auto dot = kind("`.`", TokenKind::dot);
const auto dot_dot = kind("`..`", TokenKind::dot_dot);
const auto minus = kind("`-`", TokenKind::minus);
const auto pipe = kind("`|`", TokenKind::pipe);
const auto ampersand = kind("`&`", TokenKind::ampersand);
const auto integer = kind("a whole number", TokenKind::integer);
const auto a_duration = kind("a duration (as `10m`)", TokenKind::duration);

const auto number = token("a number", [](const Token& t) {
  return t.kind == TokenKind::integer || t.kind == TokenKind::real || t.kind == TokenKind::duration;
});
const auto constant = token("a value", [](const Token& t) {
  return t.kind == TokenKind::integer || t.kind == TokenKind::real || t.kind == TokenKind::duration ||
         t.kind == TokenKind::string ||
         (t.kind == TokenKind::word && (t.text == "true" || t.text == "false" || t.text == "null"));
});
const auto name = token("a name", [](const Token& t) {
  return t.kind == TokenKind::quoted_word || (t.kind == TokenKind::word && !is_keyword(t.text));
});
const auto member_name = token("a name", [](const Token& t) {  // after a dot, no word is a keyword
  return t.kind == TokenKind::quoted_word || t.kind == TokenKind::word;
});
const auto comparison_operator = token("a comparison", [](const Token& t) {
  if (t.kind >= TokenKind::equal && t.kind <= TokenKind::greater_equal) return true;
  return t.kind == TokenKind::word && (t.text == "in" || is_text_operator(t.text));
});
const auto sum_operator = token(
    "`+` or `-`", [](const Token& t) { return t.kind == TokenKind::plus || t.kind == TokenKind::minus; });
const auto product_operator = token("`*`, `/` or `%`", [](const Token& t) {
  return t.kind == TokenKind::star || t.kind == TokenKind::slash || t.kind == TokenKind::percent;
});
const auto variable = token("a variable", [](const Token& t) {
  return t.kind == TokenKind::word && !is_keyword(t.text) && !is_pattern_word(t.text);
});
const auto link_arrow = token(
    "a link", [](const Token& t) { return t.kind >= TokenKind::followed_by && t.kind <= TokenKind::next; });
const auto quantifier_mark = token("a quantifier", [](const Token& t) {
  return t.kind == TokenKind::question || t.kind == TokenKind::star || t.kind == TokenKind::plus;
});
const auto mode_mark = token(
    "`?` or `+`", [](const Token& t) { return t.kind == TokenKind::question || t.kind == TokenKind::plus; });
const auto contiguity = token("`strict` or `any`", [](const Token& t) {
  return t.kind == TokenKind::word && (t.text == "strict" || t.text == "any");
});
const auto type_name = kind("an event type", TokenKind::type_name);

// --- expressions, from loose to tight --------------------------------------------------------------

template <class Id>
using Rule = x3::rule<Id>;

const Rule<struct ExpressionId> expression = "a value";
const Rule<struct ConjunctionId> all_of = "a value";
const Rule<struct NegationId> negation = "a value";
const Rule<struct ComparisonId> comparison = "a value";
const Rule<struct SumId> sum = "a value";
const Rule<struct ProductId> product = "a value";
const Rule<struct UnaryId> unary = "a value";
const Rule<struct PostfixId> postfix = "a value";
const Rule<struct PrimaryId> primary = "a value";
const Rule<struct InnerId> inner = "a value";

const auto items = inner >> *(comma > inner);
const auto member = make<&B::reduce_member>(dot > member_name);
const auto index = make<&B::reduce_index>(left_bracket > items > right_bracket);
const auto call = make<&B::reduce_call>(name >> left_paren > -items > right_paren);
const auto list = make<&B::reduce_list>(left_bracket > -items > right_bracket);
const auto parentheses = make<&B::reduce_parentheses>(left_paren > inner > right_paren);
const auto when_then = word("when") > inner > word("then") > inner;
const auto case_when =
    make<&B::reduce_case>(word("case") > +called("when", when_then) > -(word("else") > inner) > word("end"));
const auto test_operator = make<&B::push_operator>(comparison_operator | (word("not") > word("in")));
const auto between = make<&B::push_operator>(word("between"));

const auto expression_def =
    make<&B::reduce_balanced>(all_of >> *(make<&B::push_operator>(word("or")) > all_of));
const auto all_of_def =
    make<&B::reduce_balanced>(negation >> *(make<&B::push_operator>(word("and")) > negation));
const auto negation_def = make<&B::reduce_not>(word("not") > nested(negation)) | comparison;
const auto comparison_def =
    make<&B::reduce_comparison>(sum >> -((test_operator > sum) | (between > sum > word("and") > sum)));
const auto sum_def = make<&B::reduce_left>(product >> *(make<&B::push_operator>(sum_operator) > product));
const auto product_def = make<&B::reduce_left>(unary >> *(make<&B::push_operator>(product_operator) > unary));
const auto unary_def =
    make<&B::push_negative>(minus >> number) | make<&B::reduce_negate>(minus > nested(unary)) | postfix;
const auto postfix_def = primary >> *(member | index);
const auto primary_def =
    make<&B::push_literal>(constant) | call | make<&B::push_name>(name) | parentheses | list | case_when;
const auto inner_def = nested(expression);

BOOST_SPIRIT_DEFINE(expression, all_of, negation, comparison, sum, product, unary, postfix, primary, inner)

// --- patterns, from loose to tight -----------------------------------------------------------------

const Rule<struct PatternId> pattern = "a step of the pattern";
const Rule<struct SequenceId> sequence = "a step of the pattern";
const Rule<struct TermId> term = "a step of the pattern";
const Rule<struct AllInAnyOrderId> conjunction = "a step of the pattern";
const Rule<struct UnitId> unit = "a step of the pattern";

const auto duration = make<&B::push_duration>(a_duration);
const auto gap = make<&B::push_gap>(left_bracket > called("a duration (as `10m`)", duration) >
                                    -(dot_dot >> -duration) > right_bracket);
const auto link = make<&B::push_link>(link_arrow >> -gap);
const auto variable_name = make<&B::push_variable_name>(variable);
const auto variables = called("a variable",
                              variable_name | (left_paren > called("a variable", variable_name) >
                                               *(pipe > called("a variable", variable_name)) > right_paren));
const auto bounds = left_brace > called("a number of repetitions",
                                        (integer >> -(comma >> -integer)) | (comma > integer)) > right_brace;
const auto quantifier = make<&B::push_quantifier>(quantifier_mark | bounds) >>
                        -make<&B::set_mode>(mode_mark) >> -make<&B::set_contiguity>(contiguity) >>
                        -make<&B::set_repetition_gap>(gap) >> -make<&B::set_until>(word("until") > variables);
const auto group = make<&B::reduce_group>(left_paren > nested(pattern) > right_paren) >>
                   -make<&B::set_group_contiguity>(contiguity);
const auto absence = make<&B::reduce_absence>(word("not") > variables >
                                              -(word("for") > called("a duration (as `10m`)", duration)));

const auto pattern_def = make<&B::reduce_alternation>(sequence >> *(pipe > sequence));
const auto sequence_def = make<&B::reduce_sequence>(term >> *(link > term));
const auto term_def = absence | conjunction;
const auto conjunction_def = make<&B::reduce_conjunction>(unit >> *(ampersand > unit));
const auto unit_def = make<&B::reduce_quantified>((make<&B::push_variable>(variable) | group) >> -quantifier);

BOOST_SPIRIT_DEFINE(pattern, sequence, term, conjunction, unit)

// --- declarations and settings ---------------------------------------------------------------------

const auto type = called("an event type", make<&B::push_type>(type_name));
const auto types = type >> *(pipe > type);
const auto declaration = types >> -(word("where") > expression);

const auto length = called("a duration (as `10m`)", duration);
const auto window = called("`tumbling`, `hopping`, `sliding`, `session` or `count`",
                           ((word("tumbling") | word("sliding") | word("session")) > length) |
                               (word("hopping") > length > word("every") > length) |
                               (word("count") > integer > -(word("or") > length)));
const auto within = called("a duration (as `10m`) or `100 events`", duration | (integer > word("events")));
const auto policy =
    called("`drop newest`, `drop oldest` or `fail`",
           (word("drop") > called("`newest` or `oldest`", word("newest") | word("oldest"))) | word("fail"));
const auto limit = called("a number (as `1000` or `1000, drop oldest`)", integer >> -(comma > policy));
const auto one_event = word("first") | word("last");
const auto target = (word("next") > word("event")) | (one_event > variables);
const auto skip = (word("past") > word("last") > word("event")) |
                  (word("to") > called("`next event`, `first V` or `last V`", target));
const auto after_match = called(
    "`skip …` or `no skip`", (word("no") > word("skip")) | (word("skip") > called("`past` or `to`", skip)));

}  // namespace

}  // namespace tocsin::dsl

// What errors call the parsers above.
namespace boost::spirit::x3 {

template <class Test>
struct get_info<tocsin::dsl::TokenParser<Test>> {
  using result_type = std::string;
  std::string operator()(const tocsin::dsl::TokenParser<Test>& parser) const {
    return std::string(parser.name);
  }
};

template <class Subject>
struct get_info<tocsin::dsl::Called<Subject>> {
  using result_type = std::string;
  std::string operator()(const tocsin::dsl::Called<Subject>& parser) const {
    return std::string(parser.name);
  }
};

template <class Subject>
struct get_info<plus<Subject>> {
  using result_type = std::string;
  std::string operator()(const plus<Subject>& parser) const { return what(parser.subject); }
};

template <class Subject>
struct get_info<tocsin::dsl::Nested<Subject>> {
  using result_type = std::string;
  std::string operator()(const tocsin::dsl::Nested<Subject>& parser) const { return what(parser.subject); }
};

}  // namespace boost::spirit::x3

namespace tocsin::dsl {

namespace {

/// One text on its way through the grammar.
class Reading {
 public:
  Reading(const MappedText& text, TextKind kind, Diagnostics& diagnostics)
      : text_(text), kind_(kind), diagnostics_(diagnostics) {}

  /// Whether the whole text is a `start`; reports what is wrong if not.
  template <class Start>
  bool matches(const Start& start) {
    if (text_.size() > kTextBytesMax) {
      report({text_.span(0, 1), "E0209", "longer than " + std::to_string(kTextBytesMax / 1024) + " KiB", ""});
      return false;
    }
    tokens_ =
        tokenize(text_, kind_ == TextKind::declaration ? TokenMode::declaration : TokenMode::expression);
    try {
      run(start);
      return true;
    } catch (const x3::expectation_failure<TokenIterator>& failure) {
      report(explain(tokens_, index_of(failure.where()), failure.which(), kind_));
    } catch (const SyntaxError& error) {
      report(error);
    }
    return false;
  }

  AstBuilder& built() { return builder_; }
  const std::vector<Token>& tokens() const { return tokens_; }

 private:
  template <class Start>
  void run(const Start& start) {
    TokenIterator at = tokens_.begin();
    const TokenIterator end = std::prev(tokens_.end());
    const auto whole = x3::with<BuilderTag>(builder_)[start];
    const bool matched = x3::parse(at, end, whole);
    if (!matched) throw explain(tokens_, index_of(at), x3::what(start), kind_);
    if (at != end) throw explain(tokens_, index_of(at), "", kind_);
  }

  std::size_t index_of(TokenIterator at) const { return static_cast<std::size_t>(at - tokens_.begin()); }

  void report(const SyntaxError& error) {
    diagnostics_.error(text_.file(), error.span, error.code, error.message, error.hint);
  }

  const MappedText& text_;
  TextKind kind_;
  Diagnostics& diagnostics_;
  std::vector<Token> tokens_;
  AstBuilder builder_;
};

WindowKind window_kind(std::string_view word) {
  if (word == "tumbling") return WindowKind::tumbling;
  if (word == "hopping") return WindowKind::hopping;
  if (word == "sliding") return WindowKind::sliding;
  return word == "session" ? WindowKind::session : WindowKind::count;
}

/// `1000`, `1000, fail` or `1000, drop oldest`; behind it comes the end.
LimitPolicy limit_policy(const std::vector<Token>& tokens) {
  const auto is = [&](std::size_t at, std::string_view word) {
    return at < tokens.size() && tokens[at].text == word;
  };
  if (is(3, "oldest")) return LimitPolicy::drop_oldest;
  return is(2, "fail") ? LimitPolicy::fail : LimitPolicy::drop_newest;
}

AfterMatchKind after_match_kind(const std::vector<Token>& tokens) {
  if (tokens[0].text == "no") return AfterMatchKind::no_skip;
  if (tokens[1].text == "past") return AfterMatchKind::skip_past_last_event;
  if (tokens[2].text == "next") return AfterMatchKind::skip_to_next_event;
  return tokens[2].text == "first" ? AfterMatchKind::skip_to_first : AfterMatchKind::skip_to_last;
}

}  // namespace

std::optional<Expr> parse_expression(const MappedText& text, Diagnostics& diagnostics) {
  Reading reading(text, TextKind::expression, diagnostics);
  if (!reading.matches(expression)) return std::nullopt;
  return reading.built().take_expression();
}

std::optional<PatternNode> parse_pattern(const MappedText& text, Diagnostics& diagnostics) {
  Reading reading(text, TextKind::pattern, diagnostics);
  if (!reading.matches(pattern)) return std::nullopt;
  return reading.built().take_pattern();
}

std::optional<Declaration> parse_declaration(const MappedText& text, Diagnostics& diagnostics) {
  Reading reading(text, TextKind::declaration, diagnostics);
  if (!reading.matches(called("an event type", declaration))) return std::nullopt;
  return Declaration{reading.built().take_types(), reading.built().take_expression()};
}

std::optional<TypeSet> parse_types(const MappedText& text, Diagnostics& diagnostics) {
  Reading reading(text, TextKind::declaration, diagnostics);
  if (!reading.matches(called("an event type", types))) return std::nullopt;
  return reading.built().take_types();
}

std::optional<Window> parse_window(const MappedText& text, Diagnostics& diagnostics) {
  Reading reading(text, TextKind::setting, diagnostics);
  if (!reading.matches(window)) return std::nullopt;
  const auto& durations = reading.built().durations();
  Window out{window_kind(reading.tokens()[0].text)};
  if (!durations.empty()) out.size = durations.front().value;
  if (out.kind == WindowKind::hopping) out.every = durations.back().value;
  if (out.kind == WindowKind::count) out.count = std::get<std::uint64_t>(reading.tokens()[1].number);
  return out;
}

std::optional<Within> parse_within(const MappedText& text, Diagnostics& diagnostics) {
  Reading reading(text, TextKind::setting, diagnostics);
  if (!reading.matches(within)) return std::nullopt;
  const auto& number_or_duration = reading.tokens()[0].number;
  if (const auto* length = std::get_if<Duration>(&number_or_duration)) return Within{*length, std::nullopt};
  return Within{std::nullopt, std::get<std::uint64_t>(number_or_duration)};
}

std::optional<Limit> parse_limit(const MappedText& text, Diagnostics& diagnostics) {
  Reading reading(text, TextKind::setting, diagnostics);
  if (!reading.matches(limit)) return std::nullopt;
  return Limit{std::get<std::uint64_t>(reading.tokens()[0].number), limit_policy(reading.tokens())};
}

std::optional<AfterMatch> parse_after_match(const MappedText& text, Diagnostics& diagnostics) {
  Reading reading(text, TextKind::setting, diagnostics);
  if (!reading.matches(after_match)) return std::nullopt;
  return AfterMatch{after_match_kind(reading.tokens()), reading.built().take_names()};
}

std::optional<Duration> parse_duration_setting(const MappedText& text, Diagnostics& diagnostics) {
  Reading reading(text, TextKind::setting, diagnostics);
  if (!reading.matches(length)) return std::nullopt;
  return reading.built().durations().front().value;
}

}  // namespace tocsin::dsl
