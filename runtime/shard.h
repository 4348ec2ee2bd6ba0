#pragma once
/// The engine core for one set of key groups: a pure function of rules, events and watermarks.
///
/// No clock, no thread, no randomness, no order taken from a hash table. Every call of one shard is made by
/// one thread at a time; shards share nothing but the immutable RuleSet.

#include "base/result.h"
#include "runtime/block_pool.h"
#include "runtime/context.h"
#include "runtime/key_store.h"
#include "runtime/look_ahead.h"
#include "runtime/reorder_buffer.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::runtime {

class SnapshotReader;
class SnapshotWriter;
struct RestoredEvents;

struct ShardOptions {
  Duration disorder{0};       ///< how far events may be out of order
  bool render_alerts = true;  ///< false: alerts are counted only, and nothing is kept that only they show;
                              ///< then rules cannot be swapped
  const TableStore* tables = nullptr;  ///< none: every look-up is null
  std::size_t emitted_bytes_max = kEmittedBytesMax;
  std::size_t runs_scanned = kRunsScanned;  ///< of one rule under one key; more have an index
  bool general_only = false;  ///< no executor for a special shape and no index: the same alerts, to compare
};

class Shard {
 public:
  Shard(std::shared_ptr<const RuleSet> rules, const ShardOptions& options);
  ~Shard();

  /// Takes events of this shard's key groups, not older than the time released so far. They are borrowed
  /// until `advance` has released them, or forgotten here if they mean nothing to any rule.
  void add(std::span<const RoutedEvent> events);

  /// What the rules of one level may see, and no rule of a lower level will still emit.
  struct Step {
    EventTime release;        ///< the events up to and with it are worked through, in order,
    EventTime watermark;      ///< and every deadline before it
    bool idle_clock = false;  ///< wall time stands in for the events' time
  };

  /// Takes the rules of `level` a step on. Of several levels each comes after those below it.
  /// out  alerts, and the events that they become, are appended in their order
  void advance(std::size_t level, const Step& step, AlertBatch& out);

  /// No fewer than the events and wake-ups that such a step has to work through, of all levels, without those
  /// still to be added.
  /// cost  a few sums
  std::size_t due_at_most(EventTime release, EventTime watermark) const;

  /// The earliest deadline of all; kTimeMax: there is none.
  EventTime next_deadline() const;

  /// Opens the keys that `mine` says are this shard's, of the rules that watch a table: their silence begins
  /// at `since`. `is_new(rule, key)`: whether a key there is has just come. Keys without a row are let go.
  using IsMine = std::function<bool(std::uint64_t key_hash)>;
  using IsNew = std::function<bool(std::uint32_t rule, std::span<const Value> key)>;
  void watch_keys(EventTime since, const IsMine& mine, const IsNew& is_new);

  /// Forgets the events that wait for their time; the caller adds them again, under the new rules.
  /// Rules with the same id and version keep their runs; `kept[i]` says which rule of the old set new rule
  /// `i` goes on from.
  void swap_rules(const std::shared_ptr<const RuleSet>& next,
                  const std::vector<std::optional<std::uint32_t>>& kept,
                  const DecodeAgain& decode_again);

  /// Appends all there is, between two steps: how far time has come, what is kept for each key, by key groups
  /// and in the order of the keys, and the events that wait.
  void save(std::string& out) const;

  /// Goes on from what another shard with such rules and options has saved. This one is fresh, and of no
  /// more use if it fails.
  Status restore(std::string_view bytes);

  /// The first rule, in the order of alerts, that `advance` found without room for a run where its limit
  /// calls that a failure; nothing after it counts.
  std::optional<LimitFailure> failure() const;

  const RuleCounters& counters(std::uint32_t rule) const { return executors_[rule]->counters(); }

 private:
  /// The rules of one level: what they wait for.
  struct Level {
    Level(Memory& memory, std::shared_ptr<const RuleSet> rules, Duration disorder)
        : context{memory, std::move(rules)}, reorder{disorder} {}

    Context context;
    ReorderBuffer reorder;
  };

