#include "runtime/key_places.h"

namespace tocsin::runtime {

void KeyPlaces::put(std::uint64_t hash, KeyState* key) {
  std::size_t b = home(hash);
  for (; buckets_[b].with(0) == 0; b = after(b)) ++buckets_[b].passed;
  const auto i = static_cast<std::size_t>(std::countr_zero(buckets_[b].with(0)));
  buckets_[b].tags[i] = tag_of(hash);
  buckets_[b].keys[i] = key;
}

void KeyPlaces::remove(std::uint64_t hash, const KeyState* key) {
  for (std::size_t b = home(hash);; b = after(b)) {
    Bucket& bucket = buckets_[b];
    for (unsigned same = bucket.with(tag_of(hash)); same != 0; same &= same - 1) {
      const auto i = static_cast<std::size_t>(std::countr_zero(same));
      if (bucket.keys[i] != key) continue;
      bucket.tags[i] = 0;
      --size_;
      return;
    }
    --bucket.passed;
  }
}

}  // namespace tocsin::runtime
