#include "base/arena.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace tocsin {

std::size_t Arena::reserved_bytes() const {
  return std::accumulate(
      blocks_.begin(), blocks_.end(), std::size_t{0}, [](std::size_t sum, const Block& block) {
        return sum + block.size;
      });
}

/// Takes the first of the blocks still unused that is large enough, so that a reset arena only grows when the
/// batch is larger than all before.
void* Arena::allocate_in_next_block(std::size_t size) {
  const std::size_t next = blocks_.empty() ? 0 : block_ + 1;
  const auto unused = blocks_.begin() + static_cast<std::ptrdiff_t>(next);
  const auto fit =
      std::find_if(unused, blocks_.end(), [size](const Block& block) { return block.size >= size; });
  if (fit != blocks_.end()) {
    std::swap(*unused, *fit);
  } else {
    const std::size_t block_bytes = std::max(size, kBlockBytes);
    blocks_.insert(unused, Block{std::make_unique_for_overwrite<std::byte[]>(block_bytes), block_bytes});
  }
  begin_block(next);
  at_ += size;
  return blocks_[next].bytes.get();
}

}  // namespace tocsin
