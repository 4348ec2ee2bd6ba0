#include "runtime/run_index.h"

#include <boost/container_hash/hash.hpp>

namespace tocsin::runtime {

std::size_t RunIndex::Hash::operator()(const Awaited& awaited) const {
  std::size_t seed = awaited.position.value;
  boost::hash_combine(seed, awaited.word);
  return seed;
}

void RunIndex::add(const Awaited& awaited, std::uint32_t run) {
  if (awaited.in_order) {
    in_order_.emplace(awaited, run);
  } else {
    by_value_[awaited].emplace_back(run);
  }
}

void RunIndex::take(const Awaited& awaited, std::vector<std::uint32_t>& out) {
  const auto at = by_value_.find(awaited);
  if (at == by_value_.end()) return;
  out.insert(out.end(), at->second.begin(), at->second.end());
  by_value_.erase(at);
}

}  // namespace tocsin::runtime
