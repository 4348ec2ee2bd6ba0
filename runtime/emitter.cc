#include "runtime/emitter.h"

#define XXH_INLINE_ALL  // some tens of bytes: the call would cost as much as the hash
#include <xxhash.h>

#include <algorithm>
#include <cstring>

namespace tocsin::runtime {

using patterns::Output;
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

void append_raw(TextBuffer& out, std::uint64_t number) {
  std::memcpy(out.room(sizeof number), &number, sizeof number);
  out.take(sizeof number);
}

/// One by one: all at once they would be read before they have been written.
template <class... Numbers>
void append_raw(TextBuffer& out, std::uint64_t first, Numbers... others) {
  append_raw(out, first);
  append_raw(out, others...);
}

/// With the quote and the comma behind it.
void append_time(TextBuffer& out, EventTime time) {
  char* const begin = out.room(kRfc3339BytesMax);
  out.take(static_cast<std::size_t>(put_rfc3339(begin, time) - begin));
  out += "\",";
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

constexpr std::array<std::array<char, 2>, 256> make_hex_pairs() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<std::array<char, 2>, 256> pairs{};
  for (std::size_t byte = 0; byte < pairs.size(); ++byte)
    pairs[byte] = {kDigits[byte >> 4], kDigits[byte & 15]};
  return pairs;
}
constexpr auto kHexPairs = make_hex_pairs();

char* put_hex(char* to, std::uint64_t v) {
  for (int shift = 56; shift >= 0; shift -= 8) to = std::copy_n(kHexPairs[v >> shift & 0xff].data(), 2, to);
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

/// Where in the order of events a result was decided.
EventPlace decided_at(const AlertOrder& order) {
  if (order.phase != AlertOrder::Phase::event) return place_after(order.decided);
  return {order.decided, order.partition, order.offset};
}

/// A deadline's alerts come in the order in which their matches began.
void begin_with(AlertOrder& order, const TakenEvent& first) {
  order.began = first.stored->time;
  order.partition = first.stored->partition.value;
  order.offset = first.stored->offset;
}

}  // namespace

Emitter::Emitter(Context& context, std::uint32_t rule, RuleCounters& counters)
    : context_{context},
      rule_{rule},
      program_{*context.rules->rules()[rule].program},
      counters_{counters},
      derives_{derives(AlertKind::match), derives(AlertKind::timeout)},
      tells_matches_{program_.on_match.has_value()},
      tells_timeouts_{program_.on_timeout.has_value()},
      derived_writer_{program_, context.rules->schema()},
      kinds_{make_kind(program_, AlertKind::match), make_kind(program_, AlertKind::timeout)} {
  for (const patterns::KeyPart& part : program_.key) {
    key_begins_.push_back((key_begins_.empty() ? "\"key\":{" : ",") + member_name(part.name));
  }
  for (const patterns::Variable& v : program_.variables)
    variable_begins_.push_back(member_name(v.name) + '[');
}

/// The type of the events that alerts of `kind` become.
std::optional<TypeId> Emitter::emitted_type(AlertKind kind) const {
  const auto& output = kind == AlertKind::match ? program_.on_match : program_.on_timeout;
  return output ? output->emit_to : std::nullopt;
}

bool Emitter::derives(AlertKind kind) const {
  const auto type = emitted_type(kind);
  return type && !context_.rules->spaces_of_type(*type).empty();
}

Emitter::Kind Emitter::make_kind(const patterns::Program& program, AlertKind kind) {
  Kind out;
  out.head = "\"," + text_member("rule", program.id) + text_member("version", program.version) +
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

void Emitter::tell(const ResultView& result) {
  ++(result.kind == AlertKind::match ? counters_.matches : counters_.timeouts);
  std::uint64_t suppressed = 0;
  if (program_.suppress > Duration{0}) {
    const auto before = held_back_before(result);
    if (!before) return;
    suppressed = *before;
  }
  ++counters_.alerts;
  const bool becomes_event = derives_[static_cast<std::size_t>(result.kind)];
  if (!context_.render_alerts && !becomes_event) return;

  collect_path(result.tail, path_);
  const AlertOrder order = place_of(result);
  if (becomes_event) derive(result, order);
  if (!context_.render_alerts) return;
  AlertBatch& batch = *context_.alerts;
  const std::size_t begin = batch.lines.size();
  render(result, suppressed, batch.lines);
  batch.alerts.push_back({order, result.kind, result.time, begin, batch.lines.size() - begin});
}

/// Of the result whose path is at hand.
AlertOrder Emitter::place_of(const ResultView& result) {
  if (result.order.decided != ordinal_decided_) ordinal_ = 0;
  ordinal_decided_ = result.order.decided;
  AlertOrder order = result.order;
  if (order.phase != AlertOrder::Phase::event && result.window == nullptr && !path_.empty())
    begin_with(order, *path_.front());
  order.level = program_.level;
  order.rule = rule_;
  order.key_hash = result.key->hash;
  order.ordinal = ordinal_++;
  return order;
}

/// What time decided late, because it waited for its start's other runs, happens when it is told: other rules
/// may have seen what came before. What time decides beyond the last that events may have happens at that.
void Emitter::derive(const ResultView& result, const AlertOrder& order) {
  AlertBatch& batch = *context_.alerts;
  Derived& derived = batch.derived.emplace_back();
  derived.order = order;
  derived.time = std::min(std::max(result.time, order.decided), kEventTimeLast);
  derived.type = *emitted_type(result.kind);
  derived.begin = batch.derived_text.size();
  id_.clear();
  append_id(result, id_);
  context_.scratch.reset();
  const std::uint64_t null_operations = counters_.null_operations;
  const std::string_view id = id_.text().substr(kIdBegin.size());
  const EventPlace decided = decided_at(result.order);
  derived_writer_.write(result.kind, derived.time, id, scope_of(result, decided), batch.derived_text);
  if (context_.render_alerts) counters_.null_operations = null_operations;  // the alert counts them
  derived.size = batch.derived_text.size() - derived.begin;
  if (derived.size <= context_.emitted_bytes_max) return;
  ++counters_.emitted_too_long;
  batch.derived_text.resize(derived.begin);
  batch.derived.pop_back();
}

/// Tables are asked as of `decided`, which is borrowed.
Scope Emitter::scope_of(const ResultView& result, const EventPlace& decided) {
  Scope scope{program_.expressions, context_.rules->schema(), context_.scratch, counters_.null_operations};
  scope.taken = result.named != nullptr ? result.named : result.tail;
  scope.window = result.window;
  scope.key = result.key->key_bytes();
  scope.alert_time = result.time;
  scope.tables = context_.tables;
  scope.as_of = &decided;
  return scope;
}

/// How many alerts of the key were held back since the last one was told; nothing if this one is too near to
/// it.
std::optional<std::uint64_t> Emitter::held_back_before(const ResultView& result) {
  RuleState& state = *result.key->find(rule_);
  if (state.silence == nullptr) {
    state.silence = std::make_unique<Silence>();
  } else if (result.time <= silence_end(state.silence->told, program_.suppress)) {
    ++state.silence->held;
    ++counters_.suppressed;
    return std::nullopt;
  }
  const std::uint64_t held = state.silence->held;
  *state.silence = {{}, result.time, 0, false};
  const EventTime end = silence_end(result.time, program_.suppress);
  context_.timers.push_unordered({end, result.key, result.key->generation, rule_});
  return held;
}

void Emitter::render(const ResultView& result, std::uint64_t suppressed, TextBuffer& line) {
  const Kind& kind = kinds_[static_cast<std::size_t>(result.kind)];
  append_id(result, line);
  line += kind.head;
  append_time(line, result.time);
  if (context_.idle_clock) line += "\"clock\":\"idle\",";
  append_key(result, line);
  append_output(result, kind, line);
  if (result.has_span()) {
    line += "\"window\":{\"start\":\"";
    append_time(line, result.window_begin);
    line += "\"end\":\"";
    append_time(line, result.window_end);
    line.back() = '}';
    line += ',';
  }
  append_events(line);
  if (result.kind == AlertKind::timeout) append_waiting(result.waiting, line);
  if (suppressed > 0) {
    line += ",\"suppressed\":";
    line += std::to_string(suppressed);
  }
  line += "}\n";
}

/// `{"id":"…`: the same for the same rule, version, key and events, wherever and whenever it is found.
void Emitter::append_id(const ResultView& result, TextBuffer& line) {
  id_bytes_.clear();
  id_bytes_ += kinds_[static_cast<std::size_t>(result.kind)].id_bytes;
  append_raw(id_bytes_, result.key->key_bytes().size());
  id_bytes_ += result.key->key_bytes();
  if (result.has_span()) {
    append_raw(id_bytes_,
               static_cast<std::uint64_t>(result.window_begin.time_since_epoch().count()),
               static_cast<std::uint64_t>(result.window_end.time_since_epoch().count()));
  }
  if (result.window == nullptr && path_.empty())
    append_raw(id_bytes_, static_cast<std::uint64_t>(result.time.time_since_epoch().count()));
  for (const TakenEvent* taken : path_) {
    const StoredEvent& event = *taken->stored;
    if (event.partition == kDerivedPartition) {
      append_raw(id_bytes_, taken->variable.value, event.partition.value);
      id_bytes_ += alert_id_of(event.raw());
    } else {
      append_raw(id_bytes_, taken->variable.value, event.partition.value, event.offset);
      // A record may be in several streams.
      if (event.late()) id_bytes_ += event.event(context_.rules->schema()).type_name;
    }
  }
  const XXH128_hash_t hash = XXH3_128bits(id_bytes_.text().data(), id_bytes_.size());
  line += kIdBegin;
  char* const digits = line.room(2 * sizeof hash);
  put_hex(put_hex(digits, hash.high64), hash.low64);
  line.take(2 * sizeof hash);
}

void Emitter::append_key(const ResultView& result, TextBuffer& line) {
  if (key_begins_.empty()) {
    line += "\"key\":{},";
    return;
  }
  std::string_view bytes = result.key->key_bytes();
  for (const std::string& begin : key_begins_) {
    line += begin;
    add_json(line, read_key_bytes(bytes), scratch_);
  }
  line += "},";
}

void Emitter::append_output(const ResultView& result, const Kind& kind, TextBuffer& line) {
  if (kind.message.empty() && kind.fields.empty()) return;
  context_.scratch.reset();
  const EventPlace decided = decided_at(result.order);
  const Scope scope = scope_of(result, decided);
  for (std::size_t i = 0; i < kind.message.size(); ++i) {
    line += kind.message[i];
    if (i < kind.holes.size()) append_hole(evaluate(scope, kind.holes[i]), line);
  }
  if (kind.fields.empty()) return;
  const auto& output = result.kind == AlertKind::match ? program_.on_match : program_.on_timeout;
  for (std::size_t i = 0; i < kind.fields.size(); ++i) {
    line += kind.fields[i];
    add_json(line, evaluate(scope, output->fields[i].value), scratch_);
  }
  line += "},";
}

/// `v` as a message shows it, within a JSON string.
void Emitter::append_hole(const Value& v, TextBuffer& line) {
  if (v.is_string()) return add_json_text(line, v.as_text(), scratch_);
  hole_.clear();
  append_plain(hole_, v);
  add_json_text(line, hole_, scratch_);
}

/// variable -> list of the taken events, as received; variables in the order of the rule.
void Emitter::append_events(TextBuffer& line) const {
  line += "\"events\":{";
  patterns::VariableMask there = 0;
  for (const TakenEvent* taken : path_) there |= patterns::mask_of(taken->variable);
  for (std::uint16_t v = 0; v < program_.variables.size(); ++v) {
    const patterns::VariableId variable{v};
    if ((there & patterns::mask_of(variable)) == 0) continue;
    line += variable_begins_[v];
    for (const TakenEvent* taken : path_) {
      if (taken->variable != variable) continue;
      line += taken->stored->raw();
      line += ',';
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

void Emitter::append_waiting(VariableMask waiting, TextBuffer& line) {
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
