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
  by_worker[worker].emplace_back(
      event.time, &event, hash, key.data(), static_cast<std::uint32_t>(key.size()), space, changed);
}

/// The value of the attribute that is the key, if it is a string: the way of nearly all keys.
const Value* single_string(const KeySpace& space, const Event& event) {
  if (!space.single_attribute || event.values == nullptr) return nullptr;
  const std::uint16_t slot = space.slot_of_type[event.type.value];
  return slot != Layout::kAbsent && event.values[slot].is_string() ? &event.values[slot] : nullptr;
}

}  // namespace

Router::Router(std::shared_ptr<const RuleSet> rules, const TableStore* tables)
    : rules_{std::move(rules)},
      tables_{tables},
      unkeyed_(rules_->key_spaces().size(), std::vector<std::uint64_t>(rules_->schema().type_count())) {}

std::uint64_t Router::unkeyed(std::uint32_t rule) const {
  const DeployedRule& deployed = rules_->rules()[rule];
  const std::vector<std::uint64_t>& by_type = unkeyed_[deployed.key_space];
  std::uint64_t count = 0;
  for (std::size_t type = 0; type < by_type.size(); ++type)
    count += deployed.seen_types[type] ? by_type[type] : 0;
  return count;
}

void Router::route(const Event& event, Arena& arena, std::span<RoutedEvents> by_worker) {
  for (const std::uint16_t space : rules_->spaces_of_type(event.type)) {
    if (!rules_->key_spaces()[space].variable_keys_of_type.empty()) {
      const auto& keys = keys_of(space, event, arena);
      if (keys.empty()) ++unkeyed_[space][event.type.value];
      for (const std::string_view key : keys) append(event, key, space, by_worker);
      continue;
    }
    const Value* const value = single_string(rules_->key_spaces()[space], event);
    const std::string_view key =
        value != nullptr ? string_key_bytes(arena, value->as_text()) : key_of(space, event, arena);
    if (key.data() == nullptr) {
      ++unkeyed_[space][event.type.value];
    } else {
      append(event, key, space, by_worker);
    }
  }
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
