#include "runtime/key_store.h"

#include "runtime/window_executor.h"

#include <algorithm>

namespace tocsin::runtime {
namespace {

/// A freed slot keeps this many rules' vectors for the next key.
constexpr std::size_t kRulesKept = 4;

bool rule_before(const RuleState& state, std::uint32_t rule) {
  return state.rule < rule;
}

}  // namespace

RuleState::RuleState(std::uint32_t r) : rule{r} {}
RuleState::RuleState(RuleState&&) noexcept = default;
RuleState& RuleState::operator=(RuleState&&) noexcept = default;
RuleState::~RuleState() = default;

RuleState* KeyState::find(std::uint32_t rule) {
  const auto at = std::lower_bound(rules.begin(), rules.end(), rule, rule_before);
  return at != rules.end() && at->rule == rule ? &*at : nullptr;
}

RuleState& KeyState::find_or_add(std::uint32_t rule) {
  const auto at = std::lower_bound(rules.begin(), rules.end(), rule, rule_before);
  if (at != rules.end() && at->rule == rule) return *at;
  return *rules.emplace(at, rule);
}

bool KeyState::idle() const {
  return std::all_of(rules.begin(), rules.end(), [](const RuleState& r) { return r.idle(); });
}

KeyState* KeyStore::find(const RoutedEvent& routed) {
  const auto at = index_.find(routed.hash);
  if (at == index_.end()) return nullptr;
  KeyState* key = at->second;
  while (key != nullptr && key->key != routed.key_bytes()) key = key->same_hash;
  return key;
}

KeyState& KeyStore::add(const RoutedEvent& routed) {
  if (free_.empty()) free_.push_back(&slots_.emplace_back());
  KeyState& key = *free_.back();
  free_.pop_back();
  key.hash = routed.hash;
  key.key.assign(routed.key, routed.key_size);
  key.space = space_;
  KeyState*& first = index_[routed.hash];
  key.same_hash = first;
  first = &key;
  return key;
}

void KeyStore::remove(KeyState& key) {
  const auto at = index_.find(key.hash);
  KeyState** link = &at->second;
  while (*link != &key) link = &(*link)->same_hash;
  *link = key.same_hash;
  if (at->second == nullptr) index_.erase(at);

  ++key.generation;
  if (key.rules.size() > kRulesKept) key.rules.clear();
  for (RuleState& state : key.rules) state.session_timer = kTimeMax;
  free_.push_back(&key);
}

void KeyStore::move_to_space(std::uint16_t space) {
  space_ = space;
  for_each([&](KeyState& key) { key.space = space; });
}

}  // namespace tocsin::runtime
