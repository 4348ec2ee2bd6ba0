#include "patterns/text_matcher.h"

#include <re2/re2.h>

#include <utility>

namespace tocsin::patterns {

struct TextMatcher::Compiled {
  Compiled(std::string_view text, std::string_view regex_text, const RE2::Options& options, bool is_regex)
      : pattern{text},
        regex{re2::StringPiece{regex_text.data(), regex_text.size()}, options},
        written_as_regex{is_regex} {}

  std::string pattern;  // as the author wrote it
  RE2 regex;
  bool written_as_regex;
};

namespace {

constexpr std::int64_t kRegexMemoryBytesMax = 8 << 20;

RE2::Options options_for(bool ignore_case) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_case_sensitive(!ignore_case);
  options.set_max_mem(kRegexMemoryBytesMax);
  return options;
}

/// `*` and `?` become `.*` and `.`, everything else stands for itself; `s` lets a dot be a line break.
std::string regex_of_wildcard(std::string_view pattern) {
  std::string out = "(?s)\\A";
  std::size_t from = 0;
  for (std::size_t at = 0; at <= pattern.size(); ++at) {
    if (at < pattern.size() && pattern[at] != '*' && pattern[at] != '?') continue;
    out += RE2::QuoteMeta(re2::StringPiece{pattern.data() + from, at - from});
    if (at < pattern.size()) out += pattern[at] == '*' ? ".*" : ".";
    from = at + 1;
  }
  return out + "\\z";
}

}  // namespace

Result<TextMatcher> TextMatcher::regex(std::string_view pattern, bool ignore_case) {
  auto compiled = std::make_shared<const Compiled>(pattern, pattern, options_for(ignore_case), true);
  if (!compiled->regex.ok()) return fail(ErrorCode::bad_argument, compiled->regex.error());
  TextMatcher out;
  out.compiled_ = std::move(compiled);
  return out;
}

Result<TextMatcher> TextMatcher::wildcard(std::string_view pattern, bool ignore_case) {
  auto compiled =
      std::make_shared<const Compiled>(pattern, regex_of_wildcard(pattern), options_for(ignore_case), false);
  if (!compiled->regex.ok()) return fail(ErrorCode::bad_argument, compiled->regex.error());
  TextMatcher out;
  out.compiled_ = std::move(compiled);
  return out;
}

bool TextMatcher::matches(std::string_view text) const {
  return RE2::PartialMatch(re2::StringPiece{text.data(), text.size()}, compiled_->regex);
}

const std::string& TextMatcher::pattern() const {
  return compiled_->pattern;
}
bool TextMatcher::is_regex() const {
  return compiled_->written_as_regex;
}
bool TextMatcher::ignores_case() const {
  return !compiled_->regex.options().case_sensitive();
}

}  // namespace tocsin::patterns
