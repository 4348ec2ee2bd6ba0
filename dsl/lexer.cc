#include "dsl/lexer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace tocsin::dsl {

namespace {

constexpr auto kTextOperators = std::to_array<std::string_view>({"contains",
                                                                 "contains_i",
                                                                 "startswith",
                                                                 "startswith_i",
                                                                 "endswith",
                                                                 "endswith_i",
                                                                 "like",
                                                                 "like_i",
                                                                 "matches",
                                                                 "matches_i"});

constexpr auto kOtherKeywords = std::to_array<std::string_view>({"and",
                                                                 "or",
                                                                 "not",
                                                                 "in",
                                                                 "between",
                                                                 "case",
                                                                 "when",
                                                                 "then",
                                                                 "else",
                                                                 "end",
                                                                 "true",
                                                                 "false",
                                                                 "null",
                                                                 "where"});

constexpr auto kPatternWords = std::to_array<std::string_view>({"strict", "any", "until", "for"});

// clang-format off
constexpr auto kReservedNames = std::to_array<std::string_view>({
    "match", "prior", "this", "time", "type",
    "lower", "upper", "len", "trim", "split", "substr", "concat",
    "abs", "round", "floor", "ceil", "sqrt", "log", "pow",
    "coalesce", "exists", "cidr", "hash", "hour", "weekday", "date", "duration",
    "haversine", "entropy", "levenshtein",
    "count", "sum", "avg", "min", "max", "stddev", "distinct", "collect", "first", "last"});
// clang-format on

struct Symbol {
  std::string_view text;
  TokenKind kind;
  std::string_view hint;  // of a bad one
};

// Longer ones first.
constexpr std::array kSymbols = std::to_array<Symbol>({
    {"===", TokenKind::bad, "to compare, write `==`"},
    {"!==", TokenKind::bad, "to compare, write `!=`"},
    {"->", TokenKind::followed_by, ""},
    {"~>", TokenKind::followed_by_any, ""},
    {"=>", TokenKind::next, ""},
    {"==", TokenKind::equal, ""},
    {"!=", TokenKind::not_equal, ""},
    {"<=", TokenKind::less_equal, ""},
    {">=", TokenKind::greater_equal, ""},
    {"<>", TokenKind::bad, "write `!=`"},
    {"=~", TokenKind::bad, "write `matches`"},
    {"!~", TokenKind::bad, "write `not x matches y`"},
    {"&&", TokenKind::bad, "write `and`"},
    {"||", TokenKind::bad, "write `or`"},
    {"**", TokenKind::bad, "write `pow(x, y)`"},
    {"..", TokenKind::dot_dot, ""},
    {"(", TokenKind::left_paren, ""},
    {")", TokenKind::right_paren, ""},
    {"[", TokenKind::left_bracket, ""},
    {"]", TokenKind::right_bracket, ""},
    {"{", TokenKind::left_brace, ""},
    {"}", TokenKind::right_brace, ""},
    {",", TokenKind::comma, ""},
    {".", TokenKind::dot, ""},
    {"+", TokenKind::plus, ""},
    {"-", TokenKind::minus, ""},
    {"*", TokenKind::star, ""},
    {"/", TokenKind::slash, ""},
    {"%", TokenKind::percent, ""},
    {"<", TokenKind::less, ""},
    {">", TokenKind::greater, ""},
    {"?", TokenKind::question, ""},
    {"|", TokenKind::pipe, ""},
    {"&", TokenKind::ampersand, ""},
    {"=", TokenKind::bad, "to compare, write `==`"},
    {"!", TokenKind::bad, "write `not`"},
    {"\xE2\x80\x98", TokenKind::bad, "a curly quote; write ' or \""},
    {"\xE2\x80\x99", TokenKind::bad, "a curly quote; write ' or \""},
    {"\xE2\x80\x9C", TokenKind::bad, "a curly quote; write ' or \""},
    {"\xE2\x80\x9D", TokenKind::bad, "a curly quote; write ' or \""},
    {"\xE2\x86\x92", TokenKind::bad, "write `->`"},
    {"\xE2\x89\xA4", TokenKind::bad, "write `<=`"},
    {"\xE2\x89\xA5", TokenKind::bad, "write `>=`"},
    {"\xE2\x89\xA0", TokenKind::bad, "write `!=`"},
});

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_word_char(char c) {
  return is_letter(c) || is_digit(c);
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_type_char(char c) {
  return is_word_char(c) || c == '-' || c == '.' || c == '/' || c == ':' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

class Lexer {
 public:
  Lexer(const MappedText& text, TokenMode mode)
      : mapped_(text), text_(text.text()), types_(mode == TokenMode::declaration) {}

  std::vector<Token> run() {
    for (skip_space(); at_ < text_.size(); skip_space()) next();
    begin_ = at_;
    push(TokenKind::end);
    return std::move(tokens_);
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  template <class Test>
  void skip_while(Test test) {
    while (at_ < text_.size() && test(text_[at_])) ++at_;
  }

  Token& push(TokenKind kind) {
    Token& token = tokens_.emplace_back();
    token.kind = kind;
    token.raw = text_.substr(begin_, at_ - begin_);
    token.span = mapped_.span(begin_, at_);
    return token;
  }

  void push_bad(std::string code, std::string message, std::string hint) {
    Token& token = push(TokenKind::bad);
    token.code = std::move(code);
    token.text = std::move(message);
    token.hint = std::move(hint);
  }

  void next() {
    begin_ = at_;
    const char c = peek();
    if (types_ && is_type_char(c)) return type_name();
    if (is_letter(c)) return word();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (c == '\'' || c == '"') return string(c);
    if (c == '`') return quoted_word();
    symbol();
  }

  void type_name() {
    skip_while(is_type_char);
    const std::string_view raw = text_.substr(begin_, at_ - begin_);
    types_ = raw != "where";
    push(types_ ? TokenKind::type_name : TokenKind::word).text = raw;
  }

  void word() {
    skip_while(is_word_char);
    Token& token = push(TokenKind::word);
    token.text = token.raw;
  }

  void string(char quote) {
    std::string value;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] != quote) {
        value += text_[at_];
      } else if (peek(1) == quote) {
        value += text_[++at_];
      } else {
        ++at_;
        push(TokenKind::string).text = std::move(value);
        return;
      }
    }
    push_unclosed("string", quote);
  }

  void quoted_word() {
    ++at_;
    skip_while([](char c) { return c != '`'; });
    if (at_ == text_.size()) return push_unclosed("quoted name", '`');
    ++at_;
    const std::string_view name = text_.substr(begin_ + 1, at_ - begin_ - 2);
    if (name.empty()) return push_bad("E0203", "an empty name", "a name stands between the backquotes");
    push(TokenKind::quoted_word).text = name;
  }

  // Only the quote is marked: the rest of the text is not what is wrong.
  void push_unclosed(std::string_view what, char quote) {
    at_ = begin_ + 1;
    push_bad("E0204",
             "this " + std::string(what) + " is not closed",
             std::string("another ") + quote + " closes it; inside it, write the quote twice");
    at_ = text_.size();
  }

  void digits() { skip_while(is_digit); }

  void number() {
    digits();
    const bool fraction = peek() == '.' && is_digit(peek(1));
    if (fraction) {
      ++at_;
      digits();
    }
    const bool exponent = skip_exponent();
    if (is_letter(peek())) return duration();
    if (fraction || exponent) return real();
    integer();
  }

  bool skip_exponent() {
    if (peek() != 'e' && peek() != 'E') return false;
    const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
    if (!is_digit(peek(sign))) return false;
    at_ += sign;
    digits();
    return true;
  }

  void integer() {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data() + begin_, text_.data() + at_, value);
    constexpr std::uint64_t kMagnitudeMax = std::uint64_t{1} << 63U;  // of the least int
    if (error != std::errc{} || value > kMagnitudeMax) return push_too_large("64 bits");
    push(TokenKind::integer).number = value;
  }