  /// A rule that the event in hand means something to.
  struct ShownRule {
    std::uint32_t rule = 0;
    const AccessIndex* found_by = nullptr;
    CurrentEvent::Known known;
  };

  const RuleSet& rules() const { return *levels_.front()->context.rules; }
  Level& level_of(const RuleSet& rules, std::uint32_t rule) {
    return *levels_[rules.rules()[rule].program->level];
  }

  void add_to_levels(const RoutedEvent& event);
  bool is_of_use(const RoutedEvent& event, std::size_t level) const {
    if (event.changed || options_.general_only) return true;
    const TypeRules& rules_of_type = rules().key_spaces()[event.space].levels[level][event.event->type.value];
    return rules_of_type.sieve.lets_through(*event.event);
  }
  void fire_before(Level& level, EventTime time);
  void end_silence(const Timer& timer, RuleState& state);
  void process(std::size_t level, const RoutedEvent& routed);
  void make_levels(const std::shared_ptr<const RuleSet>& rules);
  void process_change(std::size_t level, const RoutedEvent& routed);
  void drop_keys_without_row(std::uint32_t rule, EventTime time);
  void show(std::uint32_t rule,
            const CurrentEvent::Known& known,
            const RoutedEvent& routed,
            KeyState*& key,
            CurrentEvent& event);
  void find_rules(const TypeRules& rules, const Event& event, KeyState* key);
  void find_advancing(const AccessIndex& advancing, const Event& event, KeyState& key);
  void show_found(const AccessIndex& index, AccessIndex::Entry entry, patterns::VariableMask holds);
  void merge_to_show();
  void make_executors();
  std::vector<Timer> renumber_timers(const RuleSet& next,
                                     const std::vector<std::optional<std::uint32_t>>& new_index);
  void keep_rules(KeyState& key,
                  const std::vector<std::optional<std::uint32_t>>& new_index,
                  const RuleSet& next);
  void keep_silence(KeyState& key, RuleState& state, const patterns::Program& next);
  void move_stores(const RuleSet& current, const RuleSet& next);
  void refresh_events(const Schema& old, const DecodeAgain& decode_again);
  void save_time(SnapshotWriter& out) const;
  void save_keys(SnapshotWriter& out) const;
  void save_key(const KeyState& key, SnapshotWriter& out) const;
  void save_state(const RuleState& state, SnapshotWriter& out) const;
  void save_waiting(std::string& out) const;
  void restore_time(SnapshotReader& in);
  void restore_keys(SnapshotReader& in);
  void restore_key(SnapshotReader& in);
  void restore_state(KeyState& key, SnapshotReader& in);
  bool is_key_of(std::size_t space, std::string_view bytes) const;
  bool restore_waiting(std::string_view bytes);
  void forget_restored(std::size_t level, EventTime released);

  BlockPool pool_;  // of all that is kept for keys
  ShardOptions options_;
  Memory memory_;
  std::vector<std::unique_ptr<Level>> levels_;
  LookAhead::Stores stores_;
  LookAhead::Executors executors_;
  LookAhead look_ahead_{stores_, executors_, options_.render_alerts};
  std::uint64_t sequence_ = 0;
  std::unique_ptr<RestoredEvents> restored_;  // while some of them wait
  std::unique_ptr<EventFacts> facts_;         // of the event in hand
  std::vector<ShownRule> to_show_;            // of the event in hand
  std::vector<AccessIndex::Entry> found_;
};

/// What the state of a rule depends on beside its version: the form of its runs; of a window rule an
/// accumulator for each aggregate, also those only its output names, and the events that it names.
std::string state_text(const DeployedRule& rule, const Schema& schema);

/// Of all that the form of the rules' keyed state depends on.
std::uint64_t state_fingerprint(const RuleSet& rules);

/// By rule of `next`: the rule of `current` whose runs it goes on with.
std::vector<std::optional<std::uint32_t>> match_rules(const RuleSet& current, const RuleSet& next);

}  // namespace tocsin::runtime
