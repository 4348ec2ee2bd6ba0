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

/// How far an input had come when a chunk was read.
struct InputProgress {
  EventTime newest = kTimeMin;  ///< time of the newest event so far; kTimeMin before the first
  Duration furthest_behind{0};  ///< the most that a late event was behind it when it came
  bool ended = false;           ///< nothing more will come
  std::chrono::steady_clock::time_point read_at = std::chrono::steady_clock::now();
  std::uint64_t position_bytes = 0;  ///< of the source
  std::uint64_t size_bytes = 0;      ///< the same
};

/// A record cut off because it is longer than any may be.
struct OverlongRecord {
  std::uint64_t offset = 0;
  std::string beginning;
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
  std::optional<OverlongRecord> overlong;       ///< cut off behind its records
  InputProgress progress;                       ///< with this chunk
};

/// Of what there is to do for each of its events.
inline Amount amount_of(const Chunk& chunk) {
  constexpr std::size_t kMuch = 4096;
  return chunk.bytes.size() < kMuch ? Amount::little : Amount::much;
}

/// Read and decoded by one thread, and taken in by another, which may be some chunks behind.
class Input {
 public:
  Input(std::unique_ptr<connectors::Source> source,
        connectors::Format format,
        const connectors::DecodeOptions& options,
        PartitionId partition);

  const connectors::Source& source() const { return *source_; }

  /// Whether nothing more can be read.
  bool ended() const { return read_.ended; }
  /// Time of the newest event that was read.
  EventTime newest() const { return read_.newest; }

  /// Appends the next whole records to the empty `chunk.bytes`. `more` may come with no records: a long one
  /// grows.
  Result<connectors::ReadState> read(Chunk& chunk, std::size_t bytes_max, std::chrono::milliseconds wait);

  /// Cuts `chunk` into parts and prepares it for `decode`.
  void split(Chunk& chunk, std::size_t parts);

  /// Decodes one part. Calls for different parts may run at the same time.
  void decode(Chunk& chunk, std::size_t part);

  /// Marks the events that are older than the watermark by the time they come, and notes in `chunk` how far
  /// the input has come with it.
  void admit(Chunk& chunk, Duration disorder);

  /// Makes of the late events what `rules` want them to become.
  void stream_late(Chunk& chunk, const runtime::RuleSet& rules);

  /// The engine has `chunk`.
  void take_in(const Chunk& chunk) { taken_ = chunk.progress; }
  /// How far the input has come for the engine: with the newest chunk taken in.
  const InputProgress& taken() const { return taken_; }

  /// Decodes `chunk` anew, for another schema. What was late stays late.
  void decode_again(Chunk& chunk);

  void set_schema(const std::shared_ptr<const Schema>& schema, std::size_t workers);
  connectors::Decoder& decoder(std::size_t worker) { return *decoders_[worker]; }

  /// Events older than this are late even if this input has not got there: others or wall time have gone on.
  /// Not to be changed while the input is read.
  EventTime floor = kTimeMin;

 private:
  void take_whole_records(Chunk& chunk);
  void cut_overlong(Chunk& chunk);
  void skip_overlong();

  std::unique_ptr<connectors::Source> source_;
  std::unique_ptr<connectors::Codec> codec_;
  std::vector<std::unique_ptr<connectors::Decoder>> decoders_;  // by worker
  PartitionId partition_;
  std::size_t record_bytes_max_;
  std::string pending_;               // read, but no whole record yet
  std::uint64_t pending_offset_ = 0;  // of it in the partition
  bool skipping_ = false;             // within an overlong record
  std::uint64_t records_ = 0;         // read so far
  InputProgress read_;
  InputProgress taken_;
};

}  // namespace tocsin::app
