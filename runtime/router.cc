#include "runtime/router.h"

#include "runtime/evaluator.h"

#define XXH_INLINE_ALL  // a key is a few bytes: the call would cost as much as the hash
#include <xxhash.h>

#include <algorithm>

namespace tocsin::runtime {
namespace {

void append(const Event& event,
            std::string_view key,
            std::uint16_t space,
            std::span<RoutedEvents> by_worker,
            patterns::TableId changed = {}) {
  const std::uint64_t hash = Router::hash_of(key);
  const std::size_t worker = key_group_of(hash) * by_worker.size() / kKeyGroups;
  by_worker[worker].push_back(
      {event.time, &event, hash, key.data(), static_cast<std::uint32_t>(key.size()), space, changed});
}

/// The value of the attribute that is the key, if it is a string: the way of nearly all keys.
const Value* single_string(const KeySpace& space, const Event& event) {
  if (!space.single_attribute || event.values == nullptr) return nullptr;
  const std::uint16_t slot = space.slot_of_type[event.type.value];
  return slot != Layout::kAbsent && event.values[slot].is_string() ? &event.values[slot] : nullptr;
}

}  // namespace

UnkeyedCounts& UnkeyedCounts::operator+=(const UnkeyedCounts& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  return *this;
}

std::uint64_t UnkeyedCounts::of(const DeployedRule& rule) const {
  std::uint64_t sum = 0;
  for (std::size_t type = 0; type < types_; ++type)
    sum += rule.seen_types[type] ? counts_[rule.key_space * types_ + type] : 0;
  return sum;
}

Router::Router(std::shared_ptr<const RuleSet> rules, const TableStore* tables)
    : rules_{std::move(rules)}, tables_{tables}, unkeyed_{*rules_} {}

void Router::route(const Event& event, Arena& arena, std::span<RoutedEvents> by_worker) {
  for (const std::uint16_t space : rules_->spaces_of_type(event.type)) {
    if (!rules_->key_spaces()[space].variable_keys_of_type.empty()) {
      const auto& keys = keys_of(space, event, arena);
      if (keys.empty()) count_unkeyed(space, event.type);
      for (const std::string_view key : keys) append(event, key, space, by_worker);
      continue;
    }
    const Value* const value = single_string(rules_->key_spaces()[space], event);
    const std::string_view key =
        value != nullptr ? string_key_bytes(arena, value->as_text()) : key_of(space, event, arena);
    if (key.data() == nullptr) {
      count_unkeyed(space, event.type);
    } else {
      append(event, key, space, by_worker);
    }
  }
}

void RoutedPart::clear() {
  for (RoutedEvents& events : by_worker) events.clear();
  unkeyed.reset();
  keys.reset();
}

void Router::route_all(std::span<const Event> events,
                       std::span<const Event> of_late_streams,
                       std::size_t workers,
                       RoutedPart& to) {
  to.clear();
  to.by_worker.resize(workers);
  for (const Event& event : events) {
    if (!event.late) route(event, to.keys, to.by_worker);
  }
  for (const Event& event : of_late_streams) route(event, to.keys, to.by_worker);
  if (!std::exchange(any_unkeyed_, false)) return;
  to.unkeyed = std::exchange(unkeyed_, UnkeyedCounts(*rules_));
}

void Router::route_change(const Event& event, Arena& arena, std::span<RoutedEvents> by_worker) {
  for (const WatchedTable& watched : rules_->watched_tables(event.type)) {
    const std::string_view key = row_key_of(watched.table, event, arena);
    if (key.data() != nullptr) append(event, key, watched.space, by_worker, watched.table);
  }
}

bool Router::append_key(const KeySpace& space, const Event& event) {
  scratch_.reset();
  const patterns::Program& program = *space.source;
  Scope scope{program.expressions, rules_->schema(), scratch_, null_operations_};
  scope.own = &event;
  scope.tables = tables_;
  for (const patterns::KeyPart& part : program.key) {
    const Value v = evaluate(scope, part.value);
    if (v.is_null()) return false;
    append_key_bytes(key_, v);
  }
  return true;
}

const std::vector<std::string_view>& Router::keys_of(std::uint16_t index, const Event& event, Arena& arena) {
  const KeySpace& space = rules_->key_spaces()[index];
  scratch_.reset();
  keys_.clear();
  Scope scope{space.source->expressions, rules_->schema(), scratch_, null_operations_};
  scope.own = &event;
  scope.tables = tables_;
  for (const std::uint16_t of : space.variable_keys_of_type[event.type.value]) {
    key_.clear();
    if (!append_key_bytes(key_, scope, space.source->variable_keys[of].parts)) continue;
    if (std::find(keys_.begin(), keys_.end(), key_) == keys_.end()) keys_.push_back(arena.copy(key_));
  }
  return keys_;
}

std::string_view Router::key_of(std::uint16_t index, const Event& event, Arena& arena) {
  const KeySpace& space = rules_->key_spaces()[index];
  key_.clear();
  if (space.single_attribute) {
    const std::uint16_t slot = space.slot_of_type[event.type.value];
    if (slot == Layout::kAbsent || event.values == nullptr || event.values[slot].is_null()) return {};
    append_key_bytes(key_, event.values[slot]);
  } else if (!append_key(space, event)) {
    return {};
  }
  return arena.copy(key_);
}

std::string_view Router::row_key_of(patterns::TableId table, const Event& event, Arena& arena) {
  key_.clear();
  for (const AttributeId part : rules_->tables()[table.value]->key) {
    const Value v = attribute_of(event, rules_->schema(), part);
    if (v.is_null()) return {};
    append_key_bytes(key_, v);
  }
  return arena.copy(key_);
}

std::uint64_t Router::hash_of(std::string_view key) {
  return XXH3_64bits(key.data(), key.size());
}

}  // namespace tocsin::runtime
