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
  /// `arena`. An event whose key is null is not seen, and counted for the space's rules. cost  one hash for
  /// each space
  template <class Take>
  void route(const Event& event, Arena& arena, Take&& take) {
    for (const std::uint16_t space : rules_->spaces_of_type(event.type)) {
      const std::string_view key = key_of(space, event, arena);
      if (key.data() == nullptr) {
        ++unkeyed_[space][event.type.value];
      } else {
        take(RoutedEvent{
            event.time, &event, hash_of(key), key.data(), static_cast<std::uint32_t>(key.size()), space});
      }
    }
  }

  /// Events of types that `rule` sees whose key was null.
  std::uint64_t unkeyed(std::uint32_t rule) const;

 private:
  /// The key's bytes in `arena`; no data if the key is null.
  std::string_view key_of(std::uint16_t space, const Event& event, Arena& arena);
  bool append_key(const KeySpace& space, const Event& event);
  static std::uint64_t hash_of(std::string_view key);

  std::shared_ptr<const RuleSet> rules_;
  std::vector<std::vector<std::uint64_t>> unkeyed_;  // by key space and type
  std::uint64_t null_operations_ = 0;
  std::string key_;  // of the event in hand
  Arena scratch_;
};

}  // namespace tocsin::runtime
