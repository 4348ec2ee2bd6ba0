#pragma once
/// One input of a pipeline: a source cut into chunks of whole records, and how far its time has come.

#include "app/engine.h"
#include "connectors/codec.h"
#include "connectors/source.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::app {

/// An event that came late: it was older than the watermark of its input.
struct LateEvent {
  std::size_t part = 0;   ///< of its chunk
  std::size_t index = 0;  ///< among the events of the part
  EventTime watermark;    ///< when it came
};

/// Whole records and what was decoded from them, in parts that were decoded at the same time. Kept until
/// every event in it has been released.
struct Chunk {
  std::string bytes;  ///< with kPadding more behind
  PartitionId partition{0};
  std::uint64_t offset = 0;                     ///< of `bytes` in the partition
  std::uint64_t first_record = 0;               ///< number of the first record in the partition, from 0
  std::vector<std::string_view> parts;          ///< of `bytes`
  std::vector<connectors::EventBatch> batches;  ///< by part
  std::vector<runtime::RoutedPart> routed;      ///< by part: its events that are not late
  std::vector<LateEvent> late;                  ///< in the order of arrival
  std::vector<LateEvent> applied;               ///< of these: what some rules see all the same
  std::vector<Event> of_late_streams;           ///< what these have become for other rules
  Arena late_values;                            ///< of them
  EventTime newest = kTimeMin;                  ///< of its events that rules may see
  std::chrono::steady_clock::time_point read_at;
  std::uint64_t position_bytes = 0;  ///< of the source, when this was read
  std::uint64_t size_bytes = 0;      ///< the same
};

/// A record cut off because it is longer than any may be.
struct OverlongRecord {
  std::uint64_t offset = 0;
  std::string beginning;
};

/// Of what there is to do for each of its events.
inline Amount amount_of(const Chunk& chunk) {
  constexpr std::size_t kMuch = 4096;
  return chunk.bytes.size() < kMuch ? Amount::little : Amount::much;
}

class Input {
 public:
  Input(std::unique_ptr<connectors::Source> source,
        connectors::Format format,
        const connectors::DecodeOptions& options,
        PartitionId partition);

  const connectors::Source& source() const { return *source_; }
  bool ended() const { return ended_; }

  /// Appends the next whole records to the empty `chunk.bytes`. `more` may come with no records: a long one
  /// grows.
  Result<connectors::ReadState> read(Chunk& chunk, std::size_t bytes_max, std::chrono::milliseconds wait);

  /// Cuts `chunk` into parts and prepares it for `decode`.
  void split(Chunk& chunk, std::size_t parts);

  /// Decodes one part. Calls for different parts may run at the same time.
  void decode(Chunk& chunk, std::size_t part);

  /// Marks the events that are older than the watermark by the time they come, and moves `newest`.
  void admit(Chunk& chunk, Duration disorder);

  /// Makes of the late events what `rules` want them to become.
  void stream_late(Chunk& chunk, const runtime::RuleSet& rules);

  /// The engine has `chunk`: what may be asked at any time of how far this input has come.
  void take_in(const Chunk& chunk);

  /// Decodes `chunk` anew, for another schema. What was late stays late.
  void decode_again(Chunk& chunk);

  void set_schema(const std::shared_ptr<const Schema>& schema, std::size_t workers);
  connectors::Decoder& decoder(std::size_t worker) { return *decoders_[worker]; }

  /// The record that had to be cut off since the last call, if any.
  std::optional<OverlongRecord> take_overlong();

  /// Time of the newest event so far; kTimeMin before the first.
  EventTime newest = kTimeMin;
  /// Events older than this are late even if this input has not got there: others or wall time have gone on.
  EventTime floor = kTimeMin;
  std::uint64_t records = 0;
  Duration furthest_behind{0};  ///< the most that a late event was behind the newest time when it came
  std::chrono::steady_clock::time_point last_read = std::chrono::steady_clock::now();
  std::uint64_t position_bytes = 0;  ///< of the source, up to the newest chunk taken in
  std::uint64_t size_bytes = 0;      ///< the same

 private:
  void take_whole_records(Chunk& chunk);
  void skip_overlong();

  std::unique_ptr<connectors::Source> source_;
  std::unique_ptr<connectors::Codec> codec_;
  std::vector<std::unique_ptr<connectors::Decoder>> decoders_;  // by worker
  PartitionId partition_;
  std::size_t record_bytes_max_;
  std::string pending_;               // read, but no whole record yet
  std::uint64_t pending_offset_ = 0;  // of it in the partition
  bool skipping_ = false;             // within an overlong record
  bool ended_ = false;
  std::optional<OverlongRecord> overlong_;
};

}  // namespace tocsin::app
