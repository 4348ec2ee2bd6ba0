#pragma once
/// Fetches into the cache what the events and timers some places on will need, in the order in which one
/// thing leads to the next: where the key is, the key, its runs, what they have taken. Changes nothing that
/// shows.

#include "runtime/key_store.h"
#include "runtime/router.h"
#include "runtime/timer_queue.h"

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace tocsin::runtime {

class Executor;

/// One for each shard.
class LookAhead {
 public:
  using Stores = std::vector<std::unique_ptr<KeyStore>>;     ///< by key space
  using Executors = std::vector<std::unique_ptr<Executor>>;  ///< by rule

  /// Both borrowed. shows_taken  alerts are made, of the events that runs have taken
  LookAhead(const Stores& stores, const Executors& executors, bool shows_taken);

  /// Before `events[i]` is added, one after the other: where it arrived, nobody has looked at it yet.
  void before_adding(std::span<const RoutedEvent> events, std::size_t i) const;

  /// Before the first of `events`.
  void begin(std::span<const RoutedEvent> events);

  /// Before `events[i]`, one after the other. cost  some instructions for each thing fetched
  void at(std::span<const RoutedEvent> events, std::size_t i);

  /// Before the next of `timers`.
  void at(const TimerQueue& timers) const;

  /// What it has at hand for each event: among many rules that has left the cache since the rule's last one.
  void prefetch_executor(std::uint32_t rule) const;

 private:
  const KeyStore& store_of(const RoutedEvent& event) const { return *stores_[event.space]; }
  const KeyState& key_of(const Timer& timer) const;
  const KeyState*& key_of(std::size_t event) { return keys_[event % kKeys]; }
  void look_at_place(const RoutedEvent& event) const;
  void look_at_key(const RoutedEvent& event, std::size_t number);
  void look_at_runs(std::size_t number);
  void look_at_window(std::size_t number);
  void look_at_taken(std::size_t number);

  // How many events before its turn each thing of an event is looked at.
  static constexpr std::size_t kPlace = 16;
  static constexpr std::size_t kKey = 10;
  static constexpr std::size_t kRuns = 5;
  static constexpr std::size_t kWindow = 3;
  static constexpr std::size_t kTaken = 2;
  static constexpr std::size_t kKeys = 16;
  static_assert(kKeys > kKey);

  const Stores& stores_;
  const Executors& executors_;
  bool shows_taken_;
  KeyState nothing_;  // looked at where there is no key: no branch foresees where that is
  std::array<const KeyState*, kKeys> keys_;  // of the next events, by number
};

}  // namespace tocsin::runtime
