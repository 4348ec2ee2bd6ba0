#include "runtime/slab.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <new>

namespace tocsin::runtime {
namespace {

constexpr std::size_t kLine = 64;
constexpr std::size_t kHugePage = 2u << 20;
constexpr std::size_t kBlockMin = 64u << 10;  // a small rule set should stay small

std::byte* line_after(std::byte* at) {
  return at + (kLine - reinterpret_cast<std::uintptr_t>(at) % kLine) % kLine;
}

}  // namespace

void* allocate_block(std::size_t bytes) {
  const bool huge = bytes >= kHugePage;
  const std::size_t align = huge ? kHugePage : kLine;
  void* block = std::aligned_alloc(align, (bytes + align - 1) / align * align);
  if (block == nullptr) throw std::bad_alloc();
  if (huge) madvise(block, bytes, MADV_HUGEPAGE);  // a wish; without it all works, more slowly
  return block;
}

void* Slab::carve(std::size_t bytes) {
  if (bytes > kFineMax) at_ = std::min(end_, line_after(at_));
  if (static_cast<std::size_t>(end_ - at_) < bytes) {
    const std::size_t size = std::min(kBlockMin << std::min<std::size_t>(blocks_.size(), 5), kHugePage);
    blocks_.emplace_back(allocate_block(size));
    at_ = static_cast<std::byte*>(blocks_.back().get());
    end_ = at_ + size;
  }
  void* const taken = at_;
  at_ += bytes;
  return taken;
}

}  // namespace tocsin::runtime
