#pragma once
/// The rows of a table that events change: for each key the newest, and those before it that somebody may
/// still ask for.
///
/// Changed by one thread between steps, read by all workers in between.

#include "base/arena.h"
#include "base/event.h"
#include "patterns/table.h"
#include "runtime/event_store.h"
#include "runtime/fifo.h"
#include "runtime/slab.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace tocsin::runtime {

class SnapshotReader;
class SnapshotWriter;

/// Reads an event's values again, for another schema, from its raw bytes. `arena` keeps what it makes.
using DecodeAgain = std::function<void(Event& event, Arena& arena)>;

/// Keys beyond these are not taken in; counted.
inline constexpr std::size_t kTableKeysMax = 10'000'000;

struct TableCounters {
  std::uint64_t keys = 0;     ///< there now, and some that are gone but may still be asked for
  std::uint64_t changes = 0;  ///< events of its types
  std::uint64_t unkeyed = 0;  ///< of them without a key: they change nothing
  std::uint64_t refused = 0;  ///< of them with a new key when the table was full: they change nothing
};

class ChangingTable {
 public:
  explicit ChangingTable(std::shared_ptr<const patterns::Table> table);
  ~ChangingTable();
  ChangingTable(const ChangingTable&) = delete;
  ChangingTable& operator=(const ChangingTable&) = delete;

  const patterns::Table& table() const { return *table_; }

  /// The row with this key as the events before `as_of` have left it; null if there is none.
  /// cost  one hash of the key, and a step for each change of the row since then
  const StoredEvent* find(std::span<const Value> key, const EventPlace& as_of, const Schema& schema) const;

  /// Calls `visit(key)` for each key that has a row as of a place.
  template <class Visit>
  void for_each_key(const EventPlace& as_of, const Schema& schema, Visit&& visit) const {
    for (const Entry& entry : entries_) {
      if (entry.newest == nullptr) continue;
      Key parts;
      const std::span<const Value> key = key_of(entry.newest->event->event(schema), schema, parts);
      if (row_of(entry, as_of) != nullptr) visit(key);
    }
  }

  bool changes_with(TypeId type) const {
    return std::binary_search(table_->types.begin(), table_->types.end(), type);
  }

  /// Takes a change in. It comes after all that were given before, in the order in which rules see events.
  void apply(const Event& event, const Schema& schema);

  /// Drops what nobody can ask for who asks as of `time` or later.
  void forget_before(EventTime time);

  /// Goes on under another rule set's name for the same table. current  the schema until now
  void move_to(std::shared_ptr<const patterns::Table> table,
               const Schema& current,
               const Schema& next,
               const DecodeAgain& decode_again);

  void save(SnapshotWriter& out) const;
  void restore(const Schema& schema, SnapshotReader& in);  ///< into a fresh one

  std::size_t size() const { return index_.size(); }  ///< keys
  std::size_t versions() const { return index_.size() + followed_.size(); }
  TableCounters counters() const {
    TableCounters now = counters_;
    now.keys = size();
    return now;
  }

 private:
  using Key = std::array<Value, patterns::kTableKeyPartsMax>;

  struct Version {
    StoredEvent* event = nullptr;
    Version* before = nullptr;
    Version* after = nullptr;
    bool gone = false;  // there is no row from here on
  };
  struct Entry {
    std::uint64_t hash = 0;
    Version* newest = nullptr;
    Version* oldest = nullptr;
  };
  /// Some version of `entry` is followed by one at `time`.
  struct Followed {
    EventTime time;
    std::uint32_t entry = 0;
  };

  std::span<const Value> key_of(const Event& event, const Schema& schema, Key& key) const;
  static const StoredEvent* row_of(const Entry& entry, const EventPlace& as_of);
  std::uint32_t find_entry(std::uint64_t hash, std::span<const Value> key, const Schema& schema) const;
  bool deletes(const Event& event, const Schema& schema);
  std::uint32_t new_entry(std::uint64_t hash);
  Version* new_version(const Event& event, bool gone, const Schema& schema);
  void append(std::uint32_t number, Version* version);
  void restore_entry(const Schema& schema, SnapshotReader& in);
  void drop_oldest(std::uint32_t number);
  void free(Version* version);

  std::shared_ptr<const patterns::Table> table_;
  patterns::HashIndex index_;  // numbers of entries
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> free_entries_;
  Fifo<Followed> followed_;  // in the order of time
  EventStore store_;
  Slab slab_;  // versions
  Arena scratch_;
  TableCounters counters_;
  std::uint64_t null_operations_ = 0;
};

}  // namespace tocsin::runtime
