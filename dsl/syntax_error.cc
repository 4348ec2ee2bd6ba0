#include "dsl/syntax_error.h"

#include "dsl/diagnostics.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tocsin::dsl {

namespace {

struct Advice {  // what to write instead of a word or symbol that people bring from elsewhere
  std::string_view raw;
  std::string_view hint;
};

constexpr auto kExpressionAdvice =
    std::to_array<Advice>({{"=>", "to compare, write `>=`"},
                           {"->", "links stand in `pattern:` alone"},
                           {"~>", "links stand in `pattern:` alone"},
                           {"|", "write `or`"},
                           {"&", "write `and`"},
                           {"is", "write `==`, or `exists(x)` to ask for null"},
                           {"IS", "write `==`, or `exists(x)` to ask for null"},
                           {"{", "a list is written `[1, 2]`"},
                           {"?", "write `case when c then x else y end`"}});

constexpr auto kPatternAdvice = std::to_array<Advice>({{",", "steps are joined by `->`"},
                                                       {"and", "write `&`"},
                                                       {"or", "write `|`"},
                                                       {"||", "write `|`"},
                                                       {"&&", "write `&`"},
                                                       {"!", "write `not`"},
                                                       {">", "steps are joined by `->`"},
                                                       {"where", "conditions stand in `events:`"},
                                                       {"next", "what follows directly is joined by `=>`"},
                                                       {"until", "it stands after a loop: `a+ until b`"},
                                                       {"<", "how often is written `a{2,5}`"},
                                                       {".", "how often is written `a{3}`"},
                                                       {"within", "`within:` is a key of its own"}});

constexpr auto kSettingAdvice = std::to_array<Advice>({{"row", "write `event`"},
                                                       {"NO_SKIP", "write `no skip`"},
                                                       {"noSkip", "write `no skip`"}});

constexpr auto kDeclarationAdvice = std::to_array<Advice>(
    {{",", "either of two types is written `a|b`"}, {"or", "either of two types is written `a|b`"}});

struct Brackets {
  TokenKind open;
  TokenKind close;
};
constexpr auto kBrackets = std::to_array<Brackets>({{TokenKind::left_paren, TokenKind::right_paren},
                                                    {TokenKind::left_bracket, TokenKind::right_bracket},
                                                    {TokenKind::left_brace, TokenKind::right_brace}});

template <std::size_t N>
std::string find_advice(const std::array<Advice, N>& table, std::string_view raw) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Advice& advice) { return advice.raw == raw; });
  return found == table.end() ? "" : std::string(found->hint);
}

std::string advice_on(std::string_view raw, TextKind kind) {
  switch (kind) {
    case TextKind::expression:
      return find_advice(kExpressionAdvice, raw);
    case TextKind::pattern:
      return find_advice(kPatternAdvice, raw);
    case TextKind::declaration:
      return find_advice(kDeclarationAdvice, raw);
    case TextKind::setting:
      return find_advice(kSettingAdvice, raw);
  }
  return "";
}

std::string quoted(const Token& token) {
  return "`" + std::string(token.raw) + "`";
}

/// Words are written in lower case: `LIKE` is `like`.
std::string advice_on_case(const Token& token) {
  if (token.kind != TokenKind::word) return "";
  std::string lower(token.raw);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : static_cast<char>(c);
  });
  if (lower == token.raw || (!is_reserved(lower) && !is_text_operator(lower))) return "";
  return "write `" + lower + "`";
}

