#include "app/engine.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace tocsin::app {

using runtime::Alert;
using runtime::AlertBatch;
using runtime::RoutedEvent;

namespace {

/// Of so many events or wake-ups.
Amount amount_of(std::size_t count) {
  constexpr std::size_t kMuch = 64;
  return count < kMuch ? Amount::little : Amount::much;
}

}  // namespace

Engine::Engine(std::shared_ptr<const runtime::RuleSet> rules,
               std::size_t workers,
               const runtime::ShardOptions& options)
    : rules_{std::move(rules)},
      tables_{rules_->tables(), rules_->shared_schema()},
      shard_options_{options},
      team_{workers},
      routed_(workers, std::vector<runtime::RoutedEvents>(workers)),
      unkeyed_{*rules_},
      changes_(workers),
      alerts_(workers),
      first_(workers, kTimeMax),
      unkeyed_before_(rules_->rules().size()) {
  shard_options_.tables = &tables_;
  for (std::size_t i = 0; i < workers; ++i)
    shards_.push_back(std::make_unique<runtime::Shard>(rules_, shard_options_));
  make_routers();
  derived_.set_schema(rules_->shared_schema(), workers);
  note_tables();
}

void Engine::make_routers() {
  routers_.clear();
  for (std::size_t i = 0; i < shards_.size(); ++i) routers_.emplace_back(rules_, &tables_);
}

void Engine::feed(std::span<const connectors::EventBatch> batches, std::span<runtime::RoutedPart> routed) {
  for (runtime::RoutedPart& part : routed) {
    fed_.push_back(&part);
    if (part.unkeyed) unkeyed_ += *part.unkeyed;
  }
  if (!minds_tables_) return;
  std::size_t count = 0;
  for (const connectors::EventBatch& batch : batches) count += batch.events.size();
  const auto route_changes = [&](std::size_t part) {
    for (const Event& event : batches[part].events) {
      if (!event.late) route_change(part, event, routed[part].keys);
    }
  };
  team_.run(route_changes, amount_of(count));
}

void Engine::route(std::size_t part, const Event& event, Arena& arena) {
  if (minds_tables_) route_change(part, event, arena);
  routers_[part].route(event, arena, routed_[part]);
}

void Engine::route_change(std::size_t part, const Event& event, Arena& arena) {
  first_[part] = std::min(first_[part], event.time);
  if (!tables_.is_change(event.type)) return;
  changes_[part].push_back(&event);
  routers_[part].route_change(event, arena, routed_[part]);
}

EventTime Engine::step(EventTime release, EventTime watermark, bool idle_clock, AlertBatch& out) {
  const std::size_t levels = rules_->level_count();
  if (levels > 1 && release != kTimeMax) {
    // Under rules of one level, before a reload, time may have come further.
    release = std::max(released_, std::min(release, saturating_add(watermark, Duration{-1})));
  }
  for (std::vector<const Event*>& changes : changes_) tables_.take(changes);
  tables_.release(release);
  if (const auto beginning = begin_by(release)) watch_files(*beginning);
  const std::size_t first = out.alerts.size();
  for (std::size_t level = 0; level < levels; ++level) {
    const auto advance = [&](std::size_t worker) {
      take_routed(worker);
      shards_[worker]->advance(level, {release, watermark, idle_clock}, alerts_of(worker, out));
    };
    team_.run(std::ref(advance), amount_due(release, watermark));
    fed_.clear();
    if (levels > 1) feed_derived(out);
  }
  if (shards_.size() > 1) {
    merge_alerts(out);
  } else if (levels > 1) {
    const auto begin = out.alerts.begin() + static_cast<std::ptrdiff_t>(first);
    std::sort(begin, out.alerts.end(), [](const Alert& a, const Alert& b) { return a.order < b.order; });
  }
  end_at_failure(out);
  tables_.forget(release, watermark);
  now_ = std::min(release, watermark);
  derived_.recycle(release);
  released_ = std::max(released_, release);
  return release;
}

EventTime Engine::next_deadline() const {
  EventTime next = kTimeMax;
  for (const auto& shard : shards_) next = std::min(next, shard->next_deadline());
  return next;
}

