#pragma once
/// Finds for each event the keys under which rules see it. Pure; one for each thread that routes.

#include "base/arena.h"
#include "base/event.h"
#include "runtime/rule_set.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tocsin::runtime {

inline constexpr std::uint32_t kKeyGroups = 1024;

/// An event under one key. The event and the key's bytes live in the batch.
struct RoutedEvent {
  EventTime time;  ///< the event's
  const Event* event = nullptr;
  std::uint64_t hash = 0;     ///< of the key
  const char* key = nullptr;  ///< as append_key_bytes wrote it
  std::uint32_t key_size = 0;
  std::uint16_t space = 0;  ///< index of the key space

  std::string_view key_bytes() const { return {key, key_size}; }
  std::uint32_t key_group() const { return static_cast<std::uint32_t>(hash % kKeyGroups); }
};

class Router {
 public:
  explicit Router(std::shared_ptr<const RuleSet> rules);

  /// Calls `take(RoutedEvent)` once for each key space that sees the event's type, with the key's bytes in
  /// `arena`; where each variable has a key of its own, once for each key that they make of it. An event
  /// whose key is null is not seen, and counted for the space's rules. cost  one hash for each key
  template <class Take>
  void route(const Event& event, Arena& arena, Take&& take) {
    for (const std::uint16_t space : rules_->spaces_of_type(event.type)) {
      if (!rules_->key_spaces()[space].variable_keys_of_type.empty()) {
        const auto& keys = keys_of(space, event, arena);
        if (keys.empty()) ++unkeyed_[space][event.type.value];
        for (const std::string_view key : keys) take(routed(event, key, space));
        continue;
      }
      const std::string_view key = key_of(space, event, arena);
      if (key.data() == nullptr) {
        ++unkeyed_[space][event.type.value];
      } else {
        take(routed(event, key, space));
      }
    }
  }

  /// Events of types that `rule` sees whose key was null.
  std::uint64_t unkeyed(std::uint32_t rule) const;

 private:
  static RoutedEvent routed(const Event& event, std::string_view key, std::uint16_t space) {
    return {event.time, &event, hash_of(key), key.data(), static_cast<std::uint32_t>(key.size()), space};
  }

  /// Where each variable has a key: those under which it may be taken, each once.
  const std::vector<std::string_view>& keys_of(std::uint16_t space, const Event& event, Arena& arena);

  /// The key's bytes in `arena`; no data if the key is null.
  std::string_view key_of(std::uint16_t space, const Event& event, Arena& arena);
  bool append_key(const KeySpace& space, const Event& event);
  static std::uint64_t hash_of(std::string_view key);

  std::shared_ptr<const RuleSet> rules_;
  std::vector<std::vector<std::uint64_t>> unkeyed_;  // by key space and type
  std::uint64_t null_operations_ = 0;
  std::string key_;  // of the event in hand
  std::vector<std::string_view> keys_;
  Arena scratch_;
};

}  // namespace tocsin::runtime
