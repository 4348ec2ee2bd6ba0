#include "runtime/event_store.h"

#include <cstring>
#include <new>

namespace tocsin::runtime {
namespace {

bool within(std::string_view outer, std::string_view inner) {
  return inner.data() >= outer.data() && inner.data() + inner.size() <= outer.data() + outer.size();
}

bool is_text(const Value& v) {
  return v.kind() == ValueKind::string || v.kind() == ValueKind::json;
}

Value with_text(const Value& v, std::string_view text) {
  return v.kind() == ValueKind::string ? Value::string(text) : Value::json(text);
}

/// Bytes of the texts that the raw bytes do not contain: unescaped strings.
std::size_t detached_text_bytes(const Event& event, std::size_t count) {
  std::size_t bytes = within(event.raw, event.type_name) ? 0 : event.type_name.size();
  for (std::size_t i = 0; i < count; ++i) {
    const Value& v = event.values[i];
    if (is_text(v) && !within(event.raw, v.as_text())) bytes += v.as_text().size();
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
    char* at = end_;
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
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
  const std::size_t count = event.values == nullptr ? 0 : schema.layout(event.type).attributes.size();
  const std::size_t values_at = sizeof(StoredEvent);
  const std::size_t text_at = values_at + count * sizeof(Value);
  const std::size_t bytes = text_at + event.raw.size() + detached_text_bytes(event, count);

  auto* block = static_cast<std::byte*>(slab_.allocate(bytes));
  auto* stored = new (block) StoredEvent{1, static_cast<std::uint32_t>(bytes), sequence, {}, event};
  TextCopier texts(event.raw, reinterpret_cast<char*>(block + text_at));
  auto* values = reinterpret_cast<Value*>(block + values_at);
  for (std::size_t i = 0; i < count; ++i) {
    const Value& v = event.values[i];
    new (values + i) Value(is_text(v) ? with_text(v, texts.copy(v.as_text())) : v);
  }
  stored->event.raw = texts.raw();
  stored->event.type_name = texts.copy(event.type_name);
  stored->event.values = values;
  return stored;
}

void EventStore::free(StoredEvent* stored) {
  slab_.free(stored, stored->bytes);
}

}  // namespace tocsin::runtime
