#include "patterns/text_matcher.h"
#include "tests/support/catch.h"

namespace tocsin::patterns {
namespace {

TEST_CASE("like and matches", "[patterns]") {
  struct Case {
    bool regex;
    const char* pattern;
    bool ignore_case;
    const char* text;
    bool want;
  };
  const auto c = GENERATE(values<Case>({
      {false, "a*c", false, "abbc", true},
      {false, "a*c", false, "abcd", false},
      {false, "a*c", false, "a\nc", true},
      {false, "a?c", false, "abc", true},
      {false, "a?c", false, "ac", false},
      {false,
       "a?c",
       false,
       "a\xC3\xA9"
       "c",
       true},
      {false, "*.example", false, "www.example", true},
      {false, "*.example", false, "wwwxexample", false},
      {false, "", false, "", true},
      {false, "", false, "x", false},
      {false, "[a]", false, "[a]", true},
      {false, "ABC*", true, "abcd", true},
      {false, "ABC*", false, "abcd", false},
      {true, "b+", false, "abbc", true},
      {true, "^b", false, "abbc", false},
      {true, "B", true, "abc", true},
  }));
  CAPTURE(c.pattern, c.text);
  const auto matcher = c.regex ? TextMatcher::regex(c.pattern, c.ignore_case)
                               : TextMatcher::wildcard(c.pattern, c.ignore_case);
  REQUIRE(matcher.has_value());
  CHECK(matcher->matches(c.text) == c.want);
  CHECK(matcher->pattern() == c.pattern);
  CHECK(matcher->is_regex() == c.regex);
  CHECK(matcher->ignores_case() == c.ignore_case);
}

TEST_CASE("a bad regular expression says what is wrong with it", "[patterns]") {
  const auto matcher = TextMatcher::regex("a(", false);
  REQUIRE_FALSE(matcher.has_value());
  CHECK(matcher.error().message == "missing ): a(");
}

}  // namespace
}  // namespace tocsin::patterns
