#pragma once
/// A bump allocator for things that die together, as a batch of events. Keeps its blocks when reset.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin {

/// Not thread-safe. Nothing allocated here is destroyed: only trivially destructible things belong in it.
class Arena {
 public:
  static constexpr std::size_t kBlockBytes = 256 * 1024;

  Arena() = default;
  Arena(Arena&& other) noexcept { *this = std::move(other); }
  Arena& operator=(Arena&& other) noexcept {
    blocks_ = std::exchange(other.blocks_, {});
    block_ = std::exchange(other.block_, 0);
    at_ = std::exchange(other.at_, nullptr);
    end_ = std::exchange(other.end_, nullptr);
    return *this;
  }

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
    if (!blocks_.empty()) begin_block(0);
  }

  std::size_t reserved_bytes() const;

 private:
  struct Block {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size = 0;
  };

  void* allocate_bytes(std::size_t size, std::size_t align) {
    const auto left = static_cast<std::size_t>(end_ - at_);
    const std::size_t padding = (align - reinterpret_cast<std::uintptr_t>(at_)) & (align - 1);
    if (padding + size >= left) return allocate_in_next_block(size);  // also before the first block
    std::byte* const at = at_ + padding;
    at_ = at + size;
    return at;
  }
  void* allocate_in_next_block(std::size_t size);
  void begin_block(std::size_t block) {
    block_ = block;
    at_ = blocks_[block].bytes.get();
    end_ = at_ + blocks_[block].size;
  }

  std::vector<Block> blocks_;
  std::size_t block_ = 0;    // the one being filled
  std::byte* at_ = nullptr;  // what is left of it
  std::byte* end_ = nullptr;
};

}  // namespace tocsin
