#include "runtime/entries_by_value.h"

#include "runtime/join.h"

#include <algorithm>
#include <bit>

namespace tocsin::runtime {

std::size_t EntriesByValue::mixed(std::uint64_t fingerprint) {
  return static_cast<std::size_t>((fingerprint * 0x9E3779B97F4A7C15u) >> 20);
}

bool EntriesByValue::is_at(const Place& place, std::uint64_t fingerprint, const Value& v) {
  return place.fingerprint == fingerprint &&
         (is_exact(fingerprint) || compare(place.value, v) == Ordering::equal);
}

void EntriesByValue::add(const Value& value, std::uint32_t entry) {
  added_.push_back({fingerprint_of(value), value, entry});
}

/// Where the value of `added` is, or will be.
EntriesByValue::Place& EntriesByValue::place_of(const Added& added) {
  const std::size_t mask = places_.size() - 1;
  std::size_t at = mixed(added.fingerprint) & mask;
  while (places_[at].count > 0 && !is_at(places_[at], added.fingerprint, added.value)) at = (at + 1) & mask;
  places_[at].fingerprint = added.fingerprint;
  places_[at].value = added.value;
  return places_[at];
}

void EntriesByValue::seal() {
  if (added_.empty()) return;
  places_.resize(std::bit_ceil(added_.size() * 2));
  for (const Added& added : added_) ++place_of(added).count;
  std::uint32_t begin = 0;
  for (Place& place : places_) {
    place.begin = begin;
    begin += place.count;
  }
  entries_.resize(added_.size());
  std::vector<std::uint32_t> filled(places_.size());
  for (const Added& added : added_) {
    Place& place = place_of(added);
    entries_[place.begin + filled[static_cast<std::size_t>(&place - places_.data())]++] = added.entry;
  }
  for (Place& place : places_) {
    if (place.count == 1) place.begin = entries_[place.begin];
  }
  keep_texts();
  added_ = {};
}

void EntriesByValue::keep_texts() {
  std::size_t bytes = 0;
  for (const Place& place : places_) bytes += place.value.is_text() ? place.value.as_text().size() : 0;
  texts_.reserve(bytes);
  for (Place& place : places_) {
    if (!place.value.is_text()) continue;
    const std::string_view text = place.value.as_text();
    const char* const kept = texts_.data() + texts_.size();
    texts_.insert(texts_.end(), text.begin(), text.end());
    place.value = place.value.with_text({kept, text.size()});
  }
}

std::span<const std::uint32_t> EntriesByValue::find(const Value& v) const {
  if (places_.empty()) return {};
  const std::uint64_t fingerprint = fingerprint_of(v);
  const std::size_t mask = places_.size() - 1;
  for (std::size_t at = mixed(fingerprint) & mask; places_[at].count > 0; at = (at + 1) & mask) {
    const Place& place = places_[at];
    if (!is_at(place, fingerprint, v)) continue;
    return {place.count == 1 ? &place.begin : &entries_[place.begin], place.count};
  }
  return {};
}

}  // namespace tocsin::runtime
