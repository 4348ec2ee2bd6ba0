#include "connectors/csv_codec.h"

#include "base/value.h"
#include "connectors/csv_row.h"
#include "connectors/framing.h"
#include "connectors/json_text.h"
#include "connectors/record_reader.h"

#include <simdjson.h>

#include <algorithm>
#include <limits>

namespace tocsin::connectors {
namespace {

constexpr Reason kNotCsv = "not CSV";
constexpr Reason kWrongNumberOfCells = "wrong number of cells";

struct Column {
  std::string key;       ///< `"name":` as JSON has it; empty for a column that is left out
  bool is_text = false;  ///< the type's, or one of `text_columns`: never a number
};

bool is_one_of(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

struct CsvHeader {
  std::string row;  ///< as received; empty until it is known
  std::vector<Column> columns;

  void learn(std::string_view received, const DecodeOptions& options) {
    row = received;
    CsvCells cells(row);
    for (std::string_view name; cells.next(name);) {
      Column column{"", name == options.type_field || is_one_of(options.text_columns, name)};
      append_json_string(column.key, name);
      column.key += ':';
      const auto same_key = [&](const Column& other) { return other.key == column.key; };
      if (name.empty() || std::any_of(columns.begin(), columns.end(), same_key)) column.key.clear();
      columns.push_back(std::move(column));
    }
  }
};

/// The options of the reader that reads the rows as JSON: that text may be longer than the row.
DecodeOptions without_size_limit(DecodeOptions options) {
  options.record_bytes_max = std::numeric_limits<std::size_t>::max();
  return options;
}

class CsvDecoder final : public Decoder {
 public:
  CsvDecoder(std::shared_ptr<const CsvHeader> header,
             std::shared_ptr<const Schema> schema,
             const DecodeOptions& options)
      : header_(std::move(header)),
        reader_(std::move(schema), without_size_limit(options)),
        record_bytes_max_(options.record_bytes_max) {}

  void decode(const RecordChunk& chunk, EventBatch& out) override {
    BatchWriter writer(chunk, out);
    std::string_view rest = chunk.bytes;
    while (!rest.empty()) {
      const std::size_t size = std::min(csv_row_size(rest), rest.size());
      const std::string_view row = trimmed_csv_row(rest.substr(0, size));
      rest.remove_prefix(size);
      if (row.empty() || row == header_->row) continue;
      writer.begin(row);
      writer.end(read_row(row, writer.event(), writer.arena()));
    }
  }

  void decode_again(Event& event, Arena& arena) override { read_again(reader_, event, arena); }

 private:
  Reason read_row(std::string_view row, Event& event, Arena& arena) {
    if (row.size() > record_bytes_max_) return kRecordTooLong;
    if (!simdjson::validate_utf8(row.data(), row.size())) return kNotUtf8;
    if (const Reason reason = write_json(row)) return reason;
    char* text = arena.allocate<char>(json_.size() + kPadding);
    std::copy(json_.begin(), json_.end(), text);
    return reader_.read_alone({text, json_.size()}, event, arena);
  }

  /// Writes the row as a JSON object into json_.
  Reason write_json(std::string_view row) {
    json_ = '{';
    CsvCells cells(row);
    std::size_t count = 0;
    for (std::string_view cell; cells.next(cell); ++count) {
      if (count < header_->columns.size()) append_member(header_->columns[count], cell);
    }
    json_ += '}';
    if (cells.is_broken()) return kNotCsv;
    return count == header_->columns.size() ? nullptr : kWrongNumberOfCells;
  }

  void append_member(const Column& column, std::string_view cell) {
    if (cell.empty() || column.key.empty()) return;
    if (json_.size() > 1) json_ += ',';
    json_ += column.key;
    const bool is_bare = !column.is_text && (cell == "true" || cell == "false" || is_json_number(cell));
    if (is_bare) {
      json_ += cell;
    } else {
      append_json_string(json_, cell);
    }
  }

  std::shared_ptr<const CsvHeader> header_;
  RecordReader reader_;
  std::size_t record_bytes_max_;
  std::string json_;  // of the row at hand
};

class CsvCodec final : public Codec {
 public:
  explicit CsvCodec(const DecodeOptions& options) : options_(options) {}

  std::size_t whole_records(std::string_view bytes, bool end_of_input) override {
    const std::size_t whole = end_of_input ? bytes.size() : whole_rows(bytes);
    learn_header(bytes.substr(0, whole));
    return whole;
  }

  std::size_t first_record(std::string_view bytes) override { return csv_row_size(bytes); }

  std::string_view stand_in(std::string_view beginning) override { return csv_stand_in(beginning); }

  void split(std::string_view bytes, std::size_t parts, std::vector<std::string_view>& pieces) override {
    learn_header(bytes);
    split_records(bytes, parts, pieces, [](std::string_view rest, std::size_t bytes_min) {
      std::size_t size = 0;
      while (size < bytes_min) size += std::min(csv_row_size(rest.substr(size)), rest.size() - size);
      return size;
    });
  }

  std::unique_ptr<Decoder> make_decoder(std::shared_ptr<const Schema> schema) override {
    return std::make_unique<CsvDecoder>(header_, std::move(schema), options_);
  }

 private:
  static std::size_t whole_rows(std::string_view bytes) {
    std::size_t whole = 0;
    while (true) {
      const std::size_t size = csv_row_size(bytes.substr(whole));
      if (size == bytes.npos) return whole;
      whole += size;
    }
  }

  /// The first row with anything in it is the header. No record is decoded before it was framed, so that
  /// decoders in other threads find it there.
  void learn_header(std::string_view rows) {
    while (header_->row.empty() && !rows.empty()) {
      const std::size_t size = std::min(csv_row_size(rows), rows.size());
      if (const std::string_view row = trimmed_csv_row(rows.substr(0, size)); !row.empty()) {
        header_->learn(row, options_);
      }
      rows.remove_prefix(size);
    }
  }

  DecodeOptions options_;
  std::shared_ptr<CsvHeader> header_ = std::make_shared<CsvHeader>();
};

}  // namespace

std::unique_ptr<Codec> make_csv_codec(const DecodeOptions& options) {
  return std::make_unique<CsvCodec>(options);
}

}  // namespace tocsin::connectors
