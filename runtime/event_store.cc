#include "runtime/event_store.h"

#include "base/bytes.h"
#include "runtime/prefetch.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>

namespace tocsin::runtime {
namespace {

/// Whether `text` lies in `raw`, as all do but unescaped strings.
bool within(std::string_view raw, std::string_view text) {
  const auto address = [](const char* p) { return reinterpret_cast<std::uintptr_t>(p); };
  const std::uintptr_t at = address(text.data()) - address(raw.data());
  return at < raw.size() && text.size() <= raw.size() - at;
}

/// Whether the schema has the name of its type.
bool is_named(const Event& event) {
  return event.type != kOtherType;
}

/// Bytes of the texts that `raw` does not contain.
std::size_t detached_text_bytes(const Event& event, std::string_view raw, std::size_t count) {
  std::size_t bytes = is_named(event) || within(raw, event.type_name) ? 0 : event.type_name.size();
  for (std::size_t i = 0; i < count; ++i) {
    const Value& v = event.values[i];
    if (v.is_text() && !within(raw, v.as_text())) bytes += v.as_text().size();
  }
  return bytes;
}

/// Where the values of a captured event begin, in its block, or what stands before them.
constexpr std::size_t values_at(std::size_t raw_size) {
  return (sizeof(StoredEvent) + raw_size + alignof(Value) - 1) / alignof(Value) * alignof(Value);
}

/// Copies texts into the block: those within the raw bytes move with them, the others come after the values.
class TextCopier {
 public:
  TextCopier(std::string_view raw, char* to, char* others_to) : from_{raw}, to_{to}, end_{others_to} {
    if (!raw.empty()) std::memcpy(to, raw.data(), raw.size());
  }

  std::string_view copy(std::string_view text) {
    if (within(from_, text)) return {to_ + (text.data() - from_.data()), text.size()};
    char* const at = end_;
    copy_bytes(at, text.data(), text.size());
    end_ += text.size();
    return {at, text.size()};
  }

 private:
  std::string_view from_;
  char* to_;
  char* end_;
};

}  // namespace

std::string_view StoredEvent::raw() const {
  if (block_bytes() == 0) return static_cast<const PassingEvent*>(this)->in_batch->raw;
  return {reinterpret_cast<const char*>(this + 1), raw_size};
}

/// Before them, of a type that no rule names, there is its name.
const Value* StoredEvent::values() const {
  if (block_bytes() == 0) return static_cast<const PassingEvent*>(this)->in_batch->values;
  const auto* const block = reinterpret_cast<const std::byte*>(this);
  return reinterpret_cast<const Value*>(block + values_at(raw_size)) + (type == kOtherType ? 1 : 0);
}

Event StoredEvent::event(const Schema& schema) const {
  if (block_bytes() == 0) return *static_cast<const PassingEvent*>(this)->in_batch;
  Event out;
  out.time = time;
  out.offset = offset;
  out.partition = partition;
  out.type = type;
  out.late = late();
  out.raw = raw();
  out.values = values();
  out.type_name = type == kOtherType ? out.values[-1].as_text() : schema.type_name(type);
  return out;
}

StoredEvent* EventStore::capture(const Event& event, const Schema& schema, std::uint64_t sequence) {
  const std::size_t count = event.values == nullptr ? 0 : schema.layout(event.type).kept;
  const std::size_t names = is_named(event) ? 0 : 1;
  const std::string_view raw = keeps_raw_ ? event.raw : std::string_view{};
  const std::size_t text_at = values_at(raw.size()) + (names + count) * sizeof(Value);
  const std::size_t bytes = text_at + detached_text_bytes(event, raw, count);

  auto* const block = static_cast<std::byte*>(slab_.allocate(bytes));
  auto* const captured = new (block) StoredEvent{event, sequence, std::min(bytes, Slab::kSmallMax + 1)};
  captured->raw_size = static_cast<std::uint32_t>(raw.size());

  TextCopier texts(
      raw, reinterpret_cast<char*>(block + sizeof(StoredEvent)), reinterpret_cast<char*>(block + text_at));
  auto* values = reinterpret_cast<Value*>(block + values_at(raw.size()));
  if (names > 0) new (values++) Value(Value::string(texts.copy(event.type_name)));
  for (std::size_t i = 0; i < count; ++i) {
    const Value v = event.values[i];
    new (values + i) Value(v.is_text() ? v.with_text(texts.copy(v.as_text())) : v);
  }
  return captured;
}

void EventStore::free(StoredEvent* stored) {
  // Where the next event is captured; all but its beginning was last touched when this one was.
  const std::size_t bytes = stored->block_bytes();
  for (std::size_t at = 64; at < bytes; at += 64) prefetch_line(reinterpret_cast<char*>(stored) + at);
  slab_.free(stored, bytes);
}

}  // namespace tocsin::runtime
