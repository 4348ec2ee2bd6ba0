#pragma once
/// Text put together from many small pieces, for which the calls that std::string makes would cost more than
/// the copying.

#include "base/bytes.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace tocsin {

/// Keeps its memory when cleared. Moves what it holds when it grows.
class TextBuffer {
 public:
  TextBuffer() = default;
  TextBuffer(TextBuffer&& other) noexcept { swap(other); }
  TextBuffer& operator=(TextBuffer&& other) noexcept {
    swap(other);
    return *this;
  }

  std::string_view text() const { return {begin_.get(), size()}; }
  std::size_t size() const { return static_cast<std::size_t>(end_ - begin_.get()); }
  void clear() { end_ = begin_.get(); }

  /// Forgets all but the first `size` bytes.
  void truncate(std::size_t size) { end_ = begin_.get() + size; }

  /// Where the next `size` bytes go: write them there, then `take` them.
  char* room(std::size_t size) { return room_from(end_, size); }
  void take(std::size_t size) { end_ += size; }

  /// The same for who writes more than one text, up to `end` so far, which need not be taken each time.
  char* room_from(char* end, std::size_t size) {
    if (static_cast<std::size_t>(limit_ - end) >= size) return end;
    end_ = end;
    grow(size);
    return end_;
  }
  void take_to(char* end) { end_ = end; }

  /// Where what was written after the first `size` bytes is.
  char* at(std::size_t size) { return begin_.get() + size; }

  TextBuffer& operator+=(std::string_view text) {
    copy_bytes(room(text.size()), text.data(), text.size());
    take(text.size());
    return *this;
  }

 private:
  void swap(TextBuffer& other) {
    std::swap(begin_, other.begin_);
    std::swap(end_, other.end_);
    std::swap(limit_, other.limit_);
  }
  void grow(std::size_t size) {
    const std::size_t used = this->size();
    const std::size_t capacity = std::max(2 * (used + size), std::size_t{256});
    auto begin = std::make_unique_for_overwrite<char[]>(capacity);
    std::copy_n(begin_.get(), used, begin.get());
    begin_ = std::move(begin);
    end_ = begin_.get() + used;
    limit_ = begin_.get() + capacity;
  }

  std::unique_ptr<char[]> begin_;
  char* end_ = nullptr;
  char* limit_ = nullptr;
};

}  // namespace tocsin
