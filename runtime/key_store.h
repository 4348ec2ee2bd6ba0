#pragma once
/// Keyed state: what a shard keeps for each key that has something open. A key with nothing open is not kept.

#include "patterns/program.h"
#include "runtime/match_buffer.h"
#include "runtime/router.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <deque>
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
  patterns::PositionId position;
  bool fresh = true;               ///< no event was seen since the last one was taken
  bool dead = false;               ///< to be removed at the end of the step
  bool timed_out = false;          ///< closed by time; waits for the other runs of its start to end
  bool matched = false;            ///< its start has had a match
  EventTime closed_at = kTimeMin;  ///< with timed_out
};

/// What one rule keeps under one key.
struct RuleState {
  explicit RuleState(std::uint32_t r);
  RuleState(RuleState&&) noexcept;
  RuleState& operator=(RuleState&&) noexcept;
  ~RuleState();

  std::uint32_t rule = 0;
  EventTime session_end = kTimeMin;    ///< last instant of the session, while anything is open
  EventTime session_timer = kTimeMax;  ///< when the timer for it comes; kTimeMax: none is under way
  std::vector<Run> runs;
  std::uint32_t timed_out = 0;          ///< how many of `runs` are only waiting to tell their timeout
  std::unique_ptr<WindowState> window;  ///< of a rule without a pattern

  bool idle() const { return runs.empty() && window == nullptr; }
};

struct KeyState {
  std::uint64_t hash = 0;
  std::string key;                ///< key bytes
  KeyState* same_hash = nullptr;  ///< another key with the same hash
  std::uint32_t generation = 0;   ///< rises when the slot is freed: a timer of an older one is void
  std::uint16_t space = 0;
  std::vector<RuleState> rules;  ///< rising by rule

  RuleState* find(std::uint32_t rule);
  RuleState& find_or_add(std::uint32_t rule);
  bool idle() const;
};

/// The keys of one key space in one shard.
class KeyStore {
 public:
  explicit KeyStore(std::uint16_t space) : space_{space} {}

  KeyState* find(const RoutedEvent& routed);
  KeyState& add(const RoutedEvent& routed);  ///< not there yet
  void remove(KeyState& key);

  std::size_t size() const { return index_.size(); }

  /// Every live key, in no order that may show in an output. `visit` adds and removes none.
  template <class Visit>
  void for_each(Visit&& visit) {
    for (auto& [hash, first] : index_) {
      for (KeyState* key = first; key != nullptr;) {
        visit(*key);
        key = key->same_hash;
      }
    }
  }

  void move_to_space(std::uint16_t space);

 private:
  std::uint16_t space_;
  boost::unordered_flat_map<std::uint64_t, KeyState*> index_;  // by hash; chained by same_hash
  std::deque<KeyState> slots_;  // stable addresses; freed slots keep their memory
  std::vector<KeyState*> free_;
};

}  // namespace tocsin::runtime
