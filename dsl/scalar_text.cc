#include "dsl/scalar_text.h"

#include "dsl/utf8.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

namespace tocsin::dsl {

namespace {

constexpr std::uint32_t kIndentMax = 80;  // deeper blocks are mapped to their start

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
bool is_break(char c) {
  return c == '\n' || c == '\r';
}

struct Escape {
  char letter;
  std::uint32_t code;
};
constexpr auto kEscapes = std::to_array<Escape>({{'0', 0},
                                                 {'a', 7},
                                                 {'b', 8},
                                                 {'t', 9},
                                                 {'\t', 9},
                                                 {'n', 10},
                                                 {'v', 11},
                                                 {'f', 12},
                                                 {'r', 13},
                                                 {'e', 27},
                                                 {' ', 32},
                                                 {'"', '"'},
                                                 {'\'', '\''},
                                                 {'\\', '\\'},
                                                 {'/', '/'},
                                                 {'N', 0x85},
                                                 {'_', 0xA0},
                                                 {'L', 0x2028},
                                                 {'P', 0x2029}});

std::size_t hex_digits_of(char letter) {
  switch (letter) {
    case 'x':
      return 2;
    case 'u':
      return 4;
    case 'U':
      return 8;
    default:
      return 0;
  }
}

/// Walks the file from `begin` and the value from its start, side by side. Each `pair_` function says whether
/// the two agree to the end of the value.
class Pairing {
 public:
  Pairing(const std::shared_ptr<const SourceFile>& file, std::uint32_t begin, std::string_view value)
      : file_(file), raw_(file->text()), begin_(begin), at_(begin), value_(value), out_(file) {}

  bool pair() {
    switch (peek()) {
      case '\'':
        return pair_quoted('\'');
      case '"':
        return pair_quoted('"');
      case '|':
      case '>':
        return pair_block();
      default:
        return pair_plain();
    }
  }

  ScalarText result() && { return {std::move(out_), {begin_, static_cast<std::uint32_t>(at_)}}; }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < raw_.size() ? raw_[at_ + ahead] : '\0'; }
  bool finished() const { return out_.size() == value_.size(); }

  // Pairs `bytes` of the value with `length` bytes of the file from at_, and moves past both.
  bool take(std::string_view bytes, std::size_t length) {
    if (!value_.substr(out_.size()).starts_with(bytes)) return false;
    out_.append(bytes, {static_cast<std::uint32_t>(at_), static_cast<std::uint32_t>(at_ + length)});
    at_ += length;
    return true;
  }

  bool take_character() { return at_ < raw_.size() && take(raw_.substr(at_, 1), 1); }

  // Blanks and line breaks: alone blanks stay; one break folds to a space, each further one is a newline.
  bool take_space() {
    std::size_t end = at_;
    std::size_t breaks = 0;
    for (; end < raw_.size() && (is_blank(raw_[end]) || is_break(raw_[end])); ++end) {
      const bool of_pair = raw_[end] == '\r' && end + 1 < raw_.size() && raw_[end + 1] == '\n';
      if (is_break(raw_[end]) && !of_pair) ++breaks;
    }
    if (breaks == 0) {
      while (at_ < end) {
        if (!take_character()) return false;
      }
      return true;
    }
    const std::size_t begin = at_;
    if (!take(breaks == 1 ? std::string(" ") : std::string(breaks - 1, '\n'), 1)) return false;
    at_ = std::max(end, begin + 1);
    return true;
  }

  bool at_space() const { return is_blank(peek()) || is_break(peek()); }

  bool pair_plain() {
    while (!finished()) {
      if (!(at_space() ? take_space() : take_character())) return false;
    }
    return true;
  }

  bool pair_quoted(char quote) {
    for (++at_; at_ < raw_.size();) {
      if (peek() == quote && !(quote == '\'' && peek(1) == quote)) {
        ++at_;
        return finished();
      }
      if (!take_quoted(quote)) return false;
    }
    return false;
  }

  bool take_quoted(char quote) {
    if (at_space()) return take_space();
    if (peek() == quote) return take("'", 2);
    if (quote == '"' && peek() == '\\') return take_escape();
    return take_character();
  }

