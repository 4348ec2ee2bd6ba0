#include "runtime/alert_writer.h"

#include "runtime/derived_event.h"

#define XXH_INLINE_ALL  // some tens of bytes: the call would cost as much as the hash
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace tocsin::runtime {

using patterns::VariableMask;

std::string_view name_of(AlertKind kind) {
  switch (kind) {
    case AlertKind::match:
      return "match";
    case AlertKind::timeout:
      return "timeout";
    case AlertKind::retract:
      return "retract";
  }
  return {};
}

namespace {

constexpr std::string_view kIdBegin = "{\"id\":\"";

template <class... Numbers>
char* put_raw(char* to, Numbers... numbers) {
  for (const std::uint64_t number : {std::uint64_t{numbers}...}) {
    std::memcpy(to, &number, sizeof number);
    to += sizeof number;
  }
  return to;
}

/// The digits of `v` in base 16, the highest one first: each of eight bytes has one of four bits.
constexpr std::uint64_t hex_digits(std::uint32_t v) {
  std::uint64_t digits = std::uint64_t{v & 0xffffu} << 32 | v >> 16;
  digits = (digits & 0x0000'00ff'0000'00ff) << 16 | (digits >> 8 & 0x0000'00ff'0000'00ff);
  digits = (digits & 0x000f'000f'000f'000f) << 8 | (digits >> 4 & 0x000f'000f'000f'000f);
  const std::uint64_t letters = (digits + 0x0606'0606'0606'0606) >> 4 & 0x0101'0101'0101'0101;
  return digits + 0x3030'3030'3030'3030 + letters * ('a' - '0' - 10);
}
static_assert(hex_digits(0x09afc350) == 0x3035'3363'6661'3930, "as they lie in memory: 09afc350");
static_assert(std::endian::native == std::endian::little);

char* put_hex(char* to, std::uint64_t v) {
  for (const auto half : {static_cast<std::uint32_t>(v >> 32), static_cast<std::uint32_t>(v)}) {
    const std::uint64_t digits = hex_digits(half);
    std::memcpy(to, &digits, sizeof digits);
    to += sizeof digits;
  }
  return to;
}

/// `"name":"text",`
std::string text_member(std::string_view name, std::string_view text) {
  std::string out;
  append_json_string(out, name);
  out += ':';
  append_json_string(out, text);
  return out + ',';
}

/// `"name":`
std::string member_name(std::string_view name) {
  std::string out;
  append_json_string(out, name);
  return out + ':';
}

}  // namespace

AlertWriter::AlertWriter(const patterns::Program& program,
                         const Schema& schema,
                         const TableStore* tables,
                         Arena& scratch)
    : program_{program},
      schema_{schema},
      tables_{tables},
      texts_{scratch},
      kinds_{make_kind(program, AlertKind::match), make_kind(program, AlertKind::timeout)} {
  for (const patterns::KeyPart& part : program.key) {
    key_begins_.push_back((key_begins_.empty() ? "\"key\":{" : ",") + member_name(part.name));
  }
  for (const patterns::Variable& v : program.variables) variable_begins_.push_back(member_name(v.name) + '[');
  constant_bytes_ = std::max(kinds_[0].constant_bytes(), kinds_[1].constant_bytes()) + kConstantBytesMax;
  for (const std::string& begin : key_begins_) constant_bytes_ += begin.size();
  for (const std::string& begin : variable_begins_)
    constant_bytes_ += 2 * (begin.size() + 1);  // among the events, and those waited for
}

std::size_t AlertWriter::Kind::constant_bytes() const {
  std::size_t bytes = head.size();
  for (const std::string& text : message) bytes += text.size();
  for (const std::string& text : fields) bytes += text.size();
  return bytes;
}

AlertWriter::Kind AlertWriter::make_kind(const patterns::Program& program, AlertKind kind) {
  Kind out;
  out.head = std::string(kIdBegin) + std::string(kIdBytes, '0') + "\"," + text_member("rule", program.id) +
             text_member("version", program.version) + text_member("kind", name_of(kind)) +
             text_member("severity", name_of(program.severity)) + "\"time\":\"";
  out.id_bytes = program.id + '\0' + program.version + static_cast<char>(kind);
  const auto& output = kind == AlertKind::match ? program.on_match : program.on_timeout;
  if (!output) return out;
  if (output->message) {
    out.message.emplace_back("\"message\":\"");
    for (const auto& part : output->message->parts) {
      if (const auto* text = std::get_if<std::string>(&part)) {
        append_json_text(out.message.back(), *text);
      } else {
        out.holes.push_back(std::get<patterns::ExpressionId>(part));
        out.message.emplace_back();
      }
    }
    out.message.back() += "\",";
  }
  for (const patterns::Field& field : output->fields) {
    out.fields.push_back((out.fields.empty() ? "\"fields\":{" : ",") + member_name(field.name));
  }
  return out;
}

void AlertWriter::write(const AlertView& alert, std::uint64_t& null_operations, TextBuffer& line) {
  const Kind& kind = kinds_[static_cast<std::size_t>(alert.kind)];
  gather_id_bytes(alert);
  const std::size_t begin = line.size();
  char* at = put_bytes(line.room(constant_bytes_), kind.head);
  at = put_time(at, alert.time);
  if (alert.idle_clock) at = put_bytes(at, "\"clock\":\"idle\",");
  at = put_key(alert.key, line, at);
  if (!kind.message.empty() || !kind.fields.empty()) at = put_output(alert, kind, null_operations, line, at);
  if (alert.has_span()) {
    at = put_time(put_bytes(at, "\"window\":{\"start\":\""), alert.window_begin);
    at = put_time(put_bytes(at, "\"end\":\""), alert.window_end);
    at = put_bytes(at - 1, "},");
  }
  at = put_events(alert.path, line, at);
  if (alert.kind == AlertKind::timeout) at = put_bytes(at, waiting_text(alert.waiting));
  if (alert.suppressed > 0) {
    at = put_bytes(put_bytes(at, ",\"suppressed\":"), std::to_string(alert.suppressed));
  }
  line.take_to(put_bytes(at, "}\n"));
  // Only now: what was written in parts just before would be waited for.
  put_id(line.at(begin + kIdBegin.size()));
}

/// With the quote and the comma behind it.
char* AlertWriter::put_time(char* at, EventTime time) {
  return put_bytes(times_.put(at, time), "\",");
}

std::string_view AlertWriter::id_of(const AlertView& alert) {
  gather_id_bytes(alert);
  put_id(id_.data());
  return {id_.data(), id_.size()};
}

/// Tables are asked as of the alert's place, which is borrowed.
Scope AlertWriter::scope_of(const AlertView& alert, std::uint64_t& null_operations) {
  texts_.reset();
  Scope scope{program_.expressions, schema_, texts_, null_operations};
  scope.taken = alert.named;
  scope.window = alert.window;
  scope.key = alert.key;
  scope.alert_time = alert.time;
  scope.tables = tables_;
  scope.as_of = &alert.decided;
  return scope;
}

/// What the id is the hash of: the same for the same rule, version, key and events, wherever and whenever it
/// is found.
void AlertWriter::gather_id_bytes(const AlertView& alert) {
  constexpr std::size_t kNumbers = 3;  // of an event; no more come before it
  constexpr std::size_t kNumbersBytes = kNumbers * sizeof(std::uint64_t);
  const std::string& begin = kinds_[static_cast<std::size_t>(alert.kind)].id_bytes;
  id_bytes_.clear();
  char* at = id_bytes_.room(begin.size() + alert.key.size() + 2 * kNumbersBytes);
  at = put_raw(put_bytes(at, begin), alert.key.size());
  at = put_bytes(at, alert.key);
  const auto number = [](EventTime time) {
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
  };
  if (alert.has_span()) at = put_raw(at, number(alert.window_begin), number(alert.window_end));
  if (alert.window == nullptr && alert.path.empty()) at = put_raw(at, number(alert.time));
  for (const TakenEvent* taken : alert.path) {
    const StoredEvent& event = *taken->stored;
    std::string_view name;
    if (event.late()) name = event.event(schema_).type_name;  // a record may be in several streams
    if (event.partition == kDerivedPartition) name = alert_id_of(event.raw());
    at = id_bytes_.room_from(at, kNumbersBytes + name.size());
    at = put_raw(at, taken->variable.value, event.partition.value);
    if (event.partition != kDerivedPartition) at = put_raw(at, event.offset);
    at = put_bytes(at, name);
  }
  id_bytes_.take_to(at);
}

/// As it stands in the line: kIdBytes.
void AlertWriter::put_id(char* to) const {
  const XXH128_hash_t hash = XXH3_128bits(id_bytes_.text().data(), id_bytes_.size());
  put_hex(put_hex(to, hash.high64), hash.low64);
}

/// `text` as it stands in a JSON string.
char* AlertWriter::put_text(std::string_view text, TextBuffer& line, char* at) {
  if (!is_plain_json_text(text)) {
    escaped_.clear();
    append_json_text(escaped_, text);
    text = escaped_;
  }
  return put_bytes(line.room_from(at, text.size() + constant_bytes_), text);
}

/// `v` as JSON.
char* AlertWriter::put_value(const Value& v, TextBuffer& line, char* at) {
  if (v.is_string()) return put_bytes(put_text(v.as_text(), line, put_bytes(at, "\"")), "\"");
  escaped_.clear();
  append_json(escaped_, v);
  return put_bytes(line.room_from(at, escaped_.size() + constant_bytes_), escaped_);
}

char* AlertWriter::put_key(std::string_view bytes, TextBuffer& line, char* at) {
  if (key_begins_.empty()) return put_bytes(at, "\"key\":{},");
  for (const std::string& begin : key_begins_) {
    at = put_bytes(at, begin);
    at = put_value(read_key_bytes(bytes), line, at);
  }
  return put_bytes(at, "},");
}

char* AlertWriter::put_output(
    const AlertView& alert, const Kind& kind, std::uint64_t& null_operations, TextBuffer& line, char* at) {
  const Scope scope = scope_of(alert, null_operations);
  for (std::size_t i = 0; i < kind.message.size(); ++i) {
    at = put_bytes(at, kind.message[i]);
    if (i < kind.holes.size()) at = put_hole(evaluate(scope, kind.holes[i]), line, at);
  }
  if (kind.fields.empty()) return at;
  const auto& output = alert.kind == AlertKind::match ? program_.on_match : program_.on_timeout;
  for (std::size_t i = 0; i < kind.fields.size(); ++i) {
    at = put_bytes(at, kind.fields[i]);
    at = put_value(evaluate(scope, output->fields[i].value), line, at);
  }
  return put_bytes(at, "},");
}

/// `v` as a message shows it, within a JSON string.
char* AlertWriter::put_hole(const Value& v, TextBuffer& line, char* at) {
  if (v.is_string()) return put_text(v.as_text(), line, at);
  hole_.clear();
  append_plain(hole_, v);
  return put_text(hole_, line, at);
}

/// variable -> list of the taken events, as received; variables in the order of the rule.
char* AlertWriter::put_events(std::span<const TakenEvent* const> path, TextBuffer& line, char* at) const {
  at = put_bytes(at, "\"events\":{");
  patterns::VariableMask there = 0;
  for (const TakenEvent* taken : path) there |= patterns::mask_of(taken->variable);
  if (there == 0) return put_bytes(at, "}");
  for (patterns::VariableMask left = there; left != 0; left &= left - 1) {
    const auto variable = static_cast<std::size_t>(std::countr_zero(left));
    at = put_bytes(at, variable_begins_[variable]);
    for (const TakenEvent* taken : path) {
      if (taken->variable.value != variable) continue;
      const std::string_view raw = taken->stored->raw();
      at = put_bytes(line.room_from(at, raw.size() + constant_bytes_), raw);
      at = put_bytes(at, ",");
    }
    at = put_bytes(at - 1, "],");
  }
  return put_bytes(at - 1, "}");
}

/// `,"waiting":["c"]`
std::string_view AlertWriter::waiting_text(VariableMask waiting) {
  if (waiting == waiting_ && !waiting_text_.empty()) return waiting_text_;
  waiting_ = waiting;
  waiting_text_ = ",\"waiting\":[";
  for (std::uint16_t v = 0; v < program_.variables.size(); ++v) {
    if ((waiting & patterns::mask_of(patterns::VariableId{v})) == 0) continue;
    append_json_string(waiting_text_, program_.variables[v].name);
    waiting_text_ += ',';
  }
  if (waiting != 0) waiting_text_.pop_back();
  waiting_text_ += ']';
  return waiting_text_;
}

}  // namespace tocsin::runtime
