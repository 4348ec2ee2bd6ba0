#pragma once
/// The shards of all workers as one engine: hands routed events to them, steps them together, and merges
/// their alerts.
///
/// Workers own key groups and share nothing. Each takes what was routed to it, from every part of a chunk in
/// order. So the answer does not depend on how many
/// there are. Rules that see what others emit are stepped after these: level by level, each with the events
/// that the alerts of those below have become.

#include "app/derived_events.h"
#include "app/worker_team.h"
#include "base/event.h"
#include "base/result.h"
#include "connectors/event_batch.h"
#include "runtime/alert.h"
#include "runtime/router.h"
#include "runtime/shard.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::app {

class Engine {
 public:
  Engine(std::shared_ptr<const runtime::RuleSet> rules,
         std::size_t workers,
         const runtime::ShardOptions& options);

  WorkerTeam& team() { return team_; }
  const runtime::RuleSet& rules() const { return *rules_; }
  const std::shared_ptr<const runtime::RuleSet>& shared_rules() const { return rules_; }

  /// For the coming step: the events of a chunk, by part, and how they were routed. Both are borrowed until
  /// the events are released.
  void feed(std::span<const connectors::EventBatch> batches, std::span<runtime::RoutedPart> routed);

  /// Routes `event` for the coming step. Called by worker `part`; `arena` keeps the key's bytes until its
  /// event is released.
  void route(std::size_t part, const Event& event, Arena& arena);

  /// Works through what was routed: events up to and with `release`, deadlines before `watermark`. Gives the
  /// time up to which events have really been worked through: where rules see what others emit, those at the
  /// watermark wait for what is still to be emitted at it, unless all are released by kTimeMax.
  EventTime step(EventTime release, EventTime watermark, bool idle_clock, runtime::AlertBatch& out);

  /// The earliest instant beyond which something happens by itself; kTimeMax: there is none.
  EventTime next_deadline() const;

  /// See Shard::swap_rules. What waits for its time is forgotten and must be routed again.
  void swap_rules(std::shared_ptr<const runtime::RuleSet> rules,
                  const std::vector<std::optional<std::uint32_t>>& kept,
                  const runtime::DecodeAgain& decode_again);

  /// After a swap, when what waited has been routed again: what was counted for rules that go on counts once.
  void forget_recounted(const std::vector<std::optional<std::uint32_t>>& kept);

  /// All that is remembered between two steps, as bytes, not sealed. A reload right after a restore finds
  /// none of the events that waited when it was saved, unless they are routed again.
  std::string save() const;

  /// Goes on from there, with the same rules and as many workers. After an error nothing has changed.
  Status restore(std::string_view bytes);

  /// Set once a rule's limit of runs, which says `fail`, did not do: alerts end there, and no step may
  /// follow.
  const std::optional<runtime::LimitFailure>& failure() const { return failure_; }

  struct RunCounts {
    std::uint64_t live = 0;
    std::uint64_t lost = 0;  ///< to `max runs per key`
  };
  /// Of all rules.
  RunCounts runs() const;

  runtime::RuleCounters counters(std::uint32_t rule) const;
  const runtime::TableStore& tables() const { return tables_; }

 private:
  struct PlacedAlert {
    const runtime::AlertBatch* batch;
    const runtime::Alert* alert;
  };

  void make_routers();
  Amount amount_due(EventTime release, EventTime watermark) const;
  void take_routed(std::size_t worker);
  runtime::AlertBatch& alerts_of(std::size_t worker, runtime::AlertBatch& out);
  void feed_derived(runtime::AlertBatch& out);
  void route_waiting();
  void note_tables();
  std::uint64_t unkeyed(std::uint32_t rule) const;
  void route_change(std::size_t part, const Event& event, Arena& arena);
  std::optional<EventTime> begin_by(EventTime release);
  void watch_new_keys(const runtime::RuleSet& before, const std::vector<std::optional<std::uint32_t>>& kept);
  bool watches_file(std::uint32_t rule) const;
  void watch_files(EventTime since);
  void watch_keys(std::size_t worker, EventTime since, const runtime::Shard::IsNew& is_new);
  void merge_alerts(runtime::AlertBatch& out);
  void end_at_failure(runtime::AlertBatch& out);

  std::shared_ptr<const runtime::RuleSet> rules_;
  runtime::TableStore tables_;
  runtime::ShardOptions shard_options_;
  WorkerTeam team_;
  std::vector<std::unique_ptr<runtime::Shard>> shards_;     // by worker
  std::vector<runtime::Router> routers_;                    // by worker
  std::vector<runtime::RoutedPart*> fed_;                   // for the coming step
  std::vector<std::vector<runtime::RoutedEvents>> routed_;  // by part, by worker: the same, by `route`
  runtime::UnkeyedCounts unkeyed_;                          // in what was fed
  std::vector<std::vector<const Event*>> changes_;          // of tables, by part
  std::vector<runtime::AlertBatch> alerts_;                 // by worker
  std::vector<runtime::AlertBatch*> emitted_;               // scratch, of feed_derived
  std::vector<PlacedAlert> merging_;                        // scratch, of merge_alerts
  DerivedEvents derived_;
  EventTime released_ = kTimeMin;
  bool minds_tables_ = false;                  // whether route_change has something to do
  bool changes_come_ = false;                  // whether events change some table
  bool watches_files_ = false;                 // whether some rule watches the keys of a file
  bool began_ = false;                         // the stream: its first event was released
  std::vector<EventTime> first_;               // by part: of what was routed until then
  EventTime now_ = kTimeMin;                   // nobody asks for what lies before
  std::vector<std::uint64_t> unkeyed_before_;  // by rule: under earlier rule sets
  std::optional<runtime::LimitFailure> failure_;
};

}  // namespace tocsin::app
