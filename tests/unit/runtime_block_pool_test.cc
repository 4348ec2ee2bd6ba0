#include "runtime/block_pool.h"
#include "tests/support/catch.h"

#include <cstdint>
#include <cstring>

namespace tocsin::runtime {

TEST_CASE("the sizes of a pool rise and have room", "[runtime][pool]") {
  for (std::size_t bytes = 0; bytes <= BlockPool::kBytesMax; ++bytes) {
    const std::size_t number = PoolSizes::number_of(bytes);
    CAPTURE(bytes, number);
    REQUIRE(PoolSizes::bytes_of(number) >= bytes);
    REQUIRE(PoolSizes::number_of(PoolSizes::bytes_of(number)) == number);
    if (number > 0) REQUIRE(PoolSizes::bytes_of(number - 1) < bytes);
  }
}

TEST_CASE("a pool gives what was freed for the next of its size", "[runtime][pool]") {
  BlockPool pool;
  const BlockPool::InUse in_use(pool);
  void* const first = BlockPool::allocate(100);
  void* const second = BlockPool::allocate(100);
  BlockPool::free(first, 100);
  BlockPool::free(second, 100);
  CHECK(BlockPool::allocate(110) == second);  // the size of both is 112
  CHECK(BlockPool::allocate(112) == first);
  BlockPool::free(first, 112);
  BlockPool::free(second, 110);
  void* const large = BlockPool::allocate(BlockPool::kBytesMax + 1);
  std::memset(large, 1, BlockPool::kBytesMax + 1);
  BlockPool::free(large, BlockPool::kBytesMax + 1);
}

TEST_CASE("a block may be freed where another pool is in use, or none", "[runtime][pool]") {
  PoolVector<std::uint64_t> none(50);
  BlockPool outer;
  const BlockPool::InUse outer_in_use(outer);
  PoolVector<std::uint64_t> of_outer(50);
  {
    BlockPool inner;
    const BlockPool::InUse inner_in_use(inner);
    PoolVector<std::uint64_t> of_inner(50, 7);
    none = PoolVector<std::uint64_t>();
    of_outer = std::move(of_inner);
  }
  CHECK(of_outer == PoolVector<std::uint64_t>(50, 7));
}

}  // namespace tocsin::runtime
