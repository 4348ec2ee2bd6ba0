#pragma once
/// The tables that rules look rows up in, for all shards of one engine.
///
/// Read by all workers while they step; changed only between steps, by one thread: first `take`, then what a
/// step releases.

#include "base/event.h"
#include "base/result.h"
#include "base/schema.h"
#include "patterns/expression.h"
#include "patterns/table.h"
#include "runtime/changing_table.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::runtime {

struct RestoredEvents;

class TableStore {
 public:
  TableStore(std::vector<std::shared_ptr<const patterns::Table>> tables,
             std::shared_ptr<const Schema> schema);
  ~TableStore();
  TableStore(TableStore&&) noexcept;
  TableStore& operator=(TableStore&&) noexcept;

  /// What `lookup` asks for, of the row with this key as of a place in the order of events: a column's value,
  /// or that there is a row. Null if there is none. What happens at the place itself is not seen.
  /// cost  one hash of the key; allocates nothing
  Value find(const patterns::Lookup& lookup, std::span<const Value> key, const EventPlace& as_of) const;

  /// Whether there is a row with this key, as of a place.
  bool has_row(patterns::TableId table, std::span<const Value> key, const EventPlace& as_of) const;

  /// Calls `visit(key)` for each key there is, as of a place, in no order that may show in an output.
  template <class Visit>
  void for_each_key(patterns::TableId table, const EventPlace& as_of, Visit&& visit) const {
    if (const ChangingTable* changing = changing_[table.value].get()) {
      changing->for_each_key(as_of, *schema_, visit);
    } else {
      tables_[table.value]->rows->for_each_key(visit);
    }
  }

  /// Whether events of `type` change some table.
  bool is_change(TypeId type) const { return any_stream_ && changed_by_[type.value]; }

  /// Takes changes, in any order, none older than what was released. They are borrowed until released.
  void take(std::vector<const Event*>& changes);

  /// Makes the changes up to and with `time`.
  void release(EventTime time);

  /// After a step in which all up to `release` and all deadlines before `watermark` were worked through:
  /// drops what nobody can ask for any more.
  void forget(EventTime release, EventTime watermark);

  /// Calls `visit(name, counters)` for each table that events change, in the order of their names.
  template <class Visit>
  void for_each_counters(Visit&& visit) const {
    for (const auto& table : changing_) {
      if (table != nullptr) visit(table->table().name, table->counters());
    }
  }

  /// Appends all that changes, between two steps: rows, and the changes that wait.
  void save(std::string& out) const;

  /// Goes on from what another one with such tables has saved. This one is fresh, and of no more use if it
  /// fails.
  Status restore(std::string_view bytes);

  /// Goes on with the tables of another rule set: those that are the same keep their rows. What waits for its
  /// time is forgotten; the caller takes it again.
  void swap(std::vector<std::shared_ptr<const patterns::Table>> tables,
            std::shared_ptr<const Schema> schema,
            const DecodeAgain& decode_again);

 private:
  void note_types();

  std::vector<std::shared_ptr<const patterns::Table>> tables_;  // by id
  std::vector<std::unique_ptr<ChangingTable>> changing_;        // by id; none for one from a file
  std::shared_ptr<const Schema> schema_;
  std::vector<bool> changed_by_;  // by type
  bool any_stream_ = false;
  std::vector<const Event*> waiting_;         // in order
  std::unique_ptr<RestoredEvents> restored_;  // while some of them wait
};

}  // namespace tocsin::runtime
