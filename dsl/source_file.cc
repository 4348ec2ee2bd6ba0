#include "dsl/source_file.h"

#include "dsl/utf8.h"

#include <algorithm>
#include <utility>

namespace tocsin::dsl {

SourceFile::SourceFile(std::string name, std::string text) : name_(std::move(name)), text_(std::move(text)) {
  line_begins_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') line_begins_.push_back(static_cast<std::uint32_t>(i + 1));
  }
}

LineColumn SourceFile::place(std::uint32_t offset) const {
  const auto clamped = std::min(offset, static_cast<std::uint32_t>(text_.size()));
  const auto after = std::upper_bound(line_begins_.begin(), line_begins_.end(), clamped);
  const auto line = static_cast<std::uint32_t>(after - line_begins_.begin());
  const std::uint32_t begin = line_begins_[line - 1];
  const auto begins = [](char byte) { return !continues_code_point(byte); };
  const std::string_view before = text({begin, clamped});
  return {line, 1 + static_cast<std::uint32_t>(std::count_if(before.begin(), before.end(), begins))};
}

std::string_view SourceFile::line_text(std::uint32_t line) const {
  if (line == 0 || line > line_begins_.size()) return {};
  const std::uint32_t begin = line_begins_[line - 1];
  const std::size_t end = line < line_begins_.size() ? line_begins_[line] - 1 : text_.size();
  std::string_view whole = text().substr(begin, end - begin);
  if (whole.ends_with('\r')) whole.remove_suffix(1);
  return whole;
}

}  // namespace tocsin::dsl
