#include "runtime/alert_writer.h"

#include "runtime/derived_event.h"

#define XXH_INLINE_ALL  // some tens of bytes: the call would cost as much as the hash
#include <xxhash.h>

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
void append_raw(TextBuffer& out, Numbers... numbers) {
  constexpr std::size_t kBytes = sizeof(std::uint64_t);
  char* to = out.room(kBytes * sizeof...(numbers));
  for (const std::uint64_t number : {std::uint64_t{numbers}...}) {
    std::memcpy(to, &number, kBytes);
    to += kBytes;
  }
  out.take(kBytes * sizeof...(numbers));
}

/// As append_json_text; `scratch` is of use where something has to be escaped.
void add_json_text(TextBuffer& out, std::string_view text, std::string& scratch) {
  if (is_plain_json_text(text)) {
    out += text;
    return;
  }
  scratch.clear();
  append_json_text(scratch, text);
  out += scratch;
}

/// As append_json.
void add_json(TextBuffer& out, const Value& v, std::string& scratch) {
  if (v.is_string()) {
    out += '"';
    add_json_text(out, v.as_text(), scratch);
    out += '"';
    return;
  }
  scratch.clear();
  append_json(scratch, v);
  out += scratch;
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
}

AlertWriter::Kind AlertWriter::make_kind(const patterns::Program& program, AlertKind kind) {
  Kind out;
  out.head = std::string(kIdBegin) + std::string(kIdBytes, '0') + "\"," + text_member("rule", program.id) + text_member("version", program.version) +
             text_member("kind", name_of(kind)) + text_member("severity", name_of(program.severity)) +
             "\"time\":\"";
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
  line += kind.head;
  append_time(line, alert.time);
  if (alert.idle_clock) line += "\"clock\":\"idle\",";
  append_key(alert.key, line);
  append_output(alert, kind, null_operations, line);
  if (alert.has_span()) {
    line += "\"window\":{\"start\":\"";
    append_time(line, alert.window_begin);
    line += "\"end\":\"";
    append_time(line, alert.window_end);
    line.back() = '}';
    line += ',';
  }
  append_events(alert.path, line);
  if (alert.kind == AlertKind::timeout) append_waiting(alert.waiting, line);
  if (alert.suppressed > 0) {
    line += ",\"suppressed\":";
    line += std::to_string(alert.suppressed);
  }
  line += "}\n";
  // Only now: what was written in parts just before would be waited for.
  put_id(line.at(begin + kIdBegin.size()));
}

/// With the quote and the comma behind it.
void AlertWriter::append_time(TextBuffer& line, EventTime time) {
  char* const begin = line.room(TimeWriter::kBytesMax + 2);
  char* end = times_.put(begin, time);
  *end++ = '"';
  *end++ = ',';
  line.take(static_cast<std::size_t>(end - begin));
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
  id_bytes_.clear();
  id_bytes_ += kinds_[static_cast<std::size_t>(alert.kind)].id_bytes;
  append_raw(id_bytes_, alert.key.size());
  id_bytes_ += alert.key;
  if (alert.has_span()) {
    append_raw(id_bytes_,
               static_cast<std::uint64_t>(alert.window_begin.time_since_epoch().count()),
               static_cast<std::uint64_t>(alert.window_end.time_since_epoch().count()));
  }
  if (alert.window == nullptr && alert.path.empty())
    append_raw(id_bytes_, static_cast<std::uint64_t>(alert.time.time_since_epoch().count()));
  for (const TakenEvent* taken : alert.path) {
    const StoredEvent& event = *taken->stored;
    if (event.partition == kDerivedPartition) {
      append_raw(id_bytes_, taken->variable.value, event.partition.value);
      id_bytes_ += alert_id_of(event.raw());
    } else {
      append_raw(id_bytes_, taken->variable.value, event.partition.value, event.offset);
      // A record may be in several streams.
      if (event.late()) id_bytes_ += event.event(schema_).type_name;
    }
  }
}

/// As it stands in the line: kIdBytes.
void AlertWriter::put_id(char* to) const {
  const XXH128_hash_t hash = XXH3_128bits(id_bytes_.text().data(), id_bytes_.size());
  put_hex(put_hex(to, hash.high64), hash.low64);
}

void AlertWriter::append_key(std::string_view bytes, TextBuffer& line) {
  if (key_begins_.empty()) {
    line += "\"key\":{},";
    return;
  }
  for (const std::string& begin : key_begins_) {
    line += begin;
    add_json(line, read_key_bytes(bytes), escaped_);
  }
  line += "},";
}

void AlertWriter::append_output(const AlertView& alert,
                                const Kind& kind,
                                std::uint64_t& null_operations,
                                TextBuffer& line) {
  if (kind.message.empty() && kind.fields.empty()) return;
  const Scope scope = scope_of(alert, null_operations);
  for (std::size_t i = 0; i < kind.message.size(); ++i) {
    line += kind.message[i];
    if (i < kind.holes.size()) append_hole(evaluate(scope, kind.holes[i]), line);
  }
  if (kind.fields.empty()) return;
  const auto& output = alert.kind == AlertKind::match ? program_.on_match : program_.on_timeout;
  for (std::size_t i = 0; i < kind.fields.size(); ++i) {
    line += kind.fields[i];
    add_json(line, evaluate(scope, output->fields[i].value), escaped_);
  }
  line += "},";
}

/// `v` as a message shows it, within a JSON string.
void AlertWriter::append_hole(const Value& v, TextBuffer& line) {
  if (v.is_string()) return add_json_text(line, v.as_text(), escaped_);
  hole_.clear();
  append_plain(hole_, v);
  add_json_text(line, hole_, escaped_);
}

/// variable -> list of the taken events, as received; variables in the order of the rule.
void AlertWriter::append_events(std::span<const TakenEvent* const> path, TextBuffer& line) const {
  line += "\"events\":{";
  patterns::VariableMask there = 0;
  for (const TakenEvent* taken : path) there |= patterns::mask_of(taken->variable);
  for (patterns::VariableMask left = there; left != 0; left &= left - 1) {
    const auto variable = static_cast<std::size_t>(std::countr_zero(left));
    line += variable_begins_[variable];
    for (const TakenEvent* taken : path) {
      if (taken->variable.value == variable) line.add(taken->stored->raw(), ',');
    }
    line.back() = ']';
    line += ',';
  }
  if (there == 0) {
    line += '}';
  } else {
    line.back() = '}';
  }
}

void AlertWriter::append_waiting(VariableMask waiting, TextBuffer& line) {
  if (waiting != waiting_ || waiting_text_.empty()) {
    waiting_ = waiting;
    waiting_text_ = ",\"waiting\":[";
    for (std::uint16_t v = 0; v < program_.variables.size(); ++v) {
      if ((waiting & patterns::mask_of(patterns::VariableId{v})) == 0) continue;
      append_json_string(waiting_text_, program_.variables[v].name);
      waiting_text_ += ',';
    }
    if (waiting != 0) waiting_text_.pop_back();
    waiting_text_ += ']';
  }
  line += waiting_text_;
}

}  // namespace tocsin::runtime
