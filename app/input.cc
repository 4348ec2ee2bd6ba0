#include "app/input.h"

#include "base/check.h"

#include <algorithm>

namespace tocsin::app {

using connectors::ReadState;

namespace {

/// How much of an overlong record a dead letter shows.
constexpr std::size_t kOverlongShown = 64u << 10;

}  // namespace

Input::Input(std::unique_ptr<connectors::Source> source,
             connectors::Format format,
             const connectors::DecodeOptions& options,
             PartitionId partition)
    : source_{std::move(source)},
      codec_{connectors::make_codec(format, options)},
      partition_{partition},
      record_bytes_max_{options.record_bytes_max} {}

void Input::set_schema(const std::shared_ptr<const Schema>& schema, std::size_t workers) {
  decoders_.clear();
  for (std::size_t i = 0; i < workers; ++i) decoders_.push_back(codec_->make_decoder(schema));
}

Result<ReadState> Input::read(Chunk& chunk, std::size_t bytes_max, std::chrono::milliseconds wait) {
  auto state = source_->read(pending_, bytes_max, wait);
  if (!state) return state;
  if (*state == ReadState::wait) return state;
  read_.read_at = std::chrono::steady_clock::now();
  read_.position_bytes = source_->position_bytes();
  read_.size_bytes = source_->size_bytes();
  read_.ended = *state == ReadState::end;
  if (skipping_) skip_overlong();
  take_whole_records(chunk);
  return state;
}

void Input::take_whole_records(Chunk& chunk) {
  const std::size_t whole = codec_->whole_records(pending_, read_.ended);
  chunk.partition = partition_;
  chunk.offset = pending_offset_;
  chunk.first_record = records_;
  if (whole > 0) {
    // What is left over is a part of one record: it moves to the memory of an older chunk, the rest stays.
    chunk.bytes.assign(pending_, whole);
    pending_.resize(whole);
    pending_.reserve(whole + connectors::kPadding);
    std::swap(chunk.bytes, pending_);
    pending_offset_ += whole;
  }
  chunk.overlong.reset();
  if (pending_.size() > record_bytes_max_) cut_overlong(chunk);
}

void Input::cut_overlong(Chunk& chunk) {
  chunk.overlong = OverlongRecord{pending_offset_, pending_.substr(0, kOverlongShown)};
  ++records_;
  skipping_ = true;
  skip_overlong();
}

/// Throws away what belongs to a record that is too long, up to and with its end. Until that is there,
/// `pending_` begins with what stands in for the record.
void Input::skip_overlong() {
  const std::size_t size = codec_->first_record(pending_);
  skipping_ = size == std::string::npos && !read_.ended;
  const std::string_view stand_in = skipping_ ? codec_->stand_in(pending_) : std::string_view{};
  const std::size_t gone = std::min(size, pending_.size());
  pending_.replace(0, gone, stand_in);
  pending_offset_ += gone - stand_in.size();
}

void Input::split(Chunk& chunk, std::size_t parts) {
  codec_->split(chunk.bytes, parts, chunk.parts);
  chunk.batches.resize(parts);
  for (connectors::EventBatch& batch : chunk.batches) batch.clear();
}

void Input::decode(Chunk& chunk, std::size_t part) {
  if (part >= chunk.parts.size()) return;
  const std::string_view bytes = chunk.parts[part];
  const auto at = static_cast<std::uint64_t>(bytes.data() - chunk.bytes.data());
  decoders_[part]->decode({chunk.partition, chunk.offset + at, bytes}, chunk.batches[part]);
}

void Input::admit(Chunk& chunk, Duration disorder) {
  chunk.late.clear();
  chunk.applied.clear();
  EventTime newest = read_.newest;
  for (std::size_t part = 0; part < chunk.batches.size(); ++part) {
    records_ += chunk.batches[part].records;
    auto& events = chunk.batches[part].events;
    for (std::size_t i = 0; i < events.size(); ++i) {
      Event& event = events[i];
      const EventTime watermark = std::max(saturating_add(newest, -disorder), floor);
      event.late = event.time < watermark;
      if (event.late) {
        chunk.late.push_back({part, i, watermark});
        read_.furthest_behind = std::max(read_.furthest_behind, newest - event.time);
      } else {
        newest = std::max(newest, event.time);
        chunk.newest = std::max(chunk.newest, event.time);
      }
    }
  }
  read_.newest = newest;
  chunk.progress = read_;
}

void Input::stream_late(Chunk& chunk, const runtime::RuleSet& rules) {
  chunk.of_late_streams.clear();
  chunk.late_values.reset();
  for (const LateEvent& late : chunk.late) {
    const Event& event = chunk.batches[late.part].events[late.index];
    for (const TypeId stream : rules.late_streams(event.type)) {
      Event& out = chunk.of_late_streams.emplace_back(event);
      out.type_name = rules.schema().type_name(stream);
      out.time = late.watermark;
      decoders_.front()->decode_again(out, chunk.late_values);
      chunk.newest = std::max(chunk.newest, out.time);
    }
  }
}

void Input::decode_again(Chunk& chunk) {
  for (std::size_t part = 0; part < chunk.parts.size(); ++part) {
    connectors::EventBatch& batch = chunk.batches[part];
    std::vector<bool> late;
    for (const Event& event : batch.events) late.push_back(event.late);
    batch.clear();
    decode(chunk, part);
    TOCSIN_CHECK(batch.events.size() == late.size(), "a record is an event under every schema or under none");
    for (std::size_t i = 0; i < late.size(); ++i) batch.events[i].late = late[i];
  }
}

}  // namespace tocsin::app