/// What there is to work through at most.
Amount Engine::amount_due(EventTime release, EventTime watermark) const {
  std::size_t sum = 0;
  for (const auto& shard : shards_) sum += shard->due_at_most(release, watermark);
  for (const runtime::RoutedPart* part : fed_) {
    for (const runtime::RoutedEvents& events : part->by_worker) sum += events.size();
  }
  for (const auto& part : routed_) {
    for (const runtime::RoutedEvents& events : part) sum += events.size();
  }
  return amount_of(sum);
}

void Engine::take_routed(std::size_t worker) {
  for (const runtime::RoutedPart* part : fed_) shards_[worker]->add(part->by_worker[worker]);
  for (auto& part : routed_) {
    shards_[worker]->add(part[worker]);
    part[worker].clear();
  }
}

AlertBatch& Engine::alerts_of(std::size_t worker, AlertBatch& out) {
  return shards_.size() == 1 ? out : alerts_[worker];
}

/// Routes the events that alerts of the last level have become.
void Engine::feed_derived(AlertBatch& out) {
  emitted_.clear();
  for (std::size_t worker = 0; worker < shards_.size(); ++worker) emitted_.push_back(&alerts_of(worker, out));
  DerivedBatch* batch = derived_.take(emitted_);
  if (batch == nullptr) return;
  const auto decode = [&](std::size_t part) {
    derived_.decode(*batch, part, [&](const Event& event, Arena& arena) { route(part, event, arena); });
  };
  team_.run(decode, amount_of(batch->events.size()));
}

/// After a swap: what rules have emitted and has not come to its time.
void Engine::route_waiting() {
  for (DerivedBatch& batch : derived_.waiting()) {
    for (std::size_t part = 0; part < shards_.size(); ++part) {
      derived_.decode(batch, part, [&](const Event& event, Arena& arena) {
        if (event.time > released_) route(part, event, arena);
      });
    }
  }
}

/// What there is to do about tables with every event: nothing, for most rules.
void Engine::note_tables() {
  watches_files_ = false;
  for (std::uint32_t i = 0; i < rules_->rules().size(); ++i) {
    watches_files_ = watches_files_ || (rules_->rules()[i].program->watch && watches_file(i));
  }
  const auto& tables = rules_->tables();
  changes_come_ =
      std::any_of(tables.begin(), tables.end(), [](const auto& table) { return table->is_stream; });
  minds_tables_ = changes_come_ || (watches_files_ && !began_);
}

/// The time of the stream's first event if it is released now: none before it can come any more. Nobody asks
/// for it but rules that watch the keys of a file.
std::optional<EventTime> Engine::begin_by(EventTime release) {
  if (began_) return std::nullopt;
  const EventTime first = *std::min_element(first_.begin(), first_.end());
  began_ = watches_files_ ? first != kTimeMax && first <= release : release != kTimeMin;
  if (!began_ || !watches_files_) return std::nullopt;
  minds_tables_ = changes_come_;
  return first;
}

/// Whether the rule, which watches keys, watches those of a file: they are there from the beginning on.
bool Engine::watches_file(std::uint32_t rule) const {
  const auto& watch = rules_->rules()[rule].program->watch;
  return !rules_->tables()[watch->keys.value]->is_stream;
}

void Engine::watch_files(EventTime since) {
  const auto is_new = [this](std::uint32_t rule, std::span<const Value>) { return watches_file(rule); };
  team_.run([&](std::size_t worker) { watch_keys(worker, since, is_new); });
}

void Engine::watch_keys(std::size_t worker, EventTime since, const runtime::Shard::IsNew& is_new) {
  const auto mine = [&](std::uint64_t hash) {
    return runtime::key_group_of(hash) * shards_.size() / runtime::kKeyGroups == worker;
  };
  shards_[worker]->watch_keys(since, mine, is_new);
}

void Engine::merge_alerts(AlertBatch& out) {
  const auto in_order = [](const PlacedAlert& a, const PlacedAlert& b) {
    return a.alert->order < b.alert->order;
  };
  merging_.clear();
  for (const AlertBatch& batch : alerts_) {
    const auto merged = static_cast<std::ptrdiff_t>(merging_.size());
    for (const Alert& alert : batch.alerts) merging_.push_back({&batch, &alert});
    const auto begin = merging_.begin() + merged;
    // Of one level they are in order.
    if (!std::is_sorted(begin, merging_.end(), in_order)) std::sort(begin, merging_.end(), in_order);
    std::inplace_merge(merging_.begin(), begin, merging_.end(), in_order);
  }
  for (const PlacedAlert& place : merging_) {
    Alert& alert = out.alerts.emplace_back(*place.alert);
    alert.begin = out.lines.size();
    out.lines += place.batch->line(*place.alert);
  }
  for (AlertBatch& batch : alerts_) batch.clear();
}

