#pragma once
/// What tests and fuzzers of the codecs share: one schema, decoding a text whole or in pieces, events as
/// text.

#include "base/schema.h"
#include "base/value.h"
#include "connectors/codec.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::connectors {

/// Types `a` and `b` with `user`, `amount`, `geo.country` and `items[0].sku` in this order; no other type is
/// seen.
inline std::shared_ptr<const Schema> make_test_schema() {
  auto schema = std::make_shared<Schema>();
  const std::vector<AttributePath> paths{
      {{"user"}}, {{"amount"}}, {{"geo", "country"}}, {{"items", 0u, "sku"}}};
  for (const char* type : {"a", "b"}) {
    const TypeId id = schema->use_type(type);
    for (const AttributePath& path : paths)
      schema->use_attribute_of(id, schema->use_attribute(path), Reading::later);
  }
  schema->seal();
  return schema;
}

/// `user=u1 geo.country=FR`: what is not null, floats with a `~`.
inline std::string values_text(const Event& event, const Schema& schema) {
  if (event.values == nullptr) return "unseen";
  std::string out;
  const Layout& layout = schema.layout(event.type);
  for (std::size_t slot = 0; slot < layout.attributes.size(); ++slot) {
    const Value& value = event.values[slot];
    if (value.is_null()) continue;
    if (!out.empty()) out += ' ';
    out += to_string(schema.path(layout.attributes[slot])) + '=';
    if (value.kind() == ValueKind::real) out += '~';
    append_json(out, value);
  }
  return out;
}

/// One codec and one decoder over one text in memory.
class DecodedText {
 public:
  explicit DecodedText(Format format, std::string_view text, const DecodeOptions& options = {})
      : size_(text.size()), bytes_(text), codec_(make_codec(format, options)), schema_(make_test_schema()) {
    bytes_.resize(size_ + kPadding);
    codec_->whole_records(this->text(), true);
    decoder_ = codec_->make_decoder(schema_);
  }

  std::string_view text() const { return {bytes_.data(), size_}; }
  Codec& codec() { return *codec_; }
  const EventBatch& batch() const { return batch_; }

  DecodedText& decode_all() { return decode(text()); }

  /// `piece` is part of text().
  DecodedText& decode(std::string_view piece) {
    const auto offset = static_cast<std::uint64_t>(piece.data() - bytes_.data());
    decoder_->decode({PartitionId{7}, offset, piece}, batch_);
    return *this;
  }

  /// One line for each event: offset, milliseconds, type, values, raw.
  std::string events() const {
    std::string out;
    for (const Event& event : batch_.events) {
      out += std::to_string(event.offset) + ' ';
      out += std::to_string(event.time.time_since_epoch().count() / 1'000'000) + ' ';
      out += std::string(event.type_name) + (event.type == kOtherType ? "? [" : " [");
      out += values_text(event, *schema_) + "] " + std::string(event.raw) + '\n';
    }
    return out;
  }

  /// One line for each bad record: offset, reason, raw.
  std::string bad() const {
    std::string out;
    for (const BadRecord& record : batch_.bad) {
      out += std::to_string(record.offset) + ' ' + record.reason + ": " + std::string(record.raw) + '\n';
    }
    return out;
  }

  /// Whether every event gives the same type and values when it is read again from its raw text alone.
  bool decodes_again_alike() {
    Arena arena;
    return std::all_of(batch_.events.begin(), batch_.events.end(), [&](const Event& event) {
      std::string raw{event.raw};
      raw.resize(raw.size() + kPadding);
      Event again = event;
      again.raw = {raw.data(), event.raw.size()};
      again.type = kOtherType;
      again.type_name = {};
      again.values = nullptr;
      decoder_->decode_again(again, arena);
      return again.type == event.type && again.type_name == event.type_name && again.time == event.time &&
             values_text(again, *schema_) == values_text(event, *schema_);
    });
  }

 private:
  std::size_t size_;
  std::string bytes_;  // with padding
  std::unique_ptr<Codec> codec_;
  std::shared_ptr<const Schema> schema_;
  std::unique_ptr<Decoder> decoder_;
  EventBatch batch_;
};

}  // namespace tocsin::connectors
