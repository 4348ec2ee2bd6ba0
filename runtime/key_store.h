#pragma once
/// Keyed state: what a shard keeps for each key that has something open. A key with nothing open is not kept.

#include "patterns/program.h"
#include "runtime/key_places.h"
#include "runtime/match_buffer.h"
#include "runtime/prefetch.h"
#include "runtime/router.h"
#include "runtime/rule_memory.h"
#include "runtime/rule_places.h"
#include "runtime/short_list.h"
#include "runtime/silence.h"
#include "runtime/slab.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace tocsin::runtime {

class RunIndex;
class WindowState;

/// One partial match: the events taken so far and the ways on that are still open. What an event looks at
/// comes first.
struct Run {
  TakenEvent* tail = nullptr;         ///< the last event taken; held
  std::uint64_t joined = 0;           ///< its word in the join of what it waits for
  patterns::TransitionMask open = 0;  ///< transitions out of `position` that may still be taken
  patterns::PositionId position;
  bool fresh : 1 = true;             ///< no event was seen since the last one was taken
  bool dead : 1 = false;             ///< to be removed at the end of the step, or with others: see RunIndex
  bool timed_out : 1 = false;        ///< closed by time; waits for the other runs of its start to end
  bool matched : 1 = false;          ///< its start has had a match
  bool decided : 1 = false;          ///< timed out, and to be told at the end of the step
  bool complete : 1 = false;         ///< what it took is a match by another way: its deadline tells no other
  EventTime begun;                   ///< time of its first event; of one that is timed out, when that came
  std::uint64_t start_sequence = 0;  ///< of its first event: tells starts apart and orders them
};
static_assert(sizeof(Run) == 48);

/// What one rule keeps under one key. What most rules need comes first.
struct RuleState {
  explicit RuleState(std::uint32_t r);
  RuleState(RuleState&&) noexcept;
  RuleState& operator=(RuleState&&) noexcept;
  ~RuleState();

  std::uint32_t rule = 0;
  std::uint32_t timed_out : 31 = 0;  ///< how many of `runs` are only waiting to tell their timeout
  bool has_index : 1 = false;        ///< said here, where `index` is a cache line on
  ShortList<Run> runs;
  std::unique_ptr<WindowState> window;  ///< of a rule without a pattern
  std::unique_ptr<Silence> silence;     ///< after an alert of a rule with `suppress`
  EventTime session_end = kTimeMin;     ///< last instant of the session, while anything is open
  EventTime session_timer = kTimeMax;   ///< when the timer for it comes; kTimeMax: none is under way
  std::unique_ptr<RuleMemory> memory;   ///< of a rule with settings that need one
  std::unique_ptr<RunIndex> index;      ///< of `runs`, once they are many

  /// Whether an event finds anything that it might change.
  bool open() const { return !runs.empty() || window != nullptr || (memory != nullptr && !memory->empty()); }
  bool idle() const { return !open() && (silence == nullptr || !silence->matters()); }

  /// Leaves the live ones of `runs` alone, without index, as any executor takes them over.
  void forget_dead_runs();
};

/// What an event looks at of a key with one rule and one run is two cache lines.
struct alignas(64) KeyState {
  static constexpr std::size_t kInsideMax = 20;
  static constexpr std::size_t kRulesKept = 4;  ///< so many states that are idle stay for the next event

  std::uint64_t hash = 0;
  std::uint32_t generation = 0;  ///< rises when the slot is freed: a timer of an older one is void
  std::uint16_t space = 0;
  bool has_places = false;  ///< said here, where `places` is a cache line on
  std::uint32_t key_size = 0;
  std::array<char, kInsideMax> inside{};  ///< the key's bytes, or where they are: see key_bytes
  ShortList<RuleState> rules;             ///< in no order

  std::string_view key_bytes() const {
    return {key_size <= kInsideMax ? inside.data() : key_outside(), key_size};
  }
  char* key_outside() const {
    char* at = nullptr;
    std::memcpy(&at, inside.data(), sizeof at);
    return at;
  }
  RuleState* find(std::uint32_t rule) {
    if (has_places) return find_in_places(rule);
    RuleState* const at =
        std::find_if(rules.begin(), rules.end(), [=](const RuleState& s) { return s.rule == rule; });
    return at != rules.end() ? at : nullptr;
  }
  RuleState& find_or_add(std::uint32_t rule) {
    RuleState* const state = find(rule);
    return state != nullptr ? *state : add(rule);
  }
  /// Forgets `state` if nothing is left of it and there are more of them than are worth to keep for the next
  /// event.
  void forget_if_idle(RuleState& state) {
    if (rules.size() > kRulesKept) forget_if_idle_of_many(state);
  }
  /// After `rules` was changed otherwise.
  void find_places_anew();
  void forget_places();
  bool idle() const {
    return std::all_of(rules.begin(), rules.end(), [](const RuleState& r) { return r.idle(); });
  }

