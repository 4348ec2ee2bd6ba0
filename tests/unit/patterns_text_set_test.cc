#include "patterns/text_matcher.h"
#include "patterns/text_set.h"
#include "tests/support/catch.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace tocsin::patterns {
namespace {

using Kind = TextPattern::Kind;

TEST_CASE("what a text pattern requires", "[patterns]") {
  struct Case {
    Kind kind;
    const char* pattern;
    bool ignore_case;
    const char* want;
  };
  const auto c = GENERATE(values<Case>({
      {Kind::contains, "a.b", false, "a.b"},
      {Kind::contains, "", false, ""},
      {Kind::starts_with, "http", false, "http"},
      {Kind::like, "a*b?c", false, "a|b|c"},
      {Kind::like, "*", false, ""},
      {Kind::regex, "m0*7\\.[a-z]+\\.example", false, "m|7.|.example"},
      {Kind::regex, "^abc$", false, "abc"},
      {Kind::regex, "abc?d", false, "ab|d"},
      {Kind::regex, "abc+d", false, "abc|d"},
      {Kind::regex, "abc{0,2}d", false, "ab|d"},
      {Kind::regex, "abc*?d", false, "ab|d"},
      {Kind::regex, "a.b", false, "a|b"},
      {Kind::regex, "ab(cd)?ef", false, "ab|ef"},
      {Kind::regex, "ab(?:c|d)ef", false, "ab|ef"},
      {Kind::regex, "ab|cd", false, ""},
      {Kind::regex, "a[^]x]b[\\]y]c", false, "a|b|c"},
      {Kind::regex, "a[[:alpha:]]b", false, ""},
      {Kind::regex, "a\\d+b\\bc", false, "a|b|c"},
      {Kind::regex, "(?i)abc", false, ""},
      {Kind::regex, "\\x41BC", false, ""},
      {Kind::regex, "\\Qa*\\E", false, ""},
      {Kind::regex, "a\\.b\\/c", false, "a.b/c"},
      {Kind::regex, "a{b", false, ""},
      {Kind::regex, "task", true, "ta"},
      {Kind::regex, "a\xC3\xBC*b", false, "a|b"},
      {Kind::like, "Risk*", true, "Ri"},
  }));
  CAPTURE(c.pattern);
  CHECK(fmt::format("{}", fmt::join(required_texts({c.kind, c.pattern, c.ignore_case}), "|")) == c.want);
}

/// By the pattern's own test, as conditions make it.
bool accepts(const TextPattern& pattern, const std::string& text) {
  switch (pattern.kind) {
    case Kind::contains:
      return text.find(pattern.text) != std::string::npos;
    case Kind::starts_with:
      return text.starts_with(pattern.text);
    case Kind::ends_with:
      return text.ends_with(pattern.text);
    case Kind::like:
      return TextMatcher::wildcard(pattern.text, pattern.ignore_case)->matches(text);
    case Kind::regex:
      return TextMatcher::regex(pattern.text, pattern.ignore_case)->matches(text);
  }
  return false;
}

std::vector<std::uint32_t> found_in(const TextSet& set, const std::string& text) {
  TextSet::Scratch scratch = set.make_scratch();
  std::vector<std::uint32_t> found;
  set.find(text, scratch, found);
  std::sort(found.begin(), found.end());
  return found;
}

const std::vector<TextPattern>& some_patterns() {
  static const std::vector<TextPattern> patterns = {
      {Kind::contains, "needle", false},
      {Kind::contains, "", false},
      {Kind::contains, "\xC3\xBC", false},
      {Kind::contains, "a.b*", false},
      {Kind::starts_with, "http", false},
      {Kind::ends_with, ".exe", false},
      {Kind::ends_with, "\n", false},
      {Kind::like, "*.example", false},
      {Kind::like, "K?lvin*", true},
      {Kind::like, "", false},
      {Kind::regex, "m0*7\\.[a-z]+\\.example", false},
      {Kind::regex, "^\\d+$", false},
      {Kind::regex, "^.{3}$", false},
      {Kind::regex, "^[^a]b$", false},
      {Kind::regex, "cat|dog", false},
      {Kind::regex, "(?i)straSSe", false},
      {Kind::regex, "kiss", true},
      {Kind::regex, "^\\S+$", false},
      {Kind::regex, "x*", false},
      {Kind::regex, "\\pL\\pL", false},
      {Kind::regex, "[\xC3\xA4\xC3\xB6]", false},
      {Kind::regex, "\\x{fc}", false},
      {Kind::regex, "(?P<word>\\w+) (\\w+)", false},
      {Kind::regex, "^$", false},
      {Kind::regex, "end$", false},
      {Kind::regex, "(?s)a.b", false},
      {Kind::regex, "a\\C*b", false},
  };
  return patterns;
}

const std::vector<std::string>& some_texts() {
  static const std::vector<std::string> texts = {
      "",
      "needle in hay",
      "m007.food.example",
      "m17.food.example",
      "12345",
      "abc",
      "\xC3\xBC"
      "bc",
      "xb",
      "\xC3\xA4"
      "b",
      "a dog",
      "STRASSE",
      "stra\xC5\xBF\xC5\xBF"
      "e",
      "KISS",
      "\xE2\x84\xAAi\xC5\xBFs",
      "\xE2\x84\xAA"
      "elvins",
      "kelvin",
      "a\vb",
      "two words",
      "the end",
      "the end\n",
      "a\nb",
      "http://x/a.b*.exe",
      "\xC3\xBC",
      std::string("nul\0needle", 10),
  };
  return texts;
}

TEST_CASE("a text set finds every pattern that accepts the text, once", "[patterns]") {
  const std::vector<TextPattern>& patterns = some_patterns();
  const TextSet set(patterns);
  for (const std::string& text : some_texts()) {
    const auto found = found_in(set, text);
    CAPTURE(text, found);
    CHECK(std::adjacent_find(found.begin(), found.end()) == found.end());
    for (std::uint32_t i = 0; i < patterns.size(); ++i) {
      CAPTURE(patterns[i].text);
      if (accepts(patterns[i], text)) CHECK(std::binary_search(found.begin(), found.end(), i));
    }
  }
}

TEST_CASE("of many patterns a text set finds few", "[patterns]") {
  std::vector<std::string> texts;
  for (int i = 0; i < 1000; ++i) texts.push_back(fmt::format("m0*{}\\.[a-z]+\\.example", i));
  std::vector<TextPattern> patterns;
  for (const std::string& text : texts) patterns.push_back({Kind::regex, text, false});
  CHECK(found_in(TextSet{patterns}, "m123.food.example") == std::vector<std::uint32_t>{3, 23, 123});
}

TEST_CASE("what all patterns require does not tell them apart: they are looked for as a whole",
          "[patterns]") {
  std::vector<std::string> texts;
  for (int i = 0; i < 20; ++i) texts.push_back(fmt::format("^/api/v[{}]+/", i % 10));
  texts.push_back("^/api/v[0-9]+/");
  std::vector<TextPattern> patterns;
  for (const std::string& text : texts) patterns.push_back({Kind::regex, text, false});
  CHECK(found_in(TextSet{patterns}, "/api/v7/") == std::vector<std::uint32_t>{7, 17, 20});
}

}  // namespace
}  // namespace tocsin::patterns
