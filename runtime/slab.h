#pragma once
/// Memory for the small things that runs are made of: blocks of a few sizes, each freed to where the next of
/// its size is taken from. Memory is kept until the slab ends, so it is bounded by the most that ever lived
/// at once.

#include <array>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <vector>

namespace tocsin::runtime {

/// Not thread-safe. What it gives is aligned to 16 bytes; what is larger than a cache line, to those.
class Slab {
 public:
  static constexpr std::size_t kSmallMax = 4096;  ///< larger ones go to operator new

  /// cost  a few instructions, but for a new block
  void* allocate(std::size_t bytes) {
    const std::size_t size_class = class_of(bytes);
    if (size_class >= kClasses) return ::operator new(bytes);
    Free*& first = free_[size_class];
    if (first == nullptr) return carve(bytes_of(size_class));
    Free* const taken = first;
    first = taken->next;
    return taken;
  }

  /// `bytes` as allocated.
  void free(void* at, std::size_t bytes) {
    const std::size_t size_class = class_of(bytes);
    if (size_class >= kClasses) return ::operator delete(at);
    free_[size_class] = new (at) Free{free_[size_class]};
  }

 private:
  struct Free {
    Free* next;
  };
  struct ByFree {
    void operator()(void* block) const { std::free(block); }
  };

  // Up to a cache line in steps of 16 bytes, then in lines.
  static constexpr std::size_t kFineMax = 64;
  static constexpr std::size_t kFine = 16;
  static constexpr std::size_t kCoarse = 64;
  static constexpr std::size_t kFineClasses = kFineMax / kFine + 1;
  static constexpr std::size_t kClasses = kFineClasses + (kSmallMax - kFineMax) / kCoarse;

  static std::size_t class_of(std::size_t bytes) {
    if (bytes <= kFineMax) return (bytes + kFine - 1) / kFine;
    return kFineClasses + (bytes - kFineMax - 1) / kCoarse;
  }
  static std::size_t bytes_of(std::size_t size_class) {
    return size_class < kFineClasses ? size_class * kFine
                                     : kFineMax + (size_class - kFineClasses + 1) * kCoarse;
  }

  void* carve(std::size_t bytes);

  std::array<Free*, kClasses> free_{};
  std::byte* at_ = nullptr;  // what is left of the newest block
  std::byte* end_ = nullptr;
  std::vector<std::unique_ptr<void, ByFree>> blocks_;
};

/// A block of `bytes`, on huge pages where the system gives them: state is visited at random, and most of the
/// cost of that is finding the page. Freed with std::free. Throws std::bad_alloc.
void* allocate_block(std::size_t bytes);

/// For containers as large as that.
template <class T>
struct BlockAllocator {
  using value_type = T;
  BlockAllocator() = default;
  template <class U>
  explicit BlockAllocator(const BlockAllocator<U>&) {}
  T* allocate(std::size_t n) { return static_cast<T*>(allocate_block(n * sizeof(T))); }
  void deallocate(T* at, std::size_t) { std::free(at); }
  bool operator==(const BlockAllocator&) const = default;
};

}  // namespace tocsin::runtime
