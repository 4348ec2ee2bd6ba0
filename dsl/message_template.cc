#include "dsl/message_template.h"

#include "dsl/grammar.h"

#include <string>
#include <string_view>
#include <utility>

namespace tocsin::dsl {

namespace {

class TemplateReader {
 public:
  TemplateReader(const MappedText& text, Diagnostics& diagnostics)
      : mapped_(text), text_(text.text()), diagnostics_(diagnostics) {}

  std::optional<Template> run() {
    const std::size_t errors_before = diagnostics_.error_count();
    while (at_ < text_.size()) next();
    flush();
    template_.span = mapped_.span(0, text_.size());
    if (diagnostics_.error_count() > errors_before) return std::nullopt;
    return std::move(template_);
  }

 private:
  void next() {
    const char c = text_[at_];
    const bool twice = at_ + 1 < text_.size() && text_[at_ + 1] == c;
    if (c == '{' && !twice) return hole();
    if (c == '}' && !twice) error(at_, "`}` closes nothing", "write `}}` for the brace itself");
    plain_ += c;
    at_ += (c == '{' || c == '}') && twice ? 2 : 1;
  }

  void flush() {
    if (!plain_.empty()) template_.parts.emplace_back(std::exchange(plain_, {}));
  }

  void hole() {
    const std::size_t begin = at_ + 1;
    const std::size_t expression_end = end_of_expression(begin);
    const std::size_t end = text_.find('}', expression_end);
    if (end == std::string_view::npos) {
      error(at_, "this `{` is not closed", "write `{{` for the brace itself");
      at_ = text_.size();
      return;
    }
    flush();
    at_ = end + 1;
    auto expression = parse_hole(begin, expression_end);
    if (!expression) return;
    TemplateHole hole{std::move(*expression), std::nullopt};
    if (expression_end < end) hole.format = format(expression_end + 1, end);
    template_.parts.emplace_back(std::move(hole));
  }

  std::optional<Expr> parse_hole(std::size_t begin, std::size_t end) {
    if (text_.substr(begin, end - begin).find_first_not_of(" \t\n") == std::string_view::npos) {
      error(begin - 1, "nothing between the braces", "as `{s.query}`; write `{{` for the brace itself");
      return std::nullopt;
    }
    return parse_expression(mapped_.part(begin, end), diagnostics_);
  }

  Located<std::string> format(std::size_t begin, std::size_t end) {
    if (begin == end) error(begin - 1, "no format after `:`", "as `{amount:.2f}`");
    return {std::string(text_.substr(begin, end - begin)), mapped_.span(begin, end)};
  }

  // The first `:` or `}` that is not in a string or in backquotes.
  std::size_t end_of_expression(std::size_t begin) const {
    char quote = '\0';
    for (std::size_t i = begin; i < text_.size(); ++i) {
      const char c = text_[i];
      if (quote != '\0') {
        if (c == quote) quote = '\0';
      } else if (c == '\'' || c == '"' || c == '`') {
        quote = c;
      } else if (c == ':' || c == '}') {
        return i;
      }
    }
    return text_.size();
  }

  void error(std::size_t at, std::string message, std::string hint) {
    diagnostics_.error(
        mapped_.file(), mapped_.span(at, at + 1), "E0214", std::move(message), std::move(hint));
  }

  const MappedText& mapped_;
  std::string_view text_;
  Diagnostics& diagnostics_;
  std::size_t at_ = 0;
  std::string plain_;
  Template template_;
};

}  // namespace

std::optional<Template> parse_template(const MappedText& text, Diagnostics& diagnostics) {
  return TemplateReader(text, diagnostics).run();
}

}  // namespace tocsin::dsl
