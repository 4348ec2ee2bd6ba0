#include "runtime/run_index.h"

#include <boost/container_hash/hash.hpp>

namespace tocsin::runtime {

std::size_t RunIndex::Hash::operator()(const Awaited& awaited) const {
  std::size_t seed = awaited.position.value;
  boost::hash_combine(seed, awaited.fingerprint);
  return seed;
}

void RunIndex::take(const Awaited& awaited, std::vector<std::uint32_t>& out) {
  const auto at = runs_.find(awaited);
  if (at == runs_.end()) return;
  out.insert(out.end(), at->second.begin(), at->second.end());
  runs_.erase(at);
}

}  // namespace tocsin::runtime
