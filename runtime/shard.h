#pragma once
/// The engine core for one set of key groups: a pure function of rules, events and watermarks.
///
/// No clock, no thread, no randomness, no order taken from a hash table. Every call of one shard is made by
/// one thread at a time; shards share nothing but the immutable RuleSet.

#include "runtime/context.h"
#include "runtime/key_store.h"
#include "runtime/reorder_buffer.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace tocsin::runtime {

struct ShardOptions {
  Duration disorder{0};       ///< how far events may be out of order
  bool render_alerts = true;  ///< false: alerts are counted only
};

/// Reads an event's values again, for another schema, from its raw bytes. `arena` keeps what it makes.
using DecodeAgain = std::function<void(Event& event, Arena& arena)>;

class Shard {
 public:
  Shard(std::shared_ptr<const RuleSet> rules, const ShardOptions& options);
  ~Shard();

  /// Takes an event of one of this shard's key groups, not older than the time released so far. It is
  /// borrowed until `advance` has released it.
  void add(const RoutedEvent& event) { reorder_.add(event); }

  /// Works through the events up to and with `release`, in order, and through every deadline before
  /// `watermark`. idle_clock  wall time stands in for the events' time out         alerts are appended in
  /// their order
  void advance(EventTime release, EventTime watermark, bool idle_clock, AlertBatch& out);

  /// Forgets the events that wait for their time; the caller adds them again, under the new rules.
  /// Rules with the same id and version keep their runs; `kept[i]` says which rule of the old set new rule
  /// `i` goes on from.
  void swap_rules(std::shared_ptr<const RuleSet> rules,
                  const std::vector<std::optional<std::uint32_t>>& kept,
                  const DecodeAgain& decode_again);

  /// Time of the newest event that waits; kTimeMin if none.
  EventTime newest_waiting() const { return reorder_.newest(); }

  const RuleCounters& counters(std::uint32_t rule) const { return executors_[rule]->counters(); }

 private:
  void look_ahead(std::span<const RoutedEvent> events) const;
  void look_ahead_in_time() const;
  void fire_before(EventTime time);
  void end_silence(const Timer& timer, RuleState& state);
  void process(const RoutedEvent& routed);
  void make_executors();
  void keep_rules(KeyState& key,
                  const std::vector<std::optional<std::uint32_t>>& new_index,
                  const RuleSet& next);
  void keep_silence(KeyState& key, RuleState& state, const patterns::Program& next);
  void move_stores(const RuleSet& current, const RuleSet& next);
  void refresh_events(const DecodeAgain& decode_again);

  Context context_;
  ReorderBuffer reorder_;
  std::vector<std::unique_ptr<KeyStore>> stores_;     // by key space
  std::vector<std::unique_ptr<Executor>> executors_;  // by rule
  std::uint64_t sequence_ = 0;
};

/// By rule of `next`: the rule of `current` whose runs it goes on with.
std::vector<std::optional<std::uint32_t>> match_rules(const RuleSet& current, const RuleSet& next);

}  // namespace tocsin::runtime