  bool take_escape() {
    const char letter = peek(1);
    if (is_break(letter)) return skip_escaped_break();
    if (const std::size_t digits = hex_digits_of(letter)) return take_hex(digits);
    const auto found =
        std::find_if(kEscapes.begin(), kEscapes.end(), [&](const Escape& e) { return e.letter == letter; });
    return found != kEscapes.end() && take(encode_utf8(found->code), 2);
  }

  bool take_hex(std::size_t digits) {
    const std::string_view text = raw_.substr(at_ + 2, digits);
    std::uint32_t code = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code, 16);
    if (error != std::errc{} || end != text.data() + digits) return false;
    return take(encode_utf8(code), 2 + digits);
  }

  bool skip_escaped_break() {
    at_ += peek(1) == '\r' && peek(2) == '\n' ? 3 : 2;
    while (is_blank(peek())) ++at_;
    return true;
  }

  // --- blocks ---

  struct Line {
    std::size_t begin = 0;
    std::size_t end = 0;   // without its break
    std::size_t next = 0;  // where the next line begins
  };

  Line line_at(std::size_t begin) const {
    std::size_t end = std::min(raw_.find('\n', begin), raw_.size());
    const std::size_t next = std::min(end + 1, raw_.size());
    if (end > begin && raw_[end - 1] == '\r') --end;
    return {begin, end, next};
  }

  std::size_t indent_of(const Line& line) const {
    const std::string_view text = raw_.substr(line.begin, line.end - line.begin);
    return std::min(text.find_first_not_of(' '), text.size());
  }

  // An indentation indicator counts from the parent, which is not known here: the deepest indentation under
  // which file and value agree is the one.
  bool pair_block() {
    const std::size_t body = line_at(at_).next;
    Line first = line_at(body);
    while (first.begin + indent_of(first) == first.end && first.next < raw_.size())
      first = line_at(first.next);
    const std::size_t deepest = indent_of(first);
    if (deepest > kIndentMax) return false;
    for (std::size_t indent = deepest + 1; indent-- > 0;) {
      out_ = MappedText(file_);
      if (pair_lines(body, indent)) return true;
    }
    return false;
  }

  bool pair_lines(std::size_t body, std::size_t indent) {
    const std::size_t content_size = value_.find_last_not_of('\n') + 1;  // 0 where there is none
    std::vector<std::size_t> breaks;
    at_ = body;
    std::size_t end = body;
    while (out_.size() < content_size) {
      if (at_ >= raw_.size()) return false;
      const Line line = line_at(at_);
      const std::size_t blanks = indent_of(line);
      if (line.begin + blanks < line.end || blanks > indent) {
        if (blanks < indent || !take_breaks(breaks)) return false;
        at_ = line.begin + indent;
        while (at_ < line.end) {
          if (!take_character()) return false;
        }
        breaks.clear();
        end = line.end;
      }
      breaks.push_back(line.end);
      at_ = line.next;
    }
    if (!finished() && !take_breaks(breaks)) return false;
    at_ = end;
    return finished();
  }

  // What stands in the value for line breaks of the file: newlines, or a space where a line was folded.
  bool take_breaks(const std::vector<std::size_t>& breaks) {
    if (breaks.empty()) return true;
    const std::size_t newlines =
        std::min(value_.find_first_not_of('\n', out_.size()), value_.size()) - out_.size();
    at_ = breaks.front();
    if (newlines == 0) return breaks.size() == 1 && take(" ", 1);
    for (std::size_t i = 0; i < newlines; ++i) {
      at_ = breaks[std::min(i, breaks.size() - 1)];
      if (!take("\n", 1)) return false;
    }
    return true;
  }

  std::shared_ptr<const SourceFile> file_;
  std::string_view raw_;
  std::uint32_t begin_;
  std::size_t at_;
  std::string_view value_;
  MappedText out_;
};

}  // namespace

ScalarText map_scalar(std::shared_ptr<const SourceFile> file, std::uint32_t begin, std::string_view value) {
  Pairing pairing(file, begin, value);
  if (pairing.pair()) return std::move(pairing).result();
  const Span start{begin, begin + (begin < file->text().size() ? 1U : 0U)};
  MappedText text(std::move(file));
  text.append(value, start);
  return {std::move(text), start};
}

}  // namespace tocsin::dsl
