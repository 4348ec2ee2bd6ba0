#pragma once
/// What the codecs share around their records: cutting bytes into pieces, and writing a batch.

#include "base/check.h"
#include "connectors/event_batch.h"
#include "connectors/record_reader.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace tocsin::connectors {

/// Cuts `bytes` into at most `parts` pieces of about the same size, into `pieces` (cleared).
/// `end_of_record(rest, bytes_min)` tells how many bytes of `rest` are whole records, the first count that is
/// at least `bytes_min`.
template <class EndOfRecord>
void split_records(std::string_view bytes,
                   std::size_t parts,
                   std::vector<std::string_view>& pieces,
                   EndOfRecord end_of_record) {
  pieces.clear();
  const std::size_t bytes_min = std::max<std::size_t>(1, bytes.size() / std::max<std::size_t>(1, parts));
  while (!bytes.empty()) {
    const bool is_last = pieces.size() + 1 >= parts || bytes.size() <= bytes_min;
    const std::size_t size = is_last ? bytes.size() : end_of_record(bytes, bytes_min);
    pieces.push_back(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
}

/// `text` without UTF-8's byte order mark, if it begins with one.
inline std::string_view without_bom(std::string_view text) {
  constexpr std::string_view kBom = "\xEF\xBB\xBF";
  return text.starts_with(kBom) ? text.substr(kBom.size()) : text;
}

/// Appends the records of one chunk to a batch: `begin`, fill `event()`, `end`.
class BatchWriter {
 public:
  BatchWriter(const RecordChunk& chunk, EventBatch& out) : chunk_(chunk), out_(out), first_(out.records) {}

  /// `received` is the record as it stands in the chunk.
  void begin(std::string_view received) {
    received_ = received;
    Event& event = out_.events.emplace_back();
    event.offset = offset();
    event.partition = chunk_.partition;
  }

  /// Of the record begun.
  Event& event() { return out_.events.back(); }
  Arena& arena() { return out_.arena; }

  /// Admits the record if there is no `reason` against it.
  void end(Reason reason) {
    if (reason != nullptr) {
      out_.events.pop_back();
      out_.bad.push_back({offset(), out_.records - first_, reason, received_});
    }
    ++out_.records;
  }

 private:
  std::uint64_t offset() const {
    return chunk_.offset + static_cast<std::uint64_t>(received_.data() - chunk_.bytes.data());
  }

  const RecordChunk& chunk_;
  EventBatch& out_;
  std::uint64_t first_;
  std::string_view received_;
};

/// Decoder::decode_again for records that are JSON by then.
inline void read_again(RecordReader& reader, Event& event, Arena& arena) {
  const Reason reason =
      event.late ? reader.read_as_type(event, arena) : reader.read_alone(event.raw, event, arena);
  TOCSIN_CHECK(reason == nullptr, "an event's raw text was admitted before");
}

}  // namespace tocsin::connectors
