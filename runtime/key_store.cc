#include "runtime/key_store.h"

#include "runtime/window_executor.h"

#include <algorithm>

namespace tocsin::runtime {
namespace {

/// A freed slot keeps this many rules' vectors for the next key.
constexpr std::size_t kRulesKept = 4;

constexpr unsigned kPlacesMinLog2 = 6;

bool rule_before(const RuleState& state, std::uint32_t rule) {
  return state.rule < rule;
}

}  // namespace

RuleState::RuleState(std::uint32_t r) : rule{r} {}
RuleState::RuleState(RuleState&&) noexcept = default;
RuleState& RuleState::operator=(RuleState&&) noexcept = default;
RuleState::~RuleState() = default;

RuleState& KeyState::find_or_add(std::uint32_t rule) {
  RuleState* const at = std::lower_bound(rules.begin(), rules.end(), rule, rule_before);
  if (at != rules.end() && at->rule == rule) return *at;
  return rules.insert(at, RuleState(rule));
}

KeyStore::KeyStore(std::uint16_t space)
    : space_{space}, shift_{64 - kPlacesMinLog2}, places_(1 << kPlacesMinLog2) {}

KeyStore::~KeyStore() {
  for (KeyState* key : slots_) key->~KeyState();
}

KeyState* KeyStore::find(const RoutedEvent& routed) {
  for (std::size_t i = home(routed.hash); places_[i].key != nullptr; i = after(i)) {
    if (places_[i].hash == routed.hash && places_[i].key->key_bytes() == routed.key_bytes())
      return places_[i].key;
  }
  return nullptr;
}

KeyState& KeyStore::add(const RoutedEvent& routed) {
  if (free_.empty()) {
    slots_.push_back(new (slab_.allocate(sizeof(KeyState))) KeyState);
    free_.push_back(slots_.back());
  }
  KeyState& key = *free_.back();
  free_.pop_back();
  key.hash = routed.hash;
  key.key.assign(routed.key, routed.key_size);
  key.space = space_;
  if (++size_ * 2 > places_.size()) grow();
  put(key);
  return key;
}

void KeyStore::put(KeyState& key) {
  std::size_t i = home(key.hash);
  while (places_[i].key != nullptr) i = after(i);
  places_[i] = {key.hash, &key};
}

void KeyStore::grow() {
  std::vector<Place, BlockAllocator<Place>> old(places_.size() * 2);
  old.swap(places_);
  --shift_;
  for (const Place& place : old) {
    if (place.key != nullptr) put(*place.key);
  }
}

void KeyStore::remove(KeyState& key) {
  std::size_t hole = home(key.hash);
  while (places_[hole].key != &key) hole = after(hole);
  // What was pushed behind the hole by it moves up, so that probing never meets a gap before its key.
  for (std::size_t i = after(hole); places_[i].key != nullptr; i = after(i)) {
    const std::size_t mask = places_.size() - 1;
    const std::size_t distance = (i - home(places_[i].hash)) & mask;
    if (distance < ((i - hole) & mask)) continue;
    places_[hole] = places_[i];
    hole = i;
  }
  places_[hole] = {};
  --size_;

  ++key.generation;
  if (key.rules.size() > kRulesKept) key.rules.clear();
  for (RuleState& state : key.rules) {
    state.session_timer = kTimeMax;
    state.silence.reset();
    if (state.memory != nullptr) state.memory->forget_timers();
  }
  free_.push_back(&key);
}

void KeyStore::move_to_space(std::uint16_t space) {
  space_ = space;
  for_each([&](KeyState& key) { key.space = space; });
}

}  // namespace tocsin::runtime
