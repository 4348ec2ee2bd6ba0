#pragma once
/// Freed memory of a shard's keyed state, kept by size for what is allocated next: lists and tables that come
/// and go with the events of a steady stream do not reach the heap.
///
/// Every block is one of its own on the heap, so whoever frees it may: what is freed while no pool, or
/// another one, is in use is not lost. A pool keeps no more blocks of a size than were in use at once.

#include <array>
#include <bit>
#include <cstddef>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::runtime {

/// The sizes that a pool tells apart, four for each doubling: after 64 bytes come 80, 96, 112, 128, then 160.
struct PoolSizes {
  /// Of the least size with room for so many.
  static constexpr std::size_t number_of(std::size_t bytes) {
    const std::size_t steps = bytes > 0 ? (bytes - 1) / kStep : 0;  // full ones before the last byte
    if (steps < kOfDoubling) return steps;
    const auto doublings = static_cast<std::size_t>(std::bit_width(steps / kOfDoubling)) - 1;
    return doublings * kOfDoubling + (steps >> doublings);
  }
  static constexpr std::size_t bytes_of(std::size_t number) {
    if (number < kOfDoubling) return (number + 1) * kStep;
    const std::size_t doublings = number / kOfDoubling - 1;
    return ((number - doublings * kOfDoubling + 1) << doublings) * kStep;
  }

 private:
  static constexpr std::size_t kStep = 16;
  static constexpr std::size_t kOfDoubling = 4;
};

/// Not thread-safe: in use by one thread at a time.
class BlockPool {
 public:
  static constexpr std::size_t kBytesMax = 64u << 10;  ///< what is larger goes to the heap

  BlockPool() = default;
  ~BlockPool();
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;

  /// While it lives, the calling thread allocates from `pool`.
  class InUse {
   public:
    explicit InUse(BlockPool& pool) : before_{std::exchange(in_use_, &pool)} {}
    ~InUse() { in_use_ = before_; }
    InUse(const InUse&) = delete;
    InUse& operator=(const InUse&) = delete;

   private:
    BlockPool* before_;
  };

  /// From the pool in use; without one, from the heap. Throws std::bad_alloc.
  /// cost  a few instructions where a block of the size is free
  static void* allocate(std::size_t bytes) {
    if (bytes > kBytesMax) return ::operator new(bytes);
    const std::size_t size = PoolSizes::number_of(bytes);
    if (in_use_ == nullptr || in_use_->free_[size] == nullptr)
      return ::operator new(PoolSizes::bytes_of(size));
    Free* const taken = in_use_->free_[size];
    in_use_->free_[size] = taken->next;
    return taken;
  }

  /// `bytes` as allocated.
  static void free(void* at, std::size_t bytes) {
    if (bytes > kBytesMax || in_use_ == nullptr) return ::operator delete(at);
    Free*& first = in_use_->free_[PoolSizes::number_of(bytes)];
    first = new (at) Free{first};
  }

 private:
  struct Free {
    Free* next;
  };

  static constexpr std::size_t kSizes = PoolSizes::number_of(kBytesMax) + 1;

  static inline constinit thread_local BlockPool* in_use_ = nullptr;

  std::array<Free*, kSizes> free_{};
};

/// For containers in keyed state.
template <class T>
struct PoolAllocator {
  using value_type = T;

  PoolAllocator() = default;
  template <class U>
  explicit(false) PoolAllocator(const PoolAllocator<U>&) {}

  T* allocate(std::size_t n) {
    static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
    return static_cast<T*>(BlockPool::allocate(n * sizeof(T)));
  }
  void deallocate(T* at, std::size_t n) { BlockPool::free(at, n * sizeof(T)); }
  bool operator==(const PoolAllocator&) const = default;
};

template <class T>
using PoolVector = std::vector<T, PoolAllocator<T>>;
using PoolString = std::basic_string<char, std::char_traits<char>, PoolAllocator<char>>;

/// For objects in keyed state that lie in a std::unique_ptr.
struct FromPool {
  static void* operator new(std::size_t bytes) { return BlockPool::allocate(bytes); }
  static void operator delete(void* at, std::size_t bytes) { BlockPool::free(at, bytes); }
};

}  // namespace tocsin::runtime
