#include "app/derived_events.h"

#include "patterns/program.h"

#include <algorithm>
#include <utility>

namespace tocsin::app {

using runtime::AlertBatch;
using runtime::Derived;

namespace {

/// What puts the events of one time into the order of the alerts: those of windows that ended just before
/// come first, then the levels. Alerts of one level that were decided at one instant come in one step.
std::uint64_t place_of(const Derived& derived, std::uint64_t count) {
  const std::uint64_t after = derived.order.decided < derived.time ? 0 : 1;
  return after << 63 | std::uint64_t{derived.order.level} << 56 | count;
}

}  // namespace

void DerivedEvents::set_schema(const std::shared_ptr<const Schema>& schema, std::size_t workers) {
  connectors::DecodeOptions options;
  options.time_field = "time";
  options.time_format = TimeFormat::rfc3339;
  options.depth_max += 2 * patterns::kLevelsMax;  // each level may put what it saw into one more list
  options.record_bytes_max = runtime::kEmittedBytesMax;
  codec_ = connectors::make_codec(connectors::Format::ndjson, options);
  decoders_.clear();
  for (std::size_t i = 0; i < workers; ++i) decoders_.push_back(codec_->make_decoder(schema));
}

DerivedBatch* DerivedEvents::take(const std::vector<AlertBatch*>& batches) {
  all_.clear();
  std::size_t bytes = 0;
  for (const AlertBatch* batch : batches) {
    for (const Derived& derived : batch->derived)
      all_.emplace_back(&derived, batch->derived_text.data() + derived.begin);
    bytes += batch->derived_text.size();
  }
  if (all_.empty()) return nullptr;
  std::sort(
      all_.begin(), all_.end(), [](const auto& a, const auto& b) { return a.first->order < b.first->order; });

  DerivedBatch& out = batches_.emplace_back();
  if (!spare_.empty()) {
    out = std::move(spare_.back());
    spare_.pop_back();
  }
  out.newest = kTimeMin;
  out.events.clear();
  out.arenas.resize(decoders_.size());
  for (Arena& arena : out.arenas) arena.reset();
  out.text.clear();
  out.text.reserve(bytes + connectors::kPadding);
  for (const auto& [derived, json] : all_) {
    Event event;
    event.time = derived->time;
    event.offset = place_of(*derived, count_++);
    event.partition = kDerivedPartition;
    event.type = derived->type;
    event.raw = {out.text.data() + out.text.size(), derived->size};
    out.text.append(json, derived->size);
    out.events.push_back(event);
    out.newest = std::max(out.newest, event.time);
  }
  out.text.append(connectors::kPadding, ' ');
  for (AlertBatch* batch : batches) {
    batch->derived.clear();
    batch->derived_text.clear();
  }
  return &out;
}

void DerivedEvents::decode_again(Event& event, Arena& arena) {
  char* raw = arena.allocate<char>(event.raw.size() + connectors::kPadding);
  std::copy(event.raw.begin(), event.raw.end(), raw);
  event.raw = {raw, event.raw.size()};
  decoders_.front()->decode_again(event, arena);
}

void DerivedEvents::recycle(EventTime released) {
  std::erase_if(batches_, [&](DerivedBatch& batch) {
    if (batch.newest > released) return false;
    spare_.push_back(std::move(batch));
    return true;
  });
}

}  // namespace tocsin::app
