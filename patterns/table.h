#pragma once
/// Tables: rows found by a key, as `customers[card]`. What the rules of a rule set know of each; the rows of
/// those that come from a file.

#include "base/arena.h"
#include "base/ids.h"
#include "base/value.h"
#include "patterns/hash_index.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::patterns {

using TableId = Id<struct TableTag, std::uint16_t>;

inline constexpr std::size_t kTableKeyPartsMax = 8;

/// Equal for keys whose parts compare as equal. Nothing if no row has such a key: a part is null, a list, or
/// JSON.
std::optional<std::uint64_t> hash_of_key(std::span<const Value> key);

/// Whether all parts compare as equal.
bool same_key(std::span<const Value> a, std::span<const Value> b);

/// The rows of a file. Filled once, then immutable and shared by all threads.
class TableRows {
 public:
  TableRows(std::size_t key_parts, std::size_t columns) : key_parts_{key_parts}, columns_{columns} {}

  /// Copies a row, and gives its number. It is found only by the keys that `add_key` gives it.
  std::uint32_t add_row(std::span<const Value> values);

  /// Makes `row` what is found by `key`, whose texts are copied. False if another row was found by it until
  /// now. A key by which nothing can be found is left out.
  bool add_key(std::span<const Value> key, std::uint32_t row);

  /// The row's values, one for each column; null if there is no row.
  /// cost  one hash of the key; allocates nothing
  const Value* find(std::span<const Value> key) const;

  std::size_t size() const { return rows_; }

  /// Whether some row has a value there.
  bool has_any(std::size_t column) const;

 private:
  Value kept(const Value& value);
  std::span<const Value> key_at(std::uint32_t number) const {
    return std::span{keys_}.subspan(std::size_t{number} * key_parts_, key_parts_);
  }

  std::size_t key_parts_;
  std::size_t columns_;
  std::uint32_t rows_ = 0;
  std::vector<Value> values_;          // row by row
  std::vector<Value> keys_;            // key by key
  std::vector<std::uint32_t> row_of_;  // by key
  HashIndex index_;                    // numbers of keys
  Arena texts_;
};

/// One table of a rule set.
struct Table {
  std::string name;
  TypeId type;                   ///< under which the schema has its rows: their columns are its slots
  std::vector<AttributeId> key;  ///< the columns by which a row is found
  std::shared_ptr<const TableRows> rows;
};

}  // namespace tocsin::patterns
