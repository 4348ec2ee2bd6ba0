#pragma once
/// Where a row of CSV ends, and the cells in it.

#include <string>
#include <string_view>

namespace tocsin::connectors {

/// How many bytes the first row of `bytes` has with its line end; npos if its end is not there. A quote opens
/// a quoted cell only as the cell's first character.
std::size_t csv_row_size(std::string_view bytes);

/// A few bytes after which a row goes on as it does after `beginning`, the unfinished beginning of one.
std::string_view csv_stand_in(std::string_view beginning);

/// `row` without its line end, and without a byte order mark before it.
std::string_view trimmed_csv_row(std::string_view row);

/// Reads the cells of one row, in order.
class CsvCells {
 public:
  explicit CsvCells(std::string_view row) : rest_(row) {}

  /// Gives the next cell without its quotes; false after the last one, or where the row is no CSV.
  /// The cell is good until the next call.
  bool next(std::string_view& cell);

  /// Whether a quote was never closed, or text followed a closing one.
  bool is_broken() const { return broken_; }

 private:
  bool next_quoted(std::string_view& cell);

  std::string_view rest_;
  std::string unquoted_;
  bool done_ = false;
  bool broken_ = false;
};

}  // namespace tocsin::connectors
