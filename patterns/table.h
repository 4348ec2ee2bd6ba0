#pragma once
/// Tables: rows found by a key, as `customers[card]`. What the rules of a rule set know of each; the rows of
/// those that come from a file. Those of a stream are kept by the runtime.

#include "base/arena.h"
#include "base/ids.h"
#include "base/value.h"
#include "patterns/expression.h"
#include "patterns/hash_index.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::patterns {

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
  /// now. A key by which nothing can be found is left out. `named`: it is the one that the row goes by.
  bool add_key(std::span<const Value> key, std::uint32_t row, bool named = true);

  /// Calls `visit(key)` for each key that a row goes by.
  template <class Visit>
  void for_each_key(Visit&& visit) const {
    for (std::uint32_t number = 0; number < row_of_.size(); ++number) {
      if (named_[number]) visit(key_at(number));
    }
  }

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
  std::vector<bool> named_;            // by key
  HashIndex index_;                    // numbers of keys
  Arena texts_;
};

/// One table of a rule set.
struct Table {
  std::string name;
  /// Of a file one that no event has, else those of the events that change it. A row's columns are the slots
  /// of its type.
  std::vector<TypeId> types;
  std::vector<AttributeId> key;           ///< the columns by which a row is found
  AttributeId value;                      ///< with `value:`: the column without which there is no row
  std::shared_ptr<const TableRows> rows;  ///< of a file

  bool is_stream = false;  ///< the table changes with events; what follows is of these
  ExpressionPool expressions;
  ExpressionId deleted;  ///< true of an event that takes the row away; none: none does
  std::string
      definition;  ///< all of the above with names instead of ids: what tells whether rows can be kept
};

}  // namespace tocsin::patterns
