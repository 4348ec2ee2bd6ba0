#include "connectors/record_reader.h"

#include "connectors/json_text.h"

#include <simdjson.h>

#include <algorithm>

namespace tocsin::connectors {
namespace {

constexpr Reason kNotAnObject = "not an object";
constexpr Reason kNoTime = "no time";
constexpr Reason kBadTime = "bad time";
constexpr Reason kNoType = "no type";
constexpr Reason kTypeIsNoString = "type is not a string";

bool is_null(JsonCursor cursor) {
  return cursor.peek() == 'n';
}

bool has_escape(std::string_view record) {
  return record.find('\\') != record.npos;
}

std::uint32_t size_of(std::string_view record) {
  return static_cast<std::uint32_t>(record.size());
}

}  // namespace

RecordReader::RecordReader(std::shared_ptr<const Schema> schema, const DecodeOptions& options)
    : schema_(std::move(schema)),
      options_(options),
      checker_(options.depth_max),
      time_field_(fields_.add(options.time_field)),
      type_field_(fields_.add(options.type_field)),
      slots_(schema_->type_count()) {
  for (std::uint16_t type = 0; type < schema_->type_count(); ++type) {
    for (const AttributeId attribute : schema_->layout(TypeId{type}).attributes) {
      const std::span<const PathSegment> path = schema_->path(attribute).segments;
      const auto* name = std::get_if<std::string>(&path[0]);
      slots_[type].push_back({name == nullptr ? NameTable::kUnknown : fields_.add(*name), path.subspan(1)});
    }
    if (TypeId{type} == kOtherType) continue;
    types_.add(schema_->type_name(TypeId{type}));
  }
  places_.resize(fields_.size());
}

Reason RecordReader::index_alone(std::string_view record) {
  if (record.size() > options_.record_bytes_max) return kRecordTooLong;
  if (index_.build(record)) return nullptr;
  return simdjson::validate_utf8(record.data(), record.size()) ? kNotJson : kNotUtf8;
}

Reason RecordReader::read_alone(std::string_view record, Event& event, Arena& arena) {
  if (const Reason reason = index_alone(record)) return reason;
  const JsonRecord whole{record.data(), size_of(record)};
  return read({&whole, index_.tokens()}, has_escape(record), event, arena);
}

Reason RecordReader::read_as_type(Event& event, Arena& arena) {
  const std::string_view record = event.raw;
  if (const Reason reason = index_alone(record)) return reason;
  begin(has_escape(record));
  const JsonRecord whole{record.data(), size_of(record)};
  JsonCursor cursor{&whole, index_.tokens()};
  const JsonCursor start = cursor;
  if (const Reason reason = scan(cursor, arena)) return reason;
  event.type = known_type(event.type_name);
  read_values(start, event, arena);
  return nullptr;
}

void RecordReader::begin(bool escapes) {
  escapes_ = escapes;
  checker_.expect_escapes(escapes);
  ++record_;
}

Reason RecordReader::read(JsonCursor cursor, bool escapes, Event& event, Arena& arena) {
  begin(escapes);
  const JsonCursor start = cursor;
  if (const Reason reason = scan(cursor, arena)) return reason;
  const std::uint32_t last = cursor.token[-1];
  event.raw = {start.record->text + *start.token, last + 1 - *start.token};
  if (const Reason reason = read_time(start, event, arena)) return reason;
  if (const Reason reason = read_type(start, event, arena)) return reason;
  read_values(start, event, arena);
  return nullptr;
}

/// Checks the record's grammar and notes its fields.
Reason RecordReader::scan(JsonCursor& cursor, Arena& arena) {
  if (!cursor.take('{')) return scan_no_object(cursor);
  if (options_.depth_max == 0) return kTooDeep;
  if (!cursor.take('}')) {
    if (const Reason reason = scan_members(cursor, arena)) return reason;
  }
  return cursor.at_end() ? nullptr : kNotJson;
}

Reason RecordReader::scan_members(JsonCursor& cursor, Arena& arena) {
  std::string_view key;
  const std::uint32_t* value = nullptr;
  char after = ',';
  while (checker_.take_plain_member(cursor, key, value, after)) {
    note_field(key, value, arena);
    if (after == '}') return nullptr;
  }
  do {
    if (!checker_.take_key(cursor, key)) return kNotJson;
    note_field(key, cursor.token, arena);
    if (const Reason reason = checker_.skip_value(cursor, 1)) return reason;
  } while (cursor.take(','));
  return cursor.take('}') ? nullptr : kNotJson;
}

Reason RecordReader::scan_no_object(JsonCursor& cursor) {
  if (const Reason reason = checker_.skip_value(cursor, 0)) return reason;
  return cursor.at_end() ? kNotAnObject : kNotJson;
}

void RecordReader::note_field(std::string_view key, const std::uint32_t* value, Arena& arena) {
  const std::uint32_t field = fields_.find(text_of(key, arena));
  if (field == NameTable::kUnknown || places_[field].record == record_) return;
  places_[field] = {record_, value};
}

/// Sets `cursor` to the value of a top-level field of this record.
bool RecordReader::find_field(std::uint32_t field, JsonCursor& cursor) const {
  if (field == NameTable::kUnknown || places_[field].record != record_) return false;
  cursor.token = places_[field].token;
  return true;
}

Reason RecordReader::read_time(JsonCursor cursor, Event& event, Arena& arena) const {
  if (!options_.table_type.empty()) {
    event.time = kTimeMin;
    return nullptr;
  }
  if (!find_field(time_field_, cursor) || is_null(cursor)) return kNoTime;
  const bool is_text = cursor.peek() == '"';
  if (!is_text && options_.time_format == TimeFormat::rfc3339) return kBadTime;
  const auto time =
      parse_time(is_text ? text_of(cursor.take_string(), arena) : cursor.take_token(), options_.time_format);
  if (!time || *time < kEventTimeFirst || *time > kEventTimeLast) return kBadTime;
  event.time = *time;
  return nullptr;
}

Reason RecordReader::read_type(JsonCursor cursor, Event& event, Arena& arena) {
  if (!options_.table_type.empty()) {
    event.type_name = options_.table_type;
  } else {
    if (!find_field(type_field_, cursor) || is_null(cursor)) return kNoType;
    if (cursor.peek() != '"') return kTypeIsNoString;
    event.type_name = text_of(cursor.take_string(), arena);
  }
  event.type = known_type(event.type_name);
  return nullptr;
}

TypeId RecordReader::known_type(std::string_view name) const {
  const std::uint32_t known = types_.find(name);
  return known == NameTable::kUnknown ? kOtherType : TypeId{static_cast<std::uint16_t>(known + 1)};
}

void RecordReader::read_values(JsonCursor cursor, Event& event, Arena& arena) {
  event.values = nullptr;
  if (!schema_->layout(event.type).seen) return;
  const std::vector<Slot>& slots = slots_[event.type.value];
  Value* values = arena.allocate<Value>(slots.size());
  event.values = values;
  for (const Slot& slot : slots) *values++ = read_slot(slot, cursor, arena);
}

Value RecordReader::read_slot(const Slot& slot, JsonCursor cursor, Arena& arena) {
  if (!find_field(slot.field, cursor)) return Value::null();
  for (const PathSegment& segment : slot.rest) {
    if (!descend(segment, cursor, arena)) return Value::null();
  }
  return read_value(cursor, arena);
}

bool RecordReader::descend(const PathSegment& segment, JsonCursor& cursor, Arena& arena) {
  if (const auto* name = std::get_if<std::string>(&segment)) return descend_to_member(*name, cursor, arena);
  return descend_to_element(std::get<std::uint32_t>(segment), cursor);
}

bool RecordReader::descend_to_member(std::string_view name, JsonCursor& cursor, Arena& arena) {
  if (!cursor.take('{') || cursor.peek() == '}') return false;
  do {
    std::string_view key;
    checker_.take_key(cursor, key);
    if (text_of(key, arena) == name) return true;
    checker_.skip_value(cursor, 1);
  } while (cursor.take(','));
  return false;
}

bool RecordReader::descend_to_element(std::uint32_t index, JsonCursor& cursor) {
  if (!cursor.take('[') || cursor.peek() == ']') return false;
  for (; index != 0; --index) {
    checker_.skip_value(cursor, 1);
    if (!cursor.take(',')) return false;
  }
  return true;
}

/// The record was checked by now.
Value RecordReader::read_value(JsonCursor cursor, Arena& arena) {
  const char first = cursor.peek();
  if (first == '"') return Value::string(text_of(cursor.take_string(), arena));
  if (first != '{' && first != '[') return scalar_value(cursor.take_token());
  const std::uint32_t from = *cursor.token;
  checker_.skip_value(cursor, 1);
  return Value::json({cursor.record->text + from, cursor.token[-1] + 1 - from});
}

std::string_view RecordReader::text_of(std::string_view between_quotes, Arena& arena) const {
  const bool escaped = escapes_ && between_quotes.find('\\') != between_quotes.npos;
  return escaped ? unescape(between_quotes, arena) : between_quotes;
}

}  // namespace tocsin::connectors