/// `10 sec` is `10s`.
std::string advice_on_unit(const std::vector<Token>& tokens, std::size_t at) {
  static constexpr std::array<std::string_view, 5> kUnits{"ms", "s", "m", "h", "d"};
  static constexpr auto kWords = std::to_array<std::pair<std::string_view, std::size_t>>({{"ms", 0},
                                                                                          {"milli", 0},
                                                                                          {"s", 1},
                                                                                          {"sec", 1},
                                                                                          {"m", 2},
                                                                                          {"min", 2},
                                                                                          {"h", 3},
                                                                                          {"hour", 3},
                                                                                          {"d", 4},
                                                                                          {"day", 4}});
  const bool after_number = at > 0 && tokens[at - 1].kind == TokenKind::integer;
  if (!after_number || tokens[at].kind != TokenKind::word) return "";
  for (const auto& [word, unit] : kWords) {
    const bool whole_word = word.size() > 2 ? tokens[at].raw.starts_with(word) : tokens[at].raw == word;
    if (whole_word) return "write `" + std::string(tokens[at - 1].raw) + std::string(kUnits[unit]) + "`";
  }
  return "";
}

bool begins_step(const Token& token) {
  return token.kind == TokenKind::word || token.kind == TokenKind::left_paren;
}

std::string advice_on_steps(const std::vector<Token>& tokens, std::size_t at) {
  if (at == 0 || !begins_step(tokens[at])) return "";
  if (tokens[at - 1].raw == "every") return "take `every` out: every event that can begin a match does";
  if (tokens[at - 1].raw == "PERMUTE") return "any order is written `(a & b)`";
  return tokens[at].kind == TokenKind::word ? "steps are joined by `->`" : "";
}

/// Of a token that cannot stand where it does.
std::string advice_on(const std::vector<Token>& tokens, std::size_t at, TextKind kind) {
  std::string out = advice_on(tokens[at].raw, kind);
  if (out.empty()) out = advice_on_unit(tokens, at);
  if (out.empty()) out = advice_on_case(tokens[at]);
  if (out.empty() && at > 0) {
    out = advice_on_case(tokens[at - 1]);
    if (!out.empty()) out += " for " + quoted(tokens[at - 1]);
  }
  if (out.empty() && kind == TextKind::pattern) out = advice_on_steps(tokens, at);
  return out;
}

const Brackets* closed_by(TokenKind kind) {
  const auto found =
      std::find_if(kBrackets.begin(), kBrackets.end(), [&](const Brackets& b) { return b.close == kind; });
  return found == kBrackets.end() ? nullptr : &*found;
}

// The innermost bracket that is open before tokens[at]; null if there is none.
const Token* open_bracket(const std::vector<Token>& tokens, std::size_t at) {
  std::vector<const Token*> open;
  for (std::size_t i = 0; i < at; ++i) {
    const bool opens = std::any_of(
        kBrackets.begin(), kBrackets.end(), [&](const Brackets& b) { return b.open == tokens[i].kind; });
    if (opens) {
      open.push_back(&tokens[i]);
    } else if (closed_by(tokens[i].kind) && !open.empty()) {
      open.pop_back();
    }
  }
  return open.empty() ? nullptr : open.back();
}

bool is_comparison(const Token& token) {
  return (token.kind >= TokenKind::equal && token.kind <= TokenKind::greater_equal) ||
         (token.kind == TokenKind::word &&
          (token.raw == "in" || token.raw == "between" || is_text_operator(token.raw)));
}

SyntaxError explain_bad(const Token& token, TextKind kind) {
  const std::string advice = advice_on(token.raw, kind);
  return {token.span, token.code, token.text, advice.empty() ? token.hint : advice};
}

SyntaxError explain_unclosed(const Token& open, std::string_view expected) {
  const std::string close(expected);
  return {open.span, "E0202", close + " missing", "it closes the " + quoted(open) + " here"};
}

SyntaxError explain_leftover(const std::vector<Token>& tokens, std::size_t at, TextKind kind) {
  const Token& token = tokens[at];
  if (closed_by(token.kind)) {
    return {token.span, "E0202", quoted(token) + " closes nothing", "take it out, or open it before"};
  }
  if (kind == TextKind::expression && is_comparison(token)) {
    return {token.span, "E0213", "comparisons do not chain", "join two of them by `and`"};
  }
  const std::string after = at > 0 ? " after " + quoted(tokens[at - 1]) : "";
  std::string hint = advice_on(tokens, at, kind);
  if (hint.empty() && token.kind == TokenKind::type_name) hint = "a condition begins with `where`";
  return {token.span, "E0201", "did not expect " + quoted(token) + after, std::move(hint)};
}

