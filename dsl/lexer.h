#pragma once
/// Cuts the text of an expression, a pattern or a declaration into tokens for the grammar.
///
/// The lexer never fails: what is no token becomes one of kind `bad`, which no rule of the grammar takes,
/// so that errors come out in the order of the text and the first of them is the one that is told.

#include "base/time.h"
#include "dsl/mapped_text.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tocsin::dsl {

enum class TokenKind : std::uint8_t {
  end,
  bad,
  word,         // a name or a keyword; the grammar tells them apart
  quoted_word,  // `weird-name`: never a keyword
  string,
  integer,
  real,
  duration,
  type_name,  // before `where` of a declaration
  left_paren,
  right_paren,
  left_bracket,
  right_bracket,
  left_brace,
  right_brace,
  comma,
  dot,
  dot_dot,
  plus,
  minus,
  star,
  slash,
  percent,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  question,
  pipe,
  ampersand,
  followed_by,
  followed_by_any,
  next,
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::string_view raw;  ///< as it stands in the text; lives as long as the text
  Span span;             ///< in the file
  std::string text;      ///< word without its backquotes, string without its quotes; bad: what is wrong
  std::string hint;      ///< bad: what to do
  std::string code;      ///< bad: the code of the error
  std::variant<std::monostate, std::uint64_t, double, Duration> number;
};

enum class TokenMode : std::uint8_t {
  expression,   // also patterns, windows and gaps
  declaration,  // `TYPE where CONDITION`: type names up to `where`
};

/// The tokens of `text`; the last is always `end`. A string has no escapes: its quote, written twice, stands
/// for itself, and a backslash for a backslash, so that regular expressions and paths read as they are.
/// cost  O(text)
std::vector<Token> tokenize(const MappedText& text, TokenMode mode);

/// Whether `word` is an operator or another word of the expression grammar, and so no name without
/// backquotes.
bool is_keyword(std::string_view word);

/// Whether `word` is `contains`, `like_i` or another operator on text.
bool is_text_operator(std::string_view word);

/// Whether `word` has a meaning of its own in patterns: `until`, `strict`, `any`, `for`.
bool is_pattern_word(std::string_view word);

/// Whether `word` may not name a variable, set, list, macro or table: keywords, pattern words and functions.
bool is_reserved(std::string_view word);

/// Whether `text` is [A-Za-z_][A-Za-z0-9_]*.
bool is_identifier(std::string_view text);

}  // namespace tocsin::dsl
