#pragma once
/// The tables that rules look rows up in, for all shards of one engine.
///
/// Read by all workers while they step; changed only between steps, by one thread.

#include "base/event.h"
#include "base/schema.h"
#include "patterns/expression.h"
#include "patterns/table.h"

#include <memory>
#include <span>
#include <vector>

namespace tocsin::runtime {

class TableStore {
 public:
  explicit TableStore(std::vector<std::shared_ptr<const patterns::Table>> tables)
      : tables_{std::move(tables)} {}

  /// What `lookup` asks for, of the row with this key: a column's value, or that there is a row. Null if
  /// there is none.
  /// cost  one hash of the key; allocates nothing
  Value find(const patterns::Lookup& lookup, std::span<const Value> key, const Schema& schema) const;

 private:
  std::vector<std::shared_ptr<const patterns::Table>> tables_;  // by id
};

}  // namespace tocsin::runtime