// The words in backquotes of "`tumbling`, `sliding` or `count`".
std::vector<std::string_view> words_of(std::string_view expected) {
  std::vector<std::string_view> out;
  for (std::size_t open = expected.find('`'); open != std::string_view::npos;) {
    const std::size_t close = expected.find('`', open + 1);
    if (close == std::string_view::npos) break;
    out.push_back(expected.substr(open + 1, close - open - 1));
    open = expected.find('`', close + 1);
  }
  return out;
}

bool is_integer(const std::vector<Token>& tokens, std::size_t at) {
  return at < tokens.size() && tokens[at].kind == TokenKind::integer;
}

std::string hint_for_setting(const Token& token, std::string_view expected) {
  const std::string_view best = nearest(token.raw, words_of(expected));
  return best.empty() ? "" : "did you mean `" + std::string(best) + "`?";
}

std::string hint_for_expected(const std::vector<Token>& tokens,
                              std::size_t at,
                              std::string_view expected,
                              TextKind kind) {
  const Token& token = tokens[at];
  const Token* open = open_bracket(tokens, at);
  if (expected == "`)`" && token.raw == "," && open && open->raw == "(" && kind == TextKind::expression) {
    return "a list is written `[1, 2]`";
  }
  if (at > 0 && tokens[at - 1].raw == "&" && token.raw == "not")
    return "`&` joins events that come; write `a -> not n -> b`";
  const std::string advice = advice_on(tokens, at, kind);
  if (!advice.empty()) return advice;
  if (expected == "in") return "`not` stands before the whole test: `not a like b`";
  if (expected.starts_with("a duration") && is_integer(tokens, at)) return "a duration has a unit, as `10m`";
  if (expected == "events" && is_integer(tokens, at - 1)) return "a duration has a unit, as `10m`";
  if (kind == TextKind::setting) return hint_for_setting(token, expected);
  if (token.kind == TokenKind::word && is_reserved(token.text)) return quoted(token) + " is a reserved word";
  return "";
}

// What follows the `where` of a declaration is an expression.
TextKind kind_at(const std::vector<Token>& tokens, std::size_t at, TextKind kind) {
  if (kind != TextKind::declaration) return kind;
  const auto end = tokens.begin() + static_cast<std::ptrdiff_t>(at);
  const bool condition = std::any_of(tokens.begin(), end, [](const Token& token) {
    return token.kind == TokenKind::word && token.raw == "where";
  });
  return condition ? TextKind::expression : kind;
}

}  // namespace

SyntaxError explain(const std::vector<Token>& tokens,
                    std::size_t at,
                    std::string_view expected,
                    TextKind text_kind) {
  const Token& token = tokens[at];
  const TextKind kind = kind_at(tokens, at, text_kind);
  if (token.kind == TokenKind::bad) return explain_bad(token, kind);
  if (expected.empty()) return explain_leftover(tokens, at, kind);
  const Token* open = open_bracket(tokens, at);
  const bool wants_close = expected == "`)`" || expected == "`]`" || expected == "`}`";
  if (open && wants_close && token.kind == TokenKind::end) return explain_unclosed(*open, expected);

  const std::string wanted(expected);
  std::string message = "expected " + (is_identifier(wanted) ? "`" + wanted + "`" : wanted);
  if (at > 0) message += " after " + quoted(tokens[at - 1]);
  if (token.kind != TokenKind::end) message += ", not " + quoted(token);
  return {token.span, "E0201", message, hint_for_expected(tokens, at, expected, kind)};
}

}  // namespace tocsin::dsl
