#pragma once
/// Where the keys of a store are: a hash table whose buckets are cache lines, since finding a line is most of
/// what it costs to find a key.
///
/// A key lies in the bucket of its hash, or in the next one with room. A bucket counts the keys that had to
/// pass it, so that a search knows where to end, and removing a key moves no other.

#include "runtime/prefetch.h"
#include "runtime/slab.h"

#include <emmintrin.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tocsin::runtime {

struct KeyState;

/// Not thread-safe. Borrows the keys.
class KeyPlaces {
 public:
  KeyPlaces() : buckets_(std::size_t{1} << kBucketsMinLog2) {}

  /// The key for which `is_it(key)`, of those that may have this hash; null: there is none.
  template <class IsIt>
  KeyState* find(std::uint64_t hash, IsIt&& is_it) const {
    std::size_t left = buckets_.size();  // keys made for it could have passed all buckets, in turn
    for (std::size_t b = home(hash);; b = after(b)) {
      const Bucket& bucket = buckets_[b];
      for (unsigned same = bucket.with(tag_of(hash)); same != 0; same &= same - 1) {
        KeyState* const key = bucket.keys[static_cast<std::size_t>(std::countr_zero(same))];
        if (is_it(*key)) return key;
      }
      if (bucket.passed == 0 || --left == 0) return nullptr;
    }
  }

  void prefetch(std::uint64_t hash) const { prefetch_line(&buckets_[home(hash)]); }

  /// `hash_of(key)` is asked of all keys where the table grows.
  template <class HashOf>
  void add(std::uint64_t hash, KeyState* key, HashOf&& hash_of) {
    if (++size_ > buckets_.size() * kFilled) grow(hash_of);
    put(hash, key);
  }

  void remove(std::uint64_t hash, const KeyState* key);

  /// Calls `visit(key)` for each. It adds and removes none.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for_each_in(buckets_, visit);
  }

 private:
  static constexpr unsigned kBucketsMinLog2 = 4;
  static constexpr std::size_t kInBucket = 6;
  static constexpr std::size_t kFilled = 3;  // on average, before there are more buckets

  struct alignas(64) Bucket {
    std::array<std::uint16_t, kInBucket> tags{};  // some bits of a key's hash; 0: free
    std::uint32_t passed = 0;  // keys that lie in later buckets for want of room in this one
    std::array<KeyState*, kInBucket> keys{};

    /// A mask of those with this tag: all compared at once.
    unsigned with(std::uint16_t tag) const {
      static_assert(offsetof(Bucket, tags) == 0 && offsetof(Bucket, keys) == sizeof(__m128i));
      const __m128i here = _mm_load_si128(reinterpret_cast<const __m128i*>(this));
      const __m128i same = _mm_cmpeq_epi16(here, _mm_set1_epi16(static_cast<short>(tag)));
      const int mask = _mm_movemask_epi8(_mm_packs_epi16(same, same));
      return static_cast<unsigned>(mask) & ((1u << kInBucket) - 1);
    }
  };
  static_assert(sizeof(Bucket) == 64);
  using Buckets = std::vector<Bucket, BlockAllocator<Bucket>>;

  // The high bits pick the bucket, the lowest ones have picked the key group.
  std::size_t home(std::uint64_t hash) const { return hash >> shift_; }
  static std::uint16_t tag_of(std::uint64_t hash) { return static_cast<std::uint16_t>(hash >> 16 | 1); }
  std::size_t after(std::size_t b) const { return (b + 1) & (buckets_.size() - 1); }

  template <class Visit>
  static void for_each_in(const Buckets& buckets, Visit&& visit) {
    for (const Bucket& bucket : buckets) {
      for (std::size_t i = 0; i < kInBucket; ++i) {
        if (bucket.tags[i] != 0) visit(*bucket.keys[i]);
      }
    }
  }

  void put(std::uint64_t hash, KeyState* key);

  template <class HashOf>
  void grow(HashOf&& hash_of) {
    Buckets old(buckets_.size() * 2);
    old.swap(buckets_);
    --shift_;
    for_each_in(old, [&](KeyState& key) { put(hash_of(key), &key); });
  }

  unsigned shift_ = 64 - kBucketsMinLog2;  // 64 - log2(buckets_.size())
  std::size_t size_ = 0;
  Buckets buckets_;
};

}  // namespace tocsin::runtime
