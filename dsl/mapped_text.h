#pragma once
/// Text taken out of a YAML scalar, every byte of which knows where in the file it was written.
///
/// Escapes, quotes and folded lines make the value of a scalar differ from what stands in the file.
/// The grammar reads the value and reports spans of the file. Immutable once filled.

#include "dsl/source_file.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::dsl {

class MappedText {
 public:
  explicit MappedText(std::shared_ptr<const SourceFile> file) : file_(std::move(file)) {}

  /// Appends bytes that were written at `place`: one for a plain character, up to four for an escape.
  void append(std::string_view bytes, Span place) {
    text_.append(bytes);
    places_.insert(places_.end(), bytes.size(), place);
  }

  std::string_view text() const { return text_; }
  std::size_t size() const { return text_.size(); }
  const std::shared_ptr<const SourceFile>& file() const { return file_; }

  /// Where bytes [begin, end) were written. An empty range has an empty span, before the byte at `begin`.
  Span span(std::size_t begin, std::size_t end) const {
    if (places_.empty()) return {};
    if (begin < end) return {places_[begin].begin, places_[end - 1].end};
    const std::uint32_t at = begin < places_.size() ? places_[begin].begin : places_.back().end;
    return {at, at};
  }

  /// Bytes [begin, end) alone.
  MappedText part(std::size_t begin, std::size_t end) const {
    MappedText out(file_);
    out.text_ = text_.substr(begin, end - begin);
    out.places_.assign(places_.begin() + static_cast<std::ptrdiff_t>(begin),
                       places_.begin() + static_cast<std::ptrdiff_t>(end));
    return out;
  }

 private:
  std::shared_ptr<const SourceFile> file_;
  std::string text_;
  std::vector<Span> places_;  // one for each byte of text_
};

}  // namespace tocsin::dsl
