#pragma once
/// How a value is written in a message: the `.2f` of `{sum(t.amount):.2f}`, the `%H:%M` of `{t.time:%H:%M}`.
///
///     spec := [< > ^] [+] [0] [width] [,] [.precision] [type]
///           | text with %letters [@zone]
///
/// Types: `d` `f` `e` `%` of numbers; `s` of texts; `ms` `s` `m` `h` `d` of durations, as a number of these.

#include "base/result.h"
#include "base/value.h"
#include "patterns/time_zone.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin::patterns {

inline constexpr unsigned kFormatWidthMax = 200;
inline constexpr unsigned kFormatPrecisionMax = 30;

struct FormatSpec {
  std::string text;  ///< as written

  char align = '\0';  ///< < > ^; none: numbers to the right, the rest to the left
  bool plus = false;
  bool zeros = false;
  bool grouped = false;  ///< 1,234,567
  unsigned width = 0;    ///< in characters, at least
  int precision = -1;    ///< digits behind the point, or at most so many characters; -1: not given
  std::string type;

  std::string pattern;  ///< of times and durations; everything above is then at rest
  TimeZone zone;

  /// Whether it says how to write a value of `kind`.
  bool fits(ValueKind kind) const;
};

/// Fails with a sentence on what is wrong.
Result<FormatSpec> parse_format_spec(std::string_view text);

}  // namespace tocsin::patterns
