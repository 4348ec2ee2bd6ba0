#pragma once
/// A queue that may grow to millions: in blocks, of which those that were emptied are kept for what comes. No
/// push moves what is there, and a queue that has found its size allocates nothing.

#include "runtime/fifo.h"

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace tocsin::runtime {

/// T is trivially copied. O(1) at both ends and at any place.
template <class T>
class BlockFifo {
 public:
  bool empty() const { return size() == 0; }
  std::size_t size() const { return size_; }
  const T& front() const { return (*first_)[head_]; }
  const T& back() const { return (*last_)[end_ - 1]; }
  const T& operator[](std::size_t i) const {
    const std::size_t at = head_ + i;
    return at < kInBlock ? (*first_)[at] : (*blocks_[at / kInBlock])[at % kInBlock];
  }

  /// Makes the item where it stays: a copy of what was just written would wait for it.
  template <class... Arguments>
  void emplace_back(Arguments... arguments) {
    if (end_ == kInBlock) add_block();
    new (&(*last_)[end_++]) T{arguments...};
    ++size_;
  }

  void pop_front() {
    --size_;
    if (++head_ == kInBlock) drop_block();
  }

  /// Calls `keep(item)` for each item, which may change it; forgets those for which it is false.
  template <class Keep>
  void filter(Keep&& keep) {
    BlockFifo kept;
    for (; !empty(); pop_front()) {
      T item = front();
      if (keep(item)) kept.emplace_back(item);
    }
    *this = std::move(kept);
  }

 private:
  static constexpr std::size_t kInBlock = 128;
  using Block = std::array<T, kInBlock>;

  void add_block() {
    if (spare_.empty()) spare_.push_back(std::make_unique<Block>());
    blocks_.push_back(std::move(spare_.back()));
    spare_.pop_back();
    first_ = blocks_.front().get();
    last_ = blocks_.back().get();
    end_ = 0;
  }
  void drop_block() {
    spare_.push_back(std::move(blocks_.front()));
    blocks_.pop_front();
    head_ = 0;
    if (blocks_.empty()) end_ = kInBlock;
    if (!blocks_.empty()) first_ = blocks_.front().get();
  }

  Fifo<std::unique_ptr<Block>> blocks_;
  std::vector<std::unique_ptr<Block>> spare_;
  Block* first_ = nullptr;  // of blocks_
  Block* last_ = nullptr;
  std::size_t size_ = 0;
  std::size_t head_ = 0;        // of the first item, in the first block
  std::size_t end_ = kInBlock;  // behind the last one, in the last block
};

}  // namespace tocsin::runtime
