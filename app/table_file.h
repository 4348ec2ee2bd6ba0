#pragma once
/// The file of a table -> its rows: CSV or NDJSON by its name, compressed or not.

#include "compiler/compile.h"

#include <memory>
#include <string>

namespace tocsin::app {

inline constexpr std::size_t kTableBytesMax = 256u << 20;  ///< of a file, decompressed
inline constexpr std::size_t kTableRowsMax = 4'000'000;

/// Reads the file at `path` as compiler::ReadTable says. A cell of CSV has no type of its own: a row is found
/// by its key as a text and, where that looks like one, as a number or a bool.
/// fails   on a record that cannot be read, and beyond the limits
Result<compiler::TableFile> read_table_file(const std::string& path,
                                            const patterns::Table& table,
                                            const std::shared_ptr<const Schema>& schema);

}  // namespace tocsin::app