  void real() {
    double value = 0;
    const auto [end, error] = std::from_chars(text_.data() + begin_, text_.data() + at_, value);
    if (error != std::errc{}) return push_too_large("a float");
    push(TokenKind::real).number = value;
  }

  void push_too_large(std::string_view what) {
    push_bad("E0205", "this number does not fit in " + std::string(what), "");
  }

  void duration() {
    while (is_word_char(peek()) || (peek() == '.' && is_digit(peek(1)))) ++at_;
    const std::string_view raw = text_.substr(begin_, at_ - begin_);
    const auto value = parse_duration(raw);
    if (!value) {
      return push_bad("E0206",
                      "`" + std::string(raw) + "` is neither a number nor a duration",
                      "as `1h30m`; units are ns us ms s m h d w");
    }
    push(TokenKind::duration).number = *value;
  }

  void symbol() {
    const std::string_view rest = text_.substr(at_);
    const auto found = std::find_if(
        kSymbols.begin(), kSymbols.end(), [&](const Symbol& s) { return rest.starts_with(s.text); });
    if (found == kSymbols.end()) return unknown();
    at_ += found->text.size();
    if (found->kind != TokenKind::bad) {
      push(found->kind);
      return;
    }
    push_bad("E0207", "`" + std::string(found->text) + "` is no operator", std::string(found->hint));
  }

  void unknown() {
    ++at_;
    skip_while([](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; });
    push_bad("E0203", "this character has no meaning here", "a name with it is written in backquotes");
  }

  const MappedText& mapped_;
  std::string_view text_;
  bool types_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;  // of the token being read
  std::vector<Token> tokens_;
};

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

std::vector<Token> tokenize(const MappedText& text, TokenMode mode) {
  return Lexer(text, mode).run();
}

bool is_text_operator(std::string_view word) {
  return is_one_of(word, kTextOperators);
}

bool is_keyword(std::string_view word) {
  return is_text_operator(word) || is_one_of(word, kOtherKeywords);
}

bool is_pattern_word(std::string_view word) {
  return is_one_of(word, kPatternWords);
}

bool is_reserved(std::string_view word) {
  return is_keyword(word) || is_pattern_word(word) || is_one_of(word, kReservedNames);
}

bool is_identifier(std::string_view text) {
  return !text.empty() && !is_digit(text.front()) && std::all_of(text.begin(), text.end(), is_word_char);
}

}  // namespace tocsin::dsl
