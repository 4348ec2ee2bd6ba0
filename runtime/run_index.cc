#include "runtime/run_index.h"

namespace tocsin::runtime {

/// One for each word of a position; those of different positions may share one, if rarely.
std::uint64_t RunIndex::hash_of(const Awaited& awaited) {
  const std::uint64_t word = awaited.word + awaited.position.value * 0xD6E8FEB86659FD93u;
  return (word ^ word >> 32) * 0xD6E8FEB86659FD93u;
}

void RunIndex::add(const Awaited& awaited, std::uint32_t run) {
  if (awaited.in_order) {
    in_order_.emplace(awaited, run);
  } else {
    by_value_.add(hash_of(awaited), run);
  }
}

}  // namespace tocsin::runtime
