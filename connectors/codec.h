#pragma once
/// Bytes -> events. A Codec knows how one format frames and decodes its records.

#include "base/result.h"
#include "base/schema.h"
#include "base/time.h"
#include "connectors/event_batch.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::connectors {

enum class Format : std::uint8_t { ndjson, csv };

/// How events carry their time and type.
struct DecodeOptions {
  std::string time_field = "ts";
  TimeFormat time_format = TimeFormat::milliseconds;
  std::string type_field = "type";
  std::size_t record_bytes_max = 16u << 20;
  std::size_t depth_max = 64;
  /// Set: the records are rows of a table, all of this type and without a time; theirs is kTimeMin.
  std::string table_type = {};
  std::vector<std::string> text_columns = {};  ///< of CSV: their cells are texts, whatever they look like
};

/// Decodes for one thread; a new one for each schema. No allocation per event in steady state.
class Decoder {
 public:
  virtual ~Decoder() = default;

  /// Appends the events and bad records of `chunk` to `out`. Never fails: what cannot be read is a bad
  /// record.
  virtual void decode(const RecordChunk& chunk, EventBatch& out) = 0;

  /// Reads an event's values again from its `raw`, for another schema: sets type, type_name and values. Of
  /// one that is late sets only type, by its type_name, and values.
  /// `event.raw` came from this codec and is followed by kPadding readable bytes.
  virtual void decode_again(Event& event, Arena& arena) = 0;
};

/// One for each partition (CSV keeps its header in it). Framing is called by one thread.
class Codec {
 public:
  virtual ~Codec() = default;

  /// How many bytes at the start of `bytes` are whole records. At the end of the input all of them are.
  virtual std::size_t whole_records(std::string_view bytes, bool end_of_input) = 0;

  /// How many bytes the first record of `bytes` has with its end; npos if its end is not there.
  virtual std::size_t first_record(std::string_view bytes) = 0;

  /// A few bytes in place of all but the end of a record: with what follows `beginning` behind them, the
  /// record ends where it would have ended. So a record that is too long need not be kept to be skipped.
  virtual std::string_view stand_in(std::string_view beginning) = 0;

  /// Cuts whole records into at most `parts` pieces of whole records that may be decoded at the same time,
  /// in order. One piece where the format does not allow more.
  virtual void split(std::string_view bytes, std::size_t parts, std::vector<std::string_view>& pieces) = 0;

  virtual std::unique_ptr<Decoder> make_decoder(std::shared_ptr<const Schema> schema) = 0;
};

std::unique_ptr<Codec> make_codec(Format format, const DecodeOptions& options);

/// By the file's name: `.csv`, `.csv.gz`, `.csv.zst` are CSV; everything else NDJSON.
Format format_of(std::string_view path);

}  // namespace tocsin::connectors
