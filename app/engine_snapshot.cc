/// Snapshots of an engine. Part of Engine.

#include "app/engine.h"
#include "runtime/snapshot.h"

#include <algorithm>
#include <utility>

namespace tocsin::app {

using runtime::SnapshotReader;
using runtime::SnapshotWriter;

std::string Engine::save() const {
  std::string payload;
  SnapshotWriter out(rules_->schema(), payload);
  out.word(runtime::state_fingerprint(*rules_));
  out.number(shards_.size());
  out.time(released_);
  out.time(now_);
  out.flag(began_);
  out.time(*std::min_element(first_.begin(), first_.end()));
  out.number(derived_.count());
  for (std::uint32_t rule = 0; rule < rules_->rules().size(); ++rule) out.number(counters(rule).unkeyed);
  const std::size_t tables = out.begin_record();
  tables_.save(payload);
  out.end_record(tables);
  for (const auto& shard : shards_) {
    const std::size_t record = out.begin_record();
    shard->save(payload);
    out.end_record(record);
  }
  return payload;
}

Status Engine::restore(std::string_view bytes) {
  runtime::Memory memory;
  SnapshotReader in(memory, rules_->schema(), bytes);
  if (in.word() != runtime::state_fingerprint(*rules_))
    return fail(ErrorCode::bad_data, "the snapshot was made under other rules");
  if (in.number() != shards_.size())
    return fail(ErrorCode::bad_data, "the snapshot was made by another number of workers");
  const EventTime released = in.time();
  const EventTime now = in.time();
  const bool began = in.flag();
  const EventTime first = in.time();
  const std::uint64_t derived = in.number();
  std::vector<std::uint64_t> unkeyed(rules_->rules().size());
  for (std::uint64_t& n : unkeyed) n = in.number();
  runtime::TableStore tables(rules_->tables(), rules_->shared_schema());
  if (auto read = tables.restore(in.record()); !read) return read;
  std::vector<std::unique_ptr<runtime::Shard>> shards;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    shards.push_back(std::make_unique<runtime::Shard>(rules_, shard_options_));
    if (auto read = shards.back()->restore(in.record()); !read) return read;
  }
  if (!in.ok() || !in.at_end()) return fail(ErrorCode::bad_data, "the snapshot goes on behind its end");

  tables_ = std::move(tables);
  shards_ = std::move(shards);
  make_routers();
  unkeyed_ = runtime::UnkeyedCounts(*rules_);
  failure_.reset();
  fed_.clear();
  for (auto& part : routed_) {
    for (runtime::RoutedEvents& events : part) events.clear();
  }
  for (std::vector<const Event*>& changes : changes_) changes.clear();
  released_ = released;
  now_ = now;
  began_ = began;
  std::fill(first_.begin(), first_.end(), first);
  derived_.set_count(derived);
  unkeyed_before_ = std::move(unkeyed);
  note_tables();
  return {};
}

}  // namespace tocsin::app
