#pragma once
/// A queue in one block of memory: what std::deque is, without its half kilobyte for each empty one.

#include "runtime/block_pool.h"

#include <cstddef>

namespace tocsin::runtime {

/// Amortised O(1) at both ends. Elements move when it grows or is compacted.
template <class T>
class Fifo {
 public:
  bool empty() const { return head_ == items_.size(); }
  std::size_t size() const { return items_.size() - head_; }
  T& front() { return items_[head_]; }
  const T& front() const { return items_[head_]; }
  T& back() { return items_.back(); }
  const T& back() const { return items_.back(); }
  T& operator[](std::size_t i) { return items_[head_ + i]; }
  const T& operator[](std::size_t i) const { return items_[head_ + i]; }

  void push_back(T item) { items_.push_back(std::move(item)); }
  void pop_back() { items_.pop_back(); }
  void pop_front() { drop_front(1); }

  void drop_front(std::size_t n) {
    head_ += n;
    if (head_ < kCompactMin || head_ * 2 < items_.size()) return;
    items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }

  /// The memory stays.
  void clear() {
    items_.clear();
    head_ = 0;
  }

  void erase(std::size_t i) { items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(head_ + i)); }

  auto begin() const { return items_.begin() + static_cast<std::ptrdiff_t>(head_); }
  auto end() const { return items_.end(); }
  auto begin() { return items_.begin() + static_cast<std::ptrdiff_t>(head_); }
  auto end() { return items_.end(); }

 private:
  static constexpr std::size_t kCompactMin = 16;

  PoolVector<T> items_;
  std::size_t head_ = 0;  // of the first still in; what lies before it is dead
};

}  // namespace tocsin::runtime
