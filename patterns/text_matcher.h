#pragma once
/// A constant text pattern of a condition: `like '*.example'` or `matches '^m0*7\.'`, compiled once.

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tocsin::patterns {

/// Immutable, shared by all threads; copies share one compiled pattern.
class TextMatcher {
 public:
  /// `matches`: RE2 syntax, searches anywhere. Fails with RE2's own words on a bad regular expression.
  static Result<TextMatcher> regex(std::string_view pattern, bool ignore_case);
  /// `like`: `*` any run, `?` one character; the whole text.
  static Result<TextMatcher> wildcard(std::string_view pattern, bool ignore_case);

  /// O(text), no allocation in steady state.
  bool matches(std::string_view text) const;

  const std::string& pattern() const;
  bool is_regex() const;
  bool ignores_case() const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace tocsin::patterns
