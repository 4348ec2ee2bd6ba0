#pragma once
/// A bump allocator for things that die together, as a batch of events. Keeps its blocks when reset.

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace tocsin {

/// Not thread-safe. Nothing allocated here is destroyed: only trivially destructible things belong in it.
class Arena {
 public:
  static constexpr std::size_t kBlockBytes = 256 * 1024;

  Arena() = default;
  Arena(Arena&&) = default;
  Arena& operator=(Arena&&) = default;

  template <class T>
  T* allocate(std::size_t count) {
    return static_cast<T*>(allocate_bytes(count * sizeof(T), alignof(T)));
  }

  /// A copy of `text` that lives until reset.
  std::string_view copy(std::string_view text) {
    char* to = allocate<char>(text.size());
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }

  /// Forgets everything allocated and keeps the memory for what comes next.
  void reset() {
    block_ = 0;
    used_ = 0;
  }

  std::size_t reserved_bytes() const;

 private:
  struct Block {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size = 0;
  };

  void* allocate_bytes(std::size_t size, std::size_t align) {
    const std::size_t at = (used_ + align - 1) & ~(align - 1);
    if (block_ < blocks_.size() && at + size <= blocks_[block_].size) {
      used_ = at + size;
      return blocks_[block_].bytes.get() + at;
    }
    return allocate_in_next_block(size);
  }
  void* allocate_in_next_block(std::size_t size);

  std::vector<Block> blocks_;
  std::size_t block_ = 0;  // the one being filled
  std::size_t used_ = 0;   // of it
};

}  // namespace tocsin
