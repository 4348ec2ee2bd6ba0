#pragma once
/// Finds for each event the keys under which rules see it. Pure; one for each thread that routes.

#include "base/arena.h"
#include "base/event.h"
#include "runtime/rule_set.h"
#include "runtime/table_store.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::runtime {

inline constexpr std::uint32_t kKeyGroups = 1024;

constexpr std::size_t key_group_of(std::uint64_t key_hash) {
  return key_hash % kKeyGroups;
}

/// An event under one key. The event and the key's bytes live in the batch.
struct RoutedEvent {
  EventTime time;  ///< the event's
  const Event* event = nullptr;
  std::uint64_t hash = 0;     ///< of the key
  const char* key = nullptr;  ///< as append_key_bytes wrote it
  std::uint32_t key_size = 0;
  std::uint16_t space = 0;      ///< index of the key space
  patterns::TableId changed{};  ///< set: the event changes this table, and the key is its row's

  std::string_view key_bytes() const { return {key, key_size}; }
};

using RoutedEvents = std::vector<RoutedEvent>;

/// How many events of each type rules did not see, by key space, because their key was null.
class UnkeyedCounts {
 public:
  explicit UnkeyedCounts(const RuleSet& rules)
      : types_{rules.schema().type_count()}, counts_(rules.key_spaces().size() * types_) {}

  void count(std::uint16_t space, TypeId type) { ++counts_[space * types_ + type.value]; }
  UnkeyedCounts& operator+=(const UnkeyedCounts& other);

  /// Of types that `rule` sees.
  std::uint64_t of(const DeployedRule& rule) const;

 private:
  std::size_t types_;
  std::vector<std::uint64_t> counts_;  // by key space, by type
};

/// What one thread routed of a chunk, by worker.
struct RoutedPart {
  std::vector<RoutedEvents> by_worker;
  std::optional<UnkeyedCounts> unkeyed;  ///< none if nothing was
  Arena keys;                            ///< bytes of them

  void clear();
};

class Router {
 public:
  explicit Router(std::shared_ptr<const RuleSet> rules, const TableStore* tables = nullptr);

  /// Appends the event to what the worker of its key group gets, once for each key space that sees its type,
  /// with the key's bytes in `arena`; where each variable has a key of its own, once for each key that they
  /// make of it. An event whose key is null is not seen, and counted.
  /// cost  one hash for each key
  void route(const Event& event, Arena& arena, std::span<RoutedEvents> by_worker);

  /// The same, once for each key space that watches the keys of a table which `event` changes.
  void route_change(const Event& event, Arena& arena, std::span<RoutedEvents> by_worker);

  /// Routes those of `events` that are not late, and what late ones have become, to `workers`, into `to`,
  /// which is cleared.
  void route_all(std::span<const Event> events,
                 std::span<const Event> of_late_streams,
                 std::size_t workers,
                 RoutedPart& to);

  /// Of a key written down by `append_key_bytes`.
  static std::uint64_t hash_of(std::string_view key);

  /// What `route` counted and `route_all` did not take along.
  const UnkeyedCounts& unkeyed() const { return unkeyed_; }

 private:
  /// Where each variable has a key: those under which it may be taken, each once.
  const std::vector<std::string_view>& keys_of(std::uint16_t space, const Event& event, Arena& arena);

  /// The key's bytes in `arena`; no data if the key is null.
  std::string_view key_of(std::uint16_t space, const Event& event, Arena& arena);
  void count_unkeyed(std::uint16_t space, TypeId type) {
    unkeyed_.count(space, type);
    any_unkeyed_ = true;
  }
  std::string_view row_key_of(patterns::TableId table, const Event& event, Arena& arena);
  bool append_key(const KeySpace& space, const Event& event);

  std::shared_ptr<const RuleSet> rules_;
  const TableStore* tables_;
  UnkeyedCounts unkeyed_;
  bool any_unkeyed_ = false;
  std::uint64_t null_operations_ = 0;
  std::string key_;  // of the event in hand
  std::vector<std::string_view> keys_;
  Arena scratch_;
};

}  // namespace tocsin::runtime
