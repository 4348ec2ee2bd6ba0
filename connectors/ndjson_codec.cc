#include "connectors/ndjson_codec.h"

#include "connectors/framing.h"
#include "connectors/record_reader.h"

#include <algorithm>

namespace tocsin::connectors {
namespace {

/// What is indexed in one go: its tokens stay in the second-level cache.
constexpr std::size_t kBlockBytes = 64 * 1024;

/// Takes the line at the start of `bytes`, and gives it without its end.
std::string_view take_line(std::string_view& bytes) {
  const std::size_t end = std::min(bytes.find('\n'), bytes.size());
  const std::string_view line = bytes.substr(0, end);
  bytes.remove_prefix(std::min(end + 1, bytes.size()));
  return line;
}

/// Takes as many whole lines as make a block, or one longer line.
std::string_view take_block(std::string_view& bytes) {
  std::size_t size = bytes.size();
  if (size > kBlockBytes) {
    std::size_t last = bytes.rfind('\n', kBlockBytes - 1);
    if (last == bytes.npos) last = bytes.find('\n', kBlockBytes);
    size = std::min(last, size - 1) + 1;
  }
  const std::string_view block = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return block;
}

bool is_blank(std::string_view line) {
  return std::all_of(line.begin(), line.end(), is_json_space);
}

bool has_escape(std::string_view text) {
  return text.find('\\') != text.npos;
}

class NdjsonDecoder final : public Decoder {
 public:
  NdjsonDecoder(std::shared_ptr<const Schema> schema, const DecodeOptions& options)
      : reader_(std::move(schema), options) {}

  void decode(const RecordChunk& chunk, EventBatch& out) override {
    BatchWriter writer(chunk, out);
    std::string_view rest = chunk.offset == 0 ? without_bom(chunk.bytes) : chunk.bytes;
    while (!rest.empty()) {
      const std::string_view block = take_block(rest);
      if (block.size() <= kBlockBytes && index_.build(block)) {
        read_block(block, writer);
      } else {
        read_lines_alone(block, writer);
      }
    }
  }

  void decode_again(Event& event, Arena& arena) override { read_again(reader_, event, arena); }

 private:
  /// Reads the lines of the block that is indexed.
  void read_block(std::string_view block, BatchWriter& writer) {
    const bool escapes = has_escape(block);
    JsonRecord record{block.data(), 0};
    JsonCursor cursor{&record, index_.tokens()};
    std::string_view rest = block;
    while (!rest.empty()) {
      const std::string_view line = take_line(rest);
      record.end = static_cast<std::uint32_t>(line.data() + line.size() - block.data());
      if (cursor.at_end()) continue;  // blank
      writer.begin(line);
      if (line.size() > reader_.options().record_bytes_max) {
        writer.end(kRecordTooLong);
      } else {
        writer.end(reader_.read(cursor, escapes && has_escape(line), writer.event(), writer.arena()));
      }
      while (!cursor.at_end()) ++cursor.token;
    }
  }

  /// A line of this block is no JSON, or too long to share a block: its neighbours must not suffer.
  void read_lines_alone(std::string_view block, BatchWriter& writer) {
    while (!block.empty()) {
      const std::string_view line = take_line(block);
      if (is_blank(line)) continue;
      writer.begin(line);
      writer.end(reader_.read_alone(line, writer.event(), writer.arena()));
    }
  }

  RecordReader reader_;
  JsonIndex index_;  // of the block
};

class NdjsonCodec final : public Codec {
 public:
  explicit NdjsonCodec(const DecodeOptions& options) : options_(options) {}

  std::size_t whole_records(std::string_view bytes, bool end_of_input) override {
    if (end_of_input) return bytes.size();
    return bytes.rfind('\n') + 1;  // 0 where there is none
  }

  std::size_t first_record(std::string_view bytes) override {
    const std::size_t end = bytes.find('\n');
    return end == bytes.npos ? end : end + 1;
  }

  std::string_view stand_in(std::string_view /*beginning*/) override { return ""; }

  void split(std::string_view bytes, std::size_t parts, std::vector<std::string_view>& pieces) override {
    split_records(bytes, parts, pieces, [](std::string_view rest, std::size_t bytes_min) {
      const std::size_t end = rest.find('\n', bytes_min - 1);
      return end == rest.npos ? rest.size() : end + 1;
    });
  }

  std::unique_ptr<Decoder> make_decoder(std::shared_ptr<const Schema> schema) override {
    return std::make_unique<NdjsonDecoder>(std::move(schema), options_);
  }

 private:
  DecodeOptions options_;
};

}  // namespace

std::unique_ptr<Codec> make_ndjson_codec(const DecodeOptions& options) {
  return std::make_unique<NdjsonCodec>(options);
}

}  // namespace tocsin::connectors
