#pragma once
/// Keyed state: what a shard keeps for each key that has something open. A key with nothing open is not kept.

#include "patterns/program.h"
#include "runtime/match_buffer.h"
#include "runtime/prefetch.h"
#include "runtime/router.h"
#include "runtime/slab.h"

#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tocsin::runtime {

class WindowState;

/// One partial match: the events taken so far and the ways on that are still open.
struct Run {
  EventTime start;                    ///< of its first event
  std::uint64_t start_sequence = 0;   ///< of its first event: tells starts apart and orders them
  TakenEvent* tail = nullptr;         ///< the last event taken; held
  patterns::TransitionMask open = 0;  ///< transitions out of `position` that may still be taken
  EventTime closed_at = kTimeMin;     ///< with timed_out
  std::uint32_t fingerprint = 0;      ///< of the value that the next event must equal, where there is one
  patterns::PositionId position;
  bool fresh : 1 = true;       ///< no event was seen since the last one was taken
  bool dead : 1 = false;       ///< to be removed at the end of the step
  bool timed_out : 1 = false;  ///< closed by time; waits for the other runs of its start to end
  bool matched : 1 = false;    ///< its start has had a match
};
static_assert(sizeof(Run) == 48);

/// What one rule keeps under one key.
struct RuleState {
  explicit RuleState(std::uint32_t r);
  RuleState(RuleState&&) noexcept;
  RuleState& operator=(RuleState&&) noexcept;
  ~RuleState();

  std::uint32_t rule = 0;
  EventTime session_end = kTimeMin;    ///< last instant of the session, while anything is open
  EventTime session_timer = kTimeMax;  ///< when the timer for it comes; kTimeMax: none is under way
  boost::container::small_vector<Run, 2> runs;
  std::uint32_t timed_out = 0;          ///< how many of `runs` are only waiting to tell their timeout
  std::unique_ptr<WindowState> window;  ///< of a rule without a pattern

  bool idle() const { return runs.empty() && window == nullptr; }
};

struct KeyState {
  std::uint64_t hash = 0;
  std::string key;               ///< key bytes
  std::uint32_t generation = 0;  ///< rises when the slot is freed: a timer of an older one is void
  std::uint16_t space = 0;
  boost::container::small_vector<RuleState, 1> rules;  ///< rising by rule

  RuleState* find(std::uint32_t rule);
  RuleState& find_or_add(std::uint32_t rule);
  bool idle() const;
};

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

  /// Fetch into the cache what an event will look at, one thing leading to the next: where its key's place
  /// is; some events later the key itself; then the last event of its first run, as a path node and as it is
  /// stored.
  void prefetch_place(std::uint64_t hash) const { prefetch(&places_[home(hash)]); }
  void prefetch_key(std::uint64_t hash) const {
    if (const KeyState* key = places_[home(hash)].key; key != nullptr) prefetch_whole(key);
  }
  void prefetch_taken(std::uint64_t hash) const {
    if (const TakenEvent* taken = first_taken(hash); taken != nullptr) prefetch(taken);
  }
  void prefetch_stored(std::uint64_t hash) const {
    if (const TakenEvent* taken = first_taken(hash); taken != nullptr) prefetch_whole(taken->stored);
  }

  /// Every live key, in no order that may show in an output. `visit` adds and removes none.
  template <class Visit>
  void for_each(Visit&& visit) {
    for (const Place& place : places_) {
      if (place.key != nullptr) visit(*place.key);
    }
  }

  void move_to_space(std::uint16_t space);

 private:
  /// A slot of the hash table: open addressing, linear probing, the hash's high bits (the low ones pick the
  /// key group).
  struct Place {
    std::uint64_t hash = 0;
    KeyState* key = nullptr;  // null: free
  };

  std::size_t home(std::uint64_t hash) const { return hash >> shift_; }
  std::size_t after(std::size_t i) const { return (i + 1) & (places_.size() - 1); }
  const TakenEvent* first_taken(std::uint64_t hash) const {
    const KeyState* key = places_[home(hash)].key;
    return key == nullptr || key->rules.empty() || key->rules[0].runs.empty() ? nullptr
                                                                              : key->rules[0].runs[0].tail;
  }
  void put(KeyState& key);
  void grow();

  std::uint16_t space_;
  unsigned shift_;             // 64 - log2(places_.size())
  std::vector<Place> places_;  // at most half of them taken
  std::size_t size_ = 0;
  Slab slab_;
  std::vector<KeyState*> slots_;  // all there are, in slab_; freed ones keep their memory
  std::vector<KeyState*> free_;
};

}  // namespace tocsin::runtime
