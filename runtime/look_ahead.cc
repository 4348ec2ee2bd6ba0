#include "runtime/look_ahead.h"

#include "runtime/context.h"
#include "runtime/prefetch.h"

#include <algorithm>

namespace tocsin::runtime {

LookAhead::LookAhead(const Stores& stores, const Executors& executors, bool shows_taken)
    : stores_{stores}, executors_{executors}, shows_taken_{shows_taken} {
  nothing_.rules.emplace_back(0u);
  keys_.fill(&nothing_);
}

void LookAhead::before_adding(std::span<const RoutedEvent> events, std::size_t i) const {
  constexpr std::size_t kEvent = 32;
  constexpr std::size_t kValues = 16;
  const std::size_t left = events.size() - i;
  if (left > kEvent) prefetch_object(*events[i + kEvent].event);
  if (left > kValues) prefetch_line(events[i + kValues].event->values);
}

void LookAhead::begin(std::span<const RoutedEvent> events) {
  const auto first = [&](std::size_t count) { return std::min(count, events.size()); };
  for (std::size_t i = 0; i < first(kPlace); ++i) look_at_place(events[i]);
  for (std::size_t i = 0; i < first(kKey); ++i) look_at_key(events[i], i);
  for (std::size_t i = 0; i < first(kRuns); ++i) look_at_runs(i);
  for (std::size_t i = 0; i < first(kWindow); ++i) look_at_window(i);
  for (std::size_t i = 0; i < first(kTaken); ++i) look_at_taken(i);
}

void LookAhead::at(std::span<const RoutedEvent> events, std::size_t i) {
  const std::size_t left = events.size() - i;
  if (left > kPlace) look_at_place(events[i + kPlace]);
  if (left > kKey) look_at_key(events[i + kKey], i + kKey);
  if (left > kRuns) look_at_runs(i + kRuns);
  if (left > kWindow) look_at_window(i + kWindow);
  if (left > kTaken) look_at_taken(i + kTaken);
}

void LookAhead::look_at_place(const RoutedEvent& event) const {
  prefetch_object(*event.event);
  store_of(event).prefetch_place(event.hash);
}

void LookAhead::look_at_key(const RoutedEvent& event, std::size_t number) {
  prefetch_line(event.event->values);
  prefetch_line(event.event->raw.data());
  prefetch_line(event.event->raw.data() + 64);
  prefetch_line(event.event->raw.data() + event.event->raw.size() - 1);
  prefetch_line(event.key);
  const std::array<const KeyState*, 2> keys{store_of(event).first_with(event.hash), &nothing_};
  const KeyState* const key = keys[keys[0] == nullptr ? 1 : 0];
  key_of(number) = key;
  prefetch_key(*key);
}

void LookAhead::look_at_runs(std::size_t number) {
  const KeyState& key = *key_of(number);
  prefetch_runs(key, stores_[key.space]->runs_only());
}

void LookAhead::look_at_window(std::size_t number) {
  const KeyState& key = *key_of(number);
  if (!stores_[key.space]->runs_only()) prefetch_window(key);
}

void LookAhead::look_at_taken(std::size_t number) {
  if (shows_taken_) prefetch_taken(*key_of(number), true);  // most match what came last
}

/// `nothing_` for a timer that is void, without a branch.
const KeyState& LookAhead::key_of(const Timer& timer) const {
  const std::array<const KeyState*, 2> keys{timer.key, &nothing_};
  return *keys[timer.key->generation == timer.generation ? 0 : 1];
}

void LookAhead::at(const TimerQueue& timers) const {
  constexpr std::size_t kTimerPlace = 24;
  constexpr std::size_t kTimerGeneration = 10;
  constexpr std::size_t kTimerKey = 6;
  constexpr std::size_t kTimerRuns = 4;
  constexpr std::size_t kTimerTaken = 2;
  const auto coming = timers.coming();
  if (!coming) return;
  if (const Timer* timer = coming->at(kTimerPlace, 5); timer != nullptr) prefetch_line(timer);
  if (const Timer* timer = coming->at(kTimerGeneration, 4); timer != nullptr) prefetch_line(timer->key);
  if (const Timer* timer = coming->at(kTimerKey, 3); timer != nullptr) prefetch_key(key_of(*timer));
  if (const Timer* timer = coming->at(kTimerRuns, 2); timer != nullptr) {
    const KeyState& key = key_of(*timer);
    const KeyStore& store = *stores_[key.space];
    prefetch_runs(key, store.runs_only());
    store.prefetch_place(key.hash);
    prefetch_executor(timer->rule);
  }
  if (!shows_taken_) return;
  if (const Timer* timer = coming->at(kTimerTaken, 1); timer != nullptr)
    prefetch_taken(key_of(*timer), false);
}

void LookAhead::prefetch_executor(std::uint32_t rule) const {
  constexpr std::size_t kFew = 8;  // all of them stay in the cache
  constexpr std::size_t kBytes = 384;
  if (executors_.size() <= kFew) return;
  const auto* const at = reinterpret_cast<const char*>(executors_[rule].get());
  for (std::size_t i = 0; i < kBytes; i += 64) prefetch_line(at + i);
}

}  // namespace tocsin::runtime
