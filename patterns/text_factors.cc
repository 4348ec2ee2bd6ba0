#include "patterns/text_factors.h"

#include <fmt/format.h>

#include <algorithm>

namespace tocsin::patterns {
namespace {

bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Gathers runs of characters that must all be there.
class Runs {
 public:
  /// ignore_case  RE2 folds some letters of other alphabets into `k` and `s`: those are no ASCII letter's
  /// case
  explicit Runs(bool ignore_case) : ignore_case_{ignore_case} {}

  void add(char c) {
    const bool folds = ignore_case_ && (c == 'k' || c == 'K' || c == 's' || c == 'S');
    if (folds || !is_ascii(c)) return end();
    run_ += c;
  }
  void take_back() {
    if (!run_.empty()) run_.pop_back();
  }
  void end() {
    if (!run_.empty()) runs_.push_back(std::move(run_));
    run_.clear();
  }
  std::vector<std::string> finish() {
    end();
    return std::move(runs_);
  }

 private:
  bool ignore_case_;
  std::string run_;
  std::vector<std::string> runs_;
};

/// Reads a regular expression from left to right. Whatever it is not sure of makes it give up.
class RegexReader {
 public:
  RegexReader(std::string_view regex, bool ignore_case) : regex_{regex}, runs_{ignore_case} {}

  std::vector<std::string> run() {
    while (sure_ && at_ < regex_.size()) step();
    return sure_ ? runs_.finish() : std::vector<std::string>{};
  }

 private:
  bool more() const { return at_ < regex_.size(); }
  void give_up() { sure_ = false; }

  void step() {
    const char c = regex_[at_++];
    switch (c) {
      case '|':
      case ')':
      case '{':
        return give_up();
      case '(':
        return skip_group();
      case '[':
        return skip_class();
      case '\\':
        return escape();
      case '.':
      case '^':
      case '$':
        return other();
      default:
        return literal(c);
    }
  }

  /// Something that is no literal character, and how often it may come.
  void other() {
    runs_.end();
    quantifier();
  }

  void literal(char c) {
    runs_.add(c);
    const std::size_t before = at_;
    const bool may_be_left_out = more() && regex_[at_] != '+';
    if (!quantifier() || at_ == before) return;
    // A quantifier applies to a whole character; of one that is not ASCII nothing was added.
    if (may_be_left_out) runs_.take_back();
    runs_.end();
  }

  /// Moves past `*`, `+?`, `{2,5}`. Whether there was one.
  bool quantifier() {
    if (!more()) return false;
    const char c = regex_[at_];
    if (c == '{') {
      const std::size_t end = regex_.find('}', at_);
      const auto inside = regex_.substr(at_ + 1, end == std::string_view::npos ? 0 : end - at_ - 1);
      const bool counts =
          !inside.empty() && is_digit(inside.front()) &&
          std::all_of(inside.begin(), inside.end(), [](char d) { return is_digit(d) || d == ','; });
      if (!counts) return give_up(), false;
      at_ = end + 1;
    } else if (c == '*' || c == '+' || c == '?') {
      ++at_;
    } else {
      return false;
    }
    if (more() && regex_[at_] == '?') ++at_;  // lazy
    return true;
  }

  void escape() {
    if (!more()) return give_up();
    const char c = regex_[at_++];
    constexpr std::string_view kClassesAndEdges = "dDwWsSbBAz";
    if (!is_ascii(c) || is_digit(c)) return give_up();
    if (!is_letter(c)) return literal(c);
    if (kClassesAndEdges.find(c) == std::string_view::npos) return give_up();
    other();
  }

  /// `(…)` and `(?:…)`; flags like `(?i)` change what follows.
  void skip_group() {
    if (regex_.substr(at_).starts_with("?") && !regex_.substr(at_).starts_with("?:")) return give_up();
    std::size_t depth = 1;
    while (more() && depth > 0) {
      const char c = regex_[at_++];
      if (c == '(') ++depth;
      if (c == ')') --depth;
      if (c == '[' || (c == '\\' && more() && regex_[at_] == 'Q')) return give_up();
      if (c == '\\') ++at_;
    }
    other();
  }

  void skip_class() {
    if (more() && regex_[at_] == '^') ++at_;
    if (more() && regex_[at_] == ']') ++at_;
    for (; more() && regex_[at_] != ']'; ++at_) {
      if (regex_[at_] == '[') return give_up();  // [:alpha:]
      if (regex_[at_] == '\\') ++at_;
    }
    if (!more()) return give_up();
    ++at_;
    other();
  }

  std::string_view regex_;
  Runs runs_;
  std::size_t at_ = 0;
  bool sure_ = true;
};

std::vector<std::string> pieces_of_wildcard(std::string_view pattern, bool ignore_case) {
  Runs runs(ignore_case);
  for (const char c : pattern) {
    if (c == '*' || c == '?') {
      runs.end();
    } else {
      runs.add(c);
    }
  }
  return runs.finish();
}

}  // namespace

std::vector<std::string> required_texts(const TextPattern& pattern) {
  switch (pattern.kind) {
    case TextPattern::Kind::like:
      return pieces_of_wildcard(pattern.text, pattern.ignore_case);
    case TextPattern::Kind::regex:
      return RegexReader{pattern.text, pattern.ignore_case}.run();
    case TextPattern::Kind::contains:
    case TextPattern::Kind::starts_with:
    case TextPattern::Kind::ends_with:
      return pattern.text.empty() ? std::vector<std::string>{} : std::vector{std::string{pattern.text}};
  }
  return {};
}

std::string regex_of_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_letter(c) || is_digit(c)) {
      out += c;
    } else {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace tocsin::patterns
