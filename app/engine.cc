#include "app/engine.h"

#include <algorithm>

namespace tocsin::app {

using runtime::Alert;
using runtime::AlertBatch;
using runtime::RoutedEvent;

Engine::Engine(std::shared_ptr<const runtime::RuleSet> rules,
               std::size_t workers,
               const runtime::ShardOptions& options)
    : rules_{std::move(rules)},
      team_{workers},
      routed_(workers, std::vector<runtime::RoutedEvents>(workers)),
      alerts_(workers),
      unkeyed_before_(rules_->rules().size()) {
  for (std::size_t i = 0; i < workers; ++i)
    shards_.push_back(std::make_unique<runtime::Shard>(rules_, options));
  make_routers();
}

void Engine::make_routers() {
  routers_.clear();
  for (std::size_t i = 0; i < shards_.size(); ++i) routers_.emplace_back(rules_);
}

void Engine::route(std::size_t part, const Event& event, Arena& arena) {
  routers_[part].route(event, arena, routed_[part]);
}

void Engine::step(EventTime release, EventTime watermark, bool idle_clock, AlertBatch& out) {
  team_.run([&](std::size_t worker) {
    for (auto& part : routed_) {
      for (const RoutedEvent& routed : part[worker]) shards_[worker]->add(routed);
      part[worker].clear();
    }
    AlertBatch& alerts = shards_.size() == 1 ? out : alerts_[worker];
    shards_[worker]->advance(release, watermark, idle_clock, alerts);
  });
  if (shards_.size() > 1) merge_alerts(out);
}

void Engine::merge_alerts(AlertBatch& out) {
  struct Place {
    const AlertBatch* batch;
    const Alert* alert;
  };
  std::vector<Place> places;
  for (const AlertBatch& batch : alerts_) {
    for (const Alert& alert : batch.alerts) places.push_back({&batch, &alert});
  }
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return a.alert->order < b.alert->order;
  });
  for (const Place& place : places) {
    Alert& alert = out.alerts.emplace_back(*place.alert);
    alert.begin = out.lines.size();
    out.lines += place.batch->line(*place.alert);
  }
  for (AlertBatch& batch : alerts_) batch.clear();
}

void Engine::swap_rules(std::shared_ptr<const runtime::RuleSet> rules,
                        const std::vector<std::optional<std::uint32_t>>& kept,
                        const runtime::DecodeAgain& decode_again) {
  std::vector<std::uint64_t> unkeyed(kept.size());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i]) unkeyed[i] = counters(*kept[i]).unkeyed;
  }
  unkeyed_before_ = std::move(unkeyed);
  for (auto& shard : shards_) shard->swap_rules(rules, kept, decode_again);
  rules_ = std::move(rules);
  make_routers();
}

void Engine::forget_recounted(const std::vector<std::optional<std::uint32_t>>& kept) {
  for (std::uint32_t i = 0; i < kept.size(); ++i) {
    if (!kept[i]) continue;
    for (const runtime::Router& router : routers_) unkeyed_before_[i] -= router.unkeyed(i);
  }
}

runtime::RuleCounters Engine::counters(std::uint32_t rule) const {
  runtime::RuleCounters sum;
  for (const auto& shard : shards_) sum += shard->counters(rule);
  sum.unkeyed = unkeyed_before_[rule];
  for (const runtime::Router& router : routers_) sum.unkeyed += router.unkeyed(rule);
  return sum;
}

}  // namespace tocsin::app
