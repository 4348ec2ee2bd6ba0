#include "runtime/table_store.h"

namespace tocsin::runtime {

Value TableStore::find(const patterns::Lookup& lookup,
                       std::span<const Value> key,
                       const Schema& schema) const {
  const patterns::Table& table = *tables_[lookup.table.value];
  const Value* row = table.rows->find(key);
  if (row == nullptr) return Value::null();
  if (!lookup.column) return Value::boolean(true);
  return row[schema.layout(table.type).slot_of[lookup.column.value]];
}

}  // namespace tocsin::runtime
