#include "app/table_file.h"

#include "connectors/codec.h"
#include "connectors/csv_row.h"
#include "connectors/json_text.h"
#include "connectors/source.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>
#include <vector>

namespace tocsin::app {
namespace {

using connectors::EventBatch;
using connectors::Format;
using connectors::ReadState;

constexpr std::size_t kReadBytes = 1u << 20;

Result<std::string> read_whole(const std::string& path) {
  auto source = connectors::open_source(path, false);
  if (!source) return tl::make_unexpected(source.error());
  std::string bytes;
  while (true) {
    const auto state = (*source)->read(bytes, kReadBytes, std::chrono::milliseconds{100});
    if (!state) return tl::make_unexpected(state.error());
    if (bytes.size() > kTableBytesMax) {
      return fail(ErrorCode::limit, fmt::format("`{}` is larger than {} MiB", path, kTableBytesMax >> 20));
    }
    if (*state == ReadState::end) return bytes;
  }
}

/// What a text of CSV may also be taken for; the text itself if for nothing else.
Value bare_value(const Value& cell) {
  if (!cell.is_string() || !connectors::is_json_scalar(cell.as_text()) || cell.as_text() == "null")
    return cell;
  return connectors::scalar_value(cell.as_text());
}

/// Decodes the records of one file, and fills the rows of its table.
class TableReader {
 public:
  TableReader(std::string path, const patterns::Table& table, const Schema& schema)
      : path_{std::move(path)},
        format_{connectors::format_of(path_)},
        layout_{schema.layout(table.types.front())},
        rows_{std::make_shared<patterns::TableRows>(table.key.size(), layout_.attributes.size())} {
    options_.table_type = schema.type_name(table.types.front());
    for (const AttributeId column : table.key) {
      key_slots_.push_back(layout_.slot_of[column.value]);
      const auto* name = std::get_if<std::string>(&schema.path(column).segments.front());
      if (name != nullptr) options_.text_columns.push_back(*name);
    }
  }

  Result<compiler::TableFile> read(const std::shared_ptr<const Schema>& schema) {
    auto bytes = read_whole(path_);
    if (!bytes) return tl::make_unexpected(bytes.error());
    bytes->reserve(bytes->size() + connectors::kPadding);
    if (auto decoded = decode(*bytes, schema); !decoded) return tl::make_unexpected(decoded.error());
    find_bare_columns();
    for (const Event& row : batch_.events) add(row);
    if (misses_a_column()) file_.names = names(*bytes);
    file_.rows = rows_;
    return std::move(file_);
  }

 private:
  Status decode(const std::string& bytes, const std::shared_ptr<const Schema>& schema) {
    const auto codec = connectors::make_codec(format_, options_);
    codec->whole_records(bytes, true);
    codec->make_decoder(schema)->decode({PartitionId{0}, 0, bytes}, batch_);
    if (!batch_.bad.empty()) {
      const connectors::BadRecord& bad = batch_.bad.front();
      return fail(ErrorCode::bad_data,
                  fmt::format("line {} of `{}`: {}", line_of(bytes, bad.offset), path_, bad.reason));
    }
    if (batch_.events.size() > kTableRowsMax) {
      return fail(ErrorCode::limit, fmt::format("`{}` has more than {} rows", path_, kTableRowsMax));
    }
    return {};
  }

  static std::ptrdiff_t line_of(const std::string& bytes, std::uint64_t offset) {
    return std::count(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(offset), '\n') + 1;
  }

  void add(const Event& event) {
    std::vector<Value> key;
    for (const std::uint16_t slot : key_slots_) key.push_back(event.values[slot]);
    if (!patterns::hash_of_key(key)) {
      ++file_.unkeyed;
      return;
    }
    const std::uint32_t row = rows_->add_row({event.values, layout_.attributes.size()});
    const bool is_new = format_ == Format::csv ? add_keys(key, 0, true, row) : rows_->add_key(key, row);
    if (!is_new) ++file_.doubled;
  }

  /// The key with each part from `from` on as a text, and as what it looks like. The row goes by the one that
  /// has numbers where all rows have them. False if another row had the key with texts alone.
  bool add_keys(std::vector<Value>& key, std::size_t from, bool named, std::uint32_t row) {
    if (from == key.size()) return rows_->add_key(key, row, named);
    const Value text = key[from];
    const Value bare = bare_value(text);
    const bool is_new = add_keys(key, from + 1, named && !bare_[from], row);
    if (!bare.is_string()) {
      key[from] = bare;
      add_keys(key, from + 1, named && bare_[from], row);
      key[from] = text;
    }
    return is_new;
  }

  void find_bare_columns() {
    for (const std::uint16_t slot : key_slots_) {
      bare_.push_back(std::all_of(batch_.events.begin(), batch_.events.end(), [&](const Event& row) {
        return row.values[slot].is_null() || !bare_value(row.values[slot]).is_string();
      }));
    }
  }

  bool misses_a_column() const {
    for (std::size_t slot = 0; slot < layout_.attributes.size(); ++slot) {
      if (!rows_->has_any(slot)) return true;
    }
    return false;
  }

  std::vector<std::string> names(const std::string& bytes) const {
    return format_ == Format::csv ? names_of_csv(bytes) : names_of_json();
  }

  static std::vector<std::string> names_of_csv(std::string_view bytes) {
    std::vector<std::string> out;
    while (!bytes.empty() && out.empty()) {
      const std::size_t size = std::min(connectors::csv_row_size(bytes), bytes.size());
      const std::string_view row = connectors::trimmed_csv_row(bytes.substr(0, size));
      bytes.remove_prefix(size);
      connectors::CsvCells cells(row);
      for (std::string_view name; !row.empty() && cells.next(name);) out.emplace_back(name);
    }
    return out;
  }

  std::vector<std::string> names_of_json() const {
    std::set<std::string> out;
    simdjson::dom::parser parser;
    for (const Event& event : batch_.events) {
      simdjson::dom::object object;
      if (parser.parse(event.raw.data(), event.raw.size()).get(object) != simdjson::SUCCESS) continue;
      for (const auto& member : object) out.emplace(member.key);
    }
    return {out.begin(), out.end()};
  }

  std::string path_;
  Format format_;
  const Layout& layout_;
  connectors::DecodeOptions options_;
  std::vector<std::uint16_t> key_slots_;
  std::vector<bool> bare_;  // by part of the key: whether every row's looks like a number or a bool
  EventBatch batch_;
  std::shared_ptr<patterns::TableRows> rows_;
  compiler::TableFile file_;
};

}  // namespace

Result<compiler::TableFile> read_table_file(const std::string& path,
                                            const patterns::Table& table,
                                            const std::shared_ptr<const Schema>& schema) {
  return TableReader{path, table, *schema}.read(schema);
}

}  // namespace tocsin::app