  std::unique_ptr<RulePlaces> places;  ///< of all `rules`, once they were many

 private:
  RuleState& add(std::uint32_t rule);
  RuleState* find_in_places(std::uint32_t rule);
  void forget_if_idle_of_many(RuleState& state);
};
static_assert(sizeof(KeyState) == 192);
static_assert(offsetof(KeyState, rules) + 2 * sizeof(void*) + offsetof(RuleState, window) <= 128);

/// Fetch into the cache what an event or a timer will look at: the key, then its first runs where they lie
/// elsewhere.
inline void prefetch_key(const KeyState& key) {
  prefetch_line(&key);
  prefetch_line(reinterpret_cast<const char*>(&key) + 64);
}
/// runs_only  as of the key's store: its third cache line need not be looked at
inline void prefetch_runs(const KeyState& key, bool runs_only) {
  constexpr std::size_t kRuleBytes = 512;
  constexpr std::size_t kRunBytes = 256;
  constexpr std::size_t kWindowStateBytes = 192;
  if (key.rules.empty()) return;
  const RuleState& first = *key.rules.begin();
  if (key.rules.outside()) {
    const auto* const states = reinterpret_cast<const char*>(key.rules.begin());
    const std::size_t bytes = std::min(kRuleBytes, key.rules.size() * sizeof(RuleState));
    for (std::size_t i = 0; i < bytes; i += 64) prefetch_line(states + i);
    return;
  }
  // Without asking whether there are any and where they lie, which cannot be foreseen.
  const auto* const begin = reinterpret_cast<const char*>(first.runs.begin());
  const auto* const last = reinterpret_cast<const char*>(first.runs.end()) - 1;
  for (std::size_t i = 0; i < kRunBytes; i += 64) prefetch_line(std::min(begin + i, last));
  if (runs_only || first.window == nullptr) return;
  const auto* const window = reinterpret_cast<const char*>(first.window.get());
  for (std::size_t i = 0; i < kWindowStateBytes; i += 64) prefetch_line(window + i);
}

/// The same, still later, of what the window of the first rule holds.
void prefetch_window(const KeyState& key);

/// The same, still later, of what an alert shows: the event that the first run took, or the last one, as it
/// lies in its block.
inline void prefetch_taken(const KeyState& key, bool of_last) {
  if (key.rules.empty()) return;
  const ShortList<Run>& runs = key.rules.begin()->runs;
  const Run* const run = of_last ? runs.end() - (runs.empty() ? 0 : 1) : runs.begin();
  const void* const none = &key;
  // As above, without a branch.
  const std::array<const void* const*, 2> taken{reinterpret_cast<const void* const*>(&run->tail), &none};
  prefetch_event(*taken[runs.empty() ? 1 : 0]);
}

/// The keys of one key space in one shard.
class KeyStore {
 public:
  explicit KeyStore(std::uint16_t space);
  ~KeyStore();
  KeyStore(const KeyStore&) = delete;
  KeyStore& operator=(const KeyStore&) = delete;

  KeyState* find(const RoutedEvent& routed);
  KeyState& add(const RoutedEvent& routed);  ///< not there yet
  void remove(KeyState& key);

  void prefetch_place(std::uint64_t hash) const { places_.prefetch(hash); }

  /// A key with this hash, most likely the one that is asked for; null: there is none. Looks at no key.
  const KeyState* first_with(std::uint64_t hash) const {
    return places_.find(hash, [](const KeyState&) { return true; });
  }

  /// Every live key, in no order that may show in an output. `visit` adds and removes none.
  template <class Visit>
  void for_each(Visit&& visit) {
    places_.for_each(visit);
  }

  void move_to_space(std::uint16_t space);

  /// Whether nothing is kept for `key`.
  bool idle(const KeyState& key) const {
    if (!runs_only_) return key.idle();
    for (const RuleState& state : key.rules) {  // mostly one: all_of would be a call
      if (!state.runs.empty()) return false;
    }
    return true;
  }

  /// Whether all that its rules keep under a key are runs: then the rest of it need not be looked at.
  bool runs_only() const { return runs_only_; }
  void set_runs_only(bool yes) { runs_only_ = yes; }

 private:
  void keep_key(KeyState& key, std::string_view bytes);
  void forget_key(KeyState& key);

  std::uint16_t space_;
  bool runs_only_ = false;
  KeyPlaces places_;
  Slab slab_;
  std::vector<KeyState*> slots_;  // all there are, in slab_; freed ones keep their memory
  std::vector<KeyState*> free_;
};

}  // namespace tocsin::runtime
