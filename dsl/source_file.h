#pragma once
/// The text of one rule file, and places in it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::dsl {

/// A stretch of bytes of a SourceFile: [begin, end).
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool operator==(const Span&) const = default;
};

/// A value and where it was written.
template <class T>
struct Located {
  T value{};
  Span span;
};

struct LineColumn {
  std::uint32_t line = 1;    ///< from 1
  std::uint32_t column = 1;  ///< from 1, in Unicode code points
};

/// Immutable once made. At most 4 GiB of text.
class SourceFile {
 public:
  SourceFile(std::string name, std::string text);

  const std::string& name() const { return name_; }
  std::string_view text() const { return text_; }
  std::string_view text(Span span) const { return text().substr(span.begin, span.end - span.begin); }

  LineColumn place(std::uint32_t offset) const;      ///< O(log lines + line length)
  std::string_view line_text(std::uint32_t line) const;  ///< without its line break

 private:
  std::string name_;
  std::string text_;
  std::vector<std::uint32_t> line_begins_;
};

}  // namespace tocsin::dsl
