#include "runtime/key_store.h"

#include "base/bytes.h"
#include "runtime/run_index.h"
#include "runtime/window_executor.h"

#include <algorithm>

namespace tocsin::runtime {
namespace {

/// Among so many, a rule's state is searched for one by one.
constexpr std::size_t kRulesSearched = 8;

}  // namespace

RuleState::RuleState(std::uint32_t r) : rule{r} {}
RuleState::RuleState(RuleState&&) noexcept = default;
RuleState& RuleState::operator=(RuleState&&) noexcept = default;
RuleState::~RuleState() = default;

void RuleState::forget_dead_runs() {
  if (!has_index) return;
  has_index = false;
  index.reset();
  runs.truncate(std::remove_if(runs.begin(), runs.end(), [](const Run& run) { return run.dead; }));
}

RuleState* KeyState::find_in_places(std::uint32_t rule) {
  const auto place = places->find(rule);
  return place ? &rules[*place] : nullptr;
}

RuleState& KeyState::add(std::uint32_t rule) {
  RuleState& added = rules.emplace_back(rule);
  if (has_places) {
    places->put(rule, static_cast<std::uint32_t>(rules.size() - 1));
  } else if (rules.size() > kRulesSearched) {
    find_places_anew();
  }
  return added;
}

void KeyState::find_places_anew() {
  forget_places();
  if (rules.size() <= kRulesSearched) return;
  places = std::make_unique<RulePlaces>();
  has_places = true;
  for (std::uint32_t i = 0; i < rules.size(); ++i) places->put(rules[i].rule, i);
}

void KeyState::forget_places() {
  if (has_places) places.reset();
  has_places = false;
}

void KeyState::forget_if_idle_of_many(RuleState& state) {
  if (!state.idle()) return;
  // With a timer under way the next one would be armed twice.
  if (state.session_timer != kTimeMax || (state.memory != nullptr && state.memory->has_timers())) return;
  if (has_places) places->remove(state.rule);
  RuleState& last = *(rules.end() - 1);
  if (&state != &last) {
    state = std::move(last);
    if (has_places) places->put(state.rule, static_cast<std::uint32_t>(&state - rules.begin()));
  }
  rules.truncate(&last);
}

void prefetch_window(const KeyState& key) {
  if (key.rules.empty() || key.rules.outside()) return;
  const WindowState* const window = key.rules.begin()->window.get();
  if (window == nullptr || window->windows.empty()) return;
  prefetch_object(window->windows.front());
  if (window->times.empty()) return;
  prefetch_line(&window->times.front());
  prefetch_line(&window->times.back() + 1);
  if (window->values.empty()) return;
  prefetch_line(&window->values.front());
  prefetch_line(&window->values.back() + 1);
}

KeyStore::KeyStore(std::uint16_t space) : space_{space} {}

KeyStore::~KeyStore() {
  for (KeyState* key : slots_) {
    forget_key(*key);
    key->~KeyState();
  }
}

KeyState* KeyStore::find(const RoutedEvent& routed) {
  return places_.find(routed.hash, [&](const KeyState& state) {
    const std::string_view key = state.key_bytes();
    return key.size() == routed.key_size && same_bytes(key.data(), routed.key, key.size());
  });
}

KeyState& KeyStore::add(const RoutedEvent& routed) {
  if (free_.empty()) {
    slots_.push_back(new (slab_.allocate(sizeof(KeyState))) KeyState);
    free_.push_back(slots_.back());
  }
  KeyState& key = *free_.back();
  free_.pop_back();
  key.hash = routed.hash;
  keep_key(key, routed.key_bytes());
  key.space = space_;
  places_.add(key.hash, &key, [](const KeyState& state) { return state.hash; });
  return key;
}

void KeyStore::keep_key(KeyState& key, std::string_view bytes) {
  key.key_size = static_cast<std::uint32_t>(bytes.size());
  char* to = key.inside.data();
  if (bytes.size() > KeyState::kInsideMax) {
    char* const outside = static_cast<char*>(slab_.allocate(bytes.size()));
    std::memcpy(to, &outside, sizeof outside);
    to = outside;
  }
  copy_bytes(to, bytes.data(), bytes.size());
}

void KeyStore::forget_key(KeyState& key) {
  if (key.key_size > KeyState::kInsideMax) slab_.free(key.key_outside(), key.key_size);
  key.key_size = 0;
}

void KeyStore::remove(KeyState& key) {
  places_.remove(key.hash, &key);
  forget_key(key);
  ++key.generation;
  if (key.rules.size() > 1) {
    key.rules.clear();
    key.rules.shrink();
    key.forget_places();
  }
  free_.push_back(&key);
  // The next key, too, will mostly have one run: not to be looked for elsewhere.
  for (RuleState& state : key.rules) state.runs.shrink();
  if (runs_only_) return;
  for (RuleState& state : key.rules) {
    state.session_timer = kTimeMax;
    state.silence.reset();
    if (state.memory != nullptr) state.memory->forget_timers();
  }
}

void KeyStore::move_to_space(std::uint16_t space) {
  space_ = space;
  for_each([&](KeyState& key) { key.space = space; });
}

}  // namespace tocsin::runtime
