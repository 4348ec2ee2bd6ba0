#include "connectors/csv_row.h"

#include "connectors/framing.h"

#include <algorithm>

namespace tocsin::connectors {
namespace {

/// The position after the quoted cell that begins at `at`; npos if its closing quote is not there.
std::size_t end_of_quoted(std::string_view bytes, std::size_t at) {
  while (true) {
    const std::size_t quote = bytes.find('"', at + 1);
    if (quote == bytes.npos) return bytes.npos;
    if (quote + 1 == bytes.size() || bytes[quote + 1] != '"') return quote + 1;
    at = quote + 1;
  }
}

}  // namespace

std::size_t csv_row_size(std::string_view bytes) {
  std::size_t at = bytes.size() - without_bom(bytes).size();
  while (at < bytes.size()) {  // each turn begins at a cell's start
    if (bytes[at] == '"') at = end_of_quoted(bytes, at);
    at = bytes.find_first_of(",\n", at);
    if (at == bytes.npos) return bytes.npos;
    if (bytes[at] == '\n') return at + 1;
    ++at;
  }
  return bytes.npos;
}

std::string_view csv_stand_in(std::string_view beginning) {
  constexpr std::string_view kAtCell = ",";
  constexpr std::string_view kInBareCell = "x";
  constexpr std::string_view kInQuotedCell = "\"";
  constexpr std::string_view kAfterQuote = "\"\"";  // the cell's last one, or the first of two within it
  std::size_t at = 0;
  while (at < beginning.size()) {  // each turn begins at a cell's start
    if (beginning[at] == '"') {
      at = end_of_quoted(beginning, at);
      if (at == beginning.npos) return kInQuotedCell;
      if (at == beginning.size()) return kAfterQuote;
    }
    at = beginning.find(',', at);
    if (at == beginning.npos) return kInBareCell;
    ++at;
  }
  return kAtCell;
}

std::string_view trimmed_csv_row(std::string_view row) {
  row = without_bom(row);
  if (row.ends_with('\n')) row.remove_suffix(1);
  if (row.ends_with('\r')) row.remove_suffix(1);
  return row;
}

bool CsvCells::next(std::string_view& cell) {
  if (done_) return false;
  if (rest_.starts_with('"')) return next_quoted(cell);
  const std::size_t end = std::min(rest_.find(','), rest_.size());
  cell = rest_.substr(0, end);
  done_ = end == rest_.size();
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  return true;
}

bool CsvCells::next_quoted(std::string_view& cell) {
  const std::size_t end = end_of_quoted(rest_, 0);
  broken_ = end == rest_.npos || (end < rest_.size() && rest_[end] != ',');
  done_ = broken_ || end == rest_.size();
  if (broken_) return false;
  unquoted_.clear();
  std::string_view inside = rest_.substr(1, end - 2);
  while (true) {
    const std::size_t quote = inside.find('"');
    unquoted_ += inside.substr(0, quote == inside.npos ? quote : quote + 1);
    if (quote == inside.npos) break;
    inside.remove_prefix(quote + 2);
  }
  cell = unquoted_;
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  return true;
}

}  // namespace tocsin::connectors
