#include "runtime/event_store.h"

#include "base/bytes.h"
#include "runtime/prefetch.h"

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

/// Copies texts into the block: those within the raw bytes move with them, the others are appended.
class TextCopier {
 public:
  TextCopier(std::string_view raw, char* to) : from_{raw}, to_{to}, end_{to + raw.size()} {
    if (!raw.empty()) std::memcpy(to, raw.data(), raw.size());
  }

  std::string_view raw() const { return {to_, from_.size()}; }

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

StoredEvent* EventStore::capture(const Event& event, const Schema& schema, std::uint64_t sequence) {
  const std::size_t count = event.values == nullptr ? 0 : schema.layout(event.type).kept;
  const std::size_t values_at = sizeof(StoredEvent);
  const std::size_t text_at = values_at + count * sizeof(Value);
  const std::string_view raw = keeps_raw_ ? event.raw : std::string_view{};
  const std::size_t bytes = text_at + raw.size() + detached_text_bytes(event, raw, count);

  auto* const block = static_cast<std::byte*>(slab_.allocate(bytes));
  TextCopier texts(raw, reinterpret_cast<char*>(block + text_at));
  auto* const values = reinterpret_cast<Value*>(block + values_at);
  for (std::size_t i = 0; i < count; ++i) {
    const Value v = event.values[i];
    new (values + i) Value(v.is_text() ? v.with_text(texts.copy(v.as_text())) : v);
  }
  Event kept = event;
  kept.raw = texts.raw();
  kept.type_name = is_named(event) ? schema.type_name(event.type) : texts.copy(event.type_name);
  kept.values = values;
  return new (block) StoredEvent{1, static_cast<std::uint32_t>(bytes), sequence, {}, kept};
}

void EventStore::free(StoredEvent* stored) {
  // Where the next event is captured; all but its beginning was last touched when this one was.
  for (std::size_t at = 64; at < stored->bytes; at += 64) prefetch_line(reinterpret_cast<char*>(stored) + at);
  slab_.free(stored, stored->bytes);
}

}  // namespace tocsin::runtime
