#pragma once
/// What is known of the event in hand, whichever rule asked first. One for each shard.

#include "base/arena.h"
#include "base/event.h"
#include "base/schema.h"
#include "runtime/conditions.h"
#include "runtime/table_store.h"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace tocsin::runtime {

/// Remembers which patterns of a group accept a text: the same texts come again and again. Each text has a
/// few places where it may be; one that finds them all taken takes one.
class TextMemo {
 public:
  static constexpr std::size_t kTextMax = 104;    ///< longer ones are not kept
  static constexpr std::size_t kAcceptedMax = 5;  ///< nor those that more patterns accept

  static std::uint64_t hash_of(std::string_view text);

  /// Whether `text` is kept; then `accepted` is what accepts it, valid until the next `keep`.
  bool find(std::string_view text, std::uint64_t hash, std::span<const std::uint32_t>& accepted) const;
  void keep(std::string_view text, std::uint64_t hash, std::span<const std::uint32_t> accepted);

 private:
  struct alignas(64) Place {
    std::uint16_t size = 0;
    std::uint8_t accepted_count = 0;
    bool taken = false;
    std::array<std::uint32_t, kAcceptedMax> accepted;
    std::array<char, kTextMax> text;
  };
  static_assert(sizeof(Place) == 128);
  static constexpr std::size_t kPlaces = 4096;
  static constexpr std::size_t kWays = 4;  // places of one text, one after the other

  static std::size_t first_place(std::uint64_t hash) { return hash % (kPlaces / kWays) * kWays; }

  std::vector<Place> places_;          // made with the first text
  std::vector<std::uint64_t> hashes_;  // by place
  std::size_t next_way_ = 0;           // to be taken from another text
};

class EventFacts {
 public:
  /// All are borrowed.
  EventFacts(const Conditions& conditions, const Schema& schema, const TableStore* tables);

  /// Takes `event` in hand. sequence  differs from that of the event before
  void look_at(const Event& event, std::uint64_t sequence) {
    event_ = &event;
    sequence_ = sequence;
  }

  /// Whether the event satisfies `id`. Evaluated at most once an event; to `null_operations` is added what
  /// that counted, each time.
  bool holds(ConditionId id, std::uint64_t& null_operations);

  /// The numbers of the group's patterns that accept `text`, the event's value of its attribute, rising.
  std::span<const std::uint32_t> accepted(std::uint32_t group, std::string_view text);

 private:
  struct Answer {
    std::uint64_t sequence = 0;
    std::uint32_t null_operations = 0;
    bool holds = false;
  };
  struct Group {
    std::uint64_t sequence = 0;
    std::span<const std::uint32_t> accepted;
    std::vector<std::uint32_t> found;
    patterns::TextSet::Scratch scratch;
    TextMemo memo;
  };

  bool evaluate_anew(const Condition& condition, std::uint64_t& null_operations);
  bool ask(const Condition& condition, std::uint64_t& null_operations);
  void search(const TextGroup& group, Group& known, std::string_view text);

  const Conditions& conditions_;
  const Schema& schema_;
  const TableStore* tables_;
  const Event* event_ = nullptr;
  std::uint64_t sequence_ = 0;
  Arena scratch_;
  std::vector<Answer> answers_;  // by condition
  std::vector<Group> groups_;
};

}  // namespace tocsin::runtime
