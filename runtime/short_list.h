#pragma once
/// A vector with room for one element in itself, and a header of 16 bytes: what a key holds is mostly one of
/// each. Room for more comes from the BlockPool in use.

#include "base/check.h"
#include "runtime/block_pool.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <utility>

namespace tocsin::runtime {

/// T moves without throwing. Elements move when the list grows, shrinks in the middle, or moves itself.
template <class T>
class ShortList {
 public:
  ShortList() = default;
  ShortList(ShortList&& other) noexcept { take(other); }
  ShortList& operator=(ShortList&& other) noexcept {
    if (this == &other) return *this;
    destroy();
    take(other);
    return *this;
  }
  ~ShortList() { destroy(); }

  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  std::size_t size() const { return size_; }
  bool outside() const { return data_ != reinterpret_cast<const T*>(inside_); }
  bool empty() const { return size_ == 0; }

  template <class... Arguments>
  T& emplace_back(Arguments&&... arguments) {
    if (size_ == capacity_) grow();
    return *new (data_ + size_++) T{std::forward<Arguments>(arguments)...};
  }

  /// Before `at`.
  T& insert(T* at, T item) {
    const auto index = at - data_;
    emplace_back(std::move(item));
    std::rotate(data_ + index, end() - 1, end());
    return data_[index];
  }

  /// Forgets the elements from `first` on; the memory stays.
  void truncate(T* first) {
    std::destroy(first, end());
    size_ = static_cast<std::uint32_t>(first - data_);
  }
  void clear() { truncate(data_); }

  /// Takes the one element that is left, or the next, into the list itself, and gives back the other memory.
  void shrink() {
    if (!outside() || size_ > 1) return;
    std::uninitialized_move(begin(), end(), inside());
    destroy();
    data_ = inside();
    capacity_ = 1;
  }

 private:
  T* inside() { return reinterpret_cast<T*>(inside_); }

  void grow() {
    TOCSIN_CHECK(capacity_ <= std::numeric_limits<std::uint32_t>::max() / 2,
                 "a list has fewer than 2^31 elements");
    const std::uint32_t capacity = capacity_ * 2;
    T* const data = PoolAllocator<T>{}.allocate(capacity);
    std::uninitialized_move(begin(), end(), data);
    std::destroy(begin(), end());
    free_memory();
    data_ = data;
    capacity_ = capacity;
  }

  /// Takes over what `other` holds, and leaves it empty. This one holds nothing.
  void take(ShortList& other) {
    data_ = other.data_ == other.inside() ? inside() : other.data_;
    size_ = other.size_;
    capacity_ = other.capacity_;
    if (data_ == inside()) std::uninitialized_move(other.begin(), other.end(), data_);
    if (data_ == inside()) std::destroy(other.begin(), other.end());
    other.data_ = other.inside();
    other.size_ = 0;
    other.capacity_ = 1;
  }

  void destroy() {
    std::destroy(begin(), end());
    free_memory();
  }
  void free_memory() {
    if (outside()) PoolAllocator<T>{}.deallocate(data_, capacity_);
  }

  T* data_ = inside();
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 1;
  alignas(T) std::byte inside_[sizeof(T)];
};

}  // namespace tocsin::runtime
