#include "patterns/format_spec.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace tocsin::patterns {
namespace {

constexpr std::string_view kTimeLetters = "YmdHIpMSLfjaAbBuFTRzs%";
constexpr std::string_view kDurationLetters = "HMSLfTR%";
constexpr auto kTypes = std::to_array<std::string_view>({"", "d", "f", "e", "%", "s", "ms", "m", "h"});

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// A `%` in front of a letter: what `.1%` has not.
bool is_pattern(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i - 1] == '%' && is_letter(text[i])) return true;
  }
  return false;
}

/// The first letter after a `%` of `pattern` that is not among `known`; 0 if there is none.
char unknown_letter(std::string_view pattern, std::string_view known) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') continue;
    if (++i == pattern.size()) return '%';
    if (known.find(pattern[i]) == std::string_view::npos) return pattern[i];
  }
  return '\0';
}

Result<FormatSpec> parse_pattern(std::string_view text) {
  FormatSpec out;
  out.text = text;
  const std::size_t at = text.rfind('@');
  out.pattern = text.substr(0, at);
  if (at != std::string_view::npos) {
    auto zone = TimeZone::load(text.substr(at + 1));
    if (!zone) return tl::make_unexpected(zone.error());
    out.zone = std::move(*zone);
  }
  if (const char c = unknown_letter(out.pattern, kTimeLetters)) {
    return fail(ErrorCode::bad_argument, std::string{"`%"} + c + "` means nothing in a time");
  }
  return out;
}

class SpecReader {
 public:
  explicit SpecReader(std::string_view text) : rest_{text} { out_.text = text; }

  Result<FormatSpec> read() {
    if (!rest_.empty() && std::string_view{"<>^"}.find(rest_.front()) != std::string_view::npos) {
      out_.align = rest_.front();
      rest_.remove_prefix(1);
    }
    out_.plus = take('+');
    out_.zeros = take('0');
    out_.width = number().value_or(0);
    out_.grouped = take(',');
    if (take('.')) {
      const auto precision = number();
      if (!precision) return wrong("behind the `.` stands the number of digits");
      out_.precision = static_cast<int>(*precision);
    }
    out_.type = rest_;
    if (std::find(kTypes.begin(), kTypes.end(), rest_) == kTypes.end()) {
      return wrong("`" + std::string{rest_} + "` is no way to write a value");
    }
    return check();
  }

 private:
  static tl::unexpected<Error> wrong(std::string why) {
    return fail(ErrorCode::bad_argument, std::move(why));
  }

  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<unsigned> number() {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error == std::errc::invalid_argument) return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return error == std::errc{} ? value : kFormatWidthMax + 1;
  }

  Result<FormatSpec> check() {
    if (out_.width > kFormatWidthMax) return wrong("that is wider than 200 characters");
    if (out_.type != "s" && out_.precision > static_cast<int>(kFormatPrecisionMax))
      return wrong("these are more than 30 digits");
    if (out_.precision >= 0 && out_.type.empty())
      return wrong("digits of what? as `.2f`, `.1%`, `.20s` or `.1h`");
    if (out_.zeros && out_.align != '\0') return wrong("zeros leave nothing to align");
    return std::move(out_);
  }

  std::string_view rest_;
  FormatSpec out_;
};

}  // namespace

bool FormatSpec::fits(ValueKind kind) const {
  const bool number = kind == ValueKind::integer || kind == ValueKind::real;
  if (!pattern.empty()) {
    const bool of_durations = unknown_letter(pattern, kDurationLetters) == '\0';
    return kind == ValueKind::time || (kind == ValueKind::duration && of_durations);
  }
  if (type == "f" || type == "e" || type == "%") return number;
  if (type == "ms" || type == "m" || type == "h") return kind == ValueKind::duration;
  if (type == "d") return number || kind == ValueKind::duration;
  const bool duration_in_seconds = type == "s" && kind == ValueKind::duration;
  if (plus || zeros || grouped) return number || duration_in_seconds;
  return type.empty() || !number;
}

Result<FormatSpec> parse_format_spec(std::string_view text) {
  return is_pattern(text) ? parse_pattern(text) : SpecReader{text}.read();
}

}  // namespace tocsin::patterns