/// Takes the alerts out that come after a failure, if there is one.
void Engine::end_at_failure(AlertBatch& out) {
  for (const auto& shard : shards_) {
    auto failure = shard->failure();
    if (failure && (!failure_ || failure->order < failure_->order)) failure_ = std::move(failure);
  }
  if (!failure_) return;
  AlertBatch before;
  for (const Alert& alert : out.alerts) {
    if (failure_->order < alert.order) continue;
    before.alerts.push_back(alert);
    before.alerts.back().begin = before.lines.size();
    before.lines += out.line(alert);
  }
  std::swap(out, before);
}

void Engine::swap_rules(std::shared_ptr<const runtime::RuleSet> rules,
                        const std::vector<std::optional<std::uint32_t>>& kept,
                        const runtime::DecodeAgain& decode_again) {
  std::vector<std::uint64_t> unkeyed(kept.size());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i]) unkeyed[i] = counters(*kept[i]).unkeyed;
  }
  unkeyed_before_ = std::move(unkeyed);
  derived_.set_schema(rules->shared_schema(), shards_.size());
  const auto decode = [&](Event& event, Arena& arena) {
    if (event.partition == kDerivedPartition) return derived_.decode_again(event, arena);
    decode_again(event, arena);
  };
  for (std::vector<const Event*>& changes : changes_) changes.clear();
  tables_.swap(rules->tables(), rules->shared_schema(), decode);
  for (auto& shard : shards_) shard->swap_rules(rules, kept, decode);
  const std::shared_ptr<const runtime::RuleSet> before = std::exchange(rules_, std::move(rules));
  make_routers();
  unkeyed_ = runtime::UnkeyedCounts(*rules_);
  note_tables();
  fed_.clear();
  for (auto& part : routed_) {  // of a swap without a step since
    for (runtime::RoutedEvents& events : part) events.clear();
  }
  route_waiting();
  if (began_) watch_new_keys(*before, kept);
}

/// Of a rule that goes on, the keys of a file that were there before are watched or have been told of.
void Engine::watch_new_keys(const runtime::RuleSet& before,
                            const std::vector<std::optional<std::uint32_t>>& kept) {
  const auto is_new = [&](std::uint32_t rule, std::span<const Value> key) {
    if (!kept[rule]) return true;
    const auto& watch = before.rules()[*kept[rule]].program->watch;
    const patterns::Table& table = *before.tables()[watch->keys.value];
    return !table.is_stream && table.rows->find(key) == nullptr;
  };
  for (std::size_t worker = 0; worker < shards_.size(); ++worker) watch_keys(worker, now_, is_new);
}

void Engine::forget_recounted(const std::vector<std::optional<std::uint32_t>>& kept) {
  for (std::uint32_t i = 0; i < kept.size(); ++i) {
    if (!kept[i]) continue;
    unkeyed_before_[i] -= unkeyed(i);
  }
}

/// Under the present rules.
std::uint64_t Engine::unkeyed(std::uint32_t rule) const {
  const runtime::DeployedRule& deployed = rules_->rules()[rule];
  std::uint64_t sum = unkeyed_.of(deployed);
  for (const runtime::Router& router : routers_) sum += router.unkeyed().of(deployed);
  return sum;
}

Engine::RunCounts Engine::runs() const {
  RunCounts sum;
  for (const auto& shard : shards_) {
    for (std::uint32_t rule = 0; rule < rules_->rules().size(); ++rule) {
      const runtime::RuleCounters& counts = shard->counters(rule);
      sum.live += counts.runs_live;
      sum.lost += counts.runs_refused + counts.runs_dropped;
    }
  }
  return sum;
}

runtime::RuleCounters Engine::counters(std::uint32_t rule) const {
  runtime::RuleCounters sum;
  for (const auto& shard : shards_) sum += shard->counters(rule);
  sum.unkeyed = unkeyed_before_[rule] + unkeyed(rule);
  return sum;
}

}  // namespace tocsin::app
