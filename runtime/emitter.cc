#include "runtime/emitter.h"

#define XXH_INLINE_ALL  // some tens of bytes: the call would cost as much as the hash
#include <xxhash.h>

namespace tocsin::runtime {

using patterns::Output;

std::string_view name_of(AlertKind kind) {
  return kind == AlertKind::match ? "match" : "timeout";
}

namespace {

void append_raw(std::string& out, std::uint64_t v) {
  out.append(reinterpret_cast<const char*>(&v), sizeof v);
}

void append_hex(std::string& out, std::uint64_t v) {
  std::array<char, 16> digits;
  for (char& digit : digits) {
    digit = "0123456789abcdef"[v >> 60];
    v <<= 4;
  }
  out.append(digits.data(), digits.size());
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out += '"';
  out += name;
  out += "\":";
  append_json_string(out, text);
  out += ',';
}

/// `"name":`
std::string member_name(std::string_view name) {
  std::string out;
  append_json_string(out, name);
  return out + ':';
}

void append_time_member(std::string& out, std::string_view name, EventTime time) {
  out += '"';
  out += name;
  out += "\":\"";
  append_rfc3339(out, time);
  out += "\",";
}

/// A deadline's alerts come in the order in which their matches began.
void begin_with(AlertOrder& order, const TakenEvent& first) {
  const Event& event = first.stored->event;
  order.began = event.time;
  order.partition = event.partition.value;
  order.offset = event.offset;
}

/// Replaces the comma after the last member, or follows an opening bracket, with `close`.
void close_with(std::string& out, char close) {
  if (out.back() == ',') {
    out.back() = close;
  } else {
    out += close;
  }
}

}  // namespace

AlertOrder order_of(const Event& event) {
  AlertOrder order;
  order.decided = event.time;
  order.partition = event.partition.value;
  order.offset = event.offset;
  return order;
}

Emitter::Emitter(Context& context, std::uint32_t rule, RuleCounters& counters)
    : context_{context}, rule_{rule}, program_{*context.rules->rules()[rule].program}, counters_{counters} {
  for (const AlertKind kind : {AlertKind::match, AlertKind::timeout}) {
    auto& [head, id_bytes] = constants_[static_cast<std::size_t>(kind)];
    append_member(head, "rule", program_.id);
    append_member(head, "version", program_.version);
    append_member(head, "kind", name_of(kind));
    append_member(head, "severity", name_of(program_.severity));
    id_bytes = program_.id + '\0' + program_.version + static_cast<char>(kind);
  }
  for (const patterns::KeyPart& part : program_.key) key_names_.push_back(member_name(part.name));
  for (const patterns::Variable& v : program_.variables) variable_names_.push_back(member_name(v.name));
}

void Emitter::emit(ResultView result) {
  const bool match = result.kind == AlertKind::match;
  ++(match ? counters_.matches : counters_.timeouts);
  const std::optional<Output>& output = match ? program_.on_match : program_.on_timeout;
  if (!output) return;
  if (program_.suppress > Duration{0} && held_back(result)) return;
  ++counters_.alerts;
  if (!context_.render_alerts) return;

  collect_path(result.tail, path_);
  if (result.order.decided != ordinal_decided_) ordinal_ = 0;
  ordinal_decided_ = result.order.decided;
  Alert& alert = context_.alerts->alerts.emplace_back();
  alert.order = result.order;
  if (result.order.phase != AlertOrder::Phase::event && result.window == nullptr)
    begin_with(alert.order, *path_.front());
  alert.order.rule = rule_;
  alert.order.ordinal = ordinal_++;
  alert.kind = result.kind;
  alert.time = result.time;
  alert.begin = context_.alerts->lines.size();
  render(result, *output, context_.alerts->lines);
  alert.size = context_.alerts->lines.size() - alert.begin;
}

/// Whether the last alert of the key is too near; if not, this one tells how many were.
bool Emitter::held_back(ResultView& result) {
  RuleState& state = *result.key->find(rule_);
  if (state.silence == nullptr) {
    state.silence = std::make_unique<Silence>();
  } else if (result.time <= silence_end(state.silence->told, program_.suppress)) {
    ++state.silence->held;
    ++counters_.suppressed;
    return true;
  }
  result.suppressed = state.silence->held;
  *state.silence = {result.time, 0, false};
  const EventTime end = silence_end(result.time, program_.suppress);
  context_.timers.push_unordered({end, result.key, result.key->generation, rule_});
  return false;
}

void Emitter::render(const ResultView& result, const Output& output, std::string& line) {
  line += "{\"id\":\"";
  append_id(result, line);
  line += "\",";
  line += constants(result.kind).head;
  append_time_member(line, "time", result.time);
  if (context_.idle_clock) line += "\"clock\":\"idle\",";
  append_key(result, line);
  append_output(result, output, line);
  if (result.window != nullptr) {
    line += "\"window\":{";
    append_time_member(line, "start", result.window_begin);
    append_time_member(line, "end", result.window_end);
    close_with(line, '}');
    line += ',';
  }
  append_events(line);
  if (result.kind == AlertKind::timeout) append_waiting(result, line);
  if (result.suppressed > 0) line += "\"suppressed\":" + std::to_string(result.suppressed) + ",";
  close_with(line, '}');
  line += '\n';
}

/// The same for the same rule, version, key and events, wherever and whenever it is found.
void Emitter::append_id(const ResultView& result, std::string& line) {
  id_bytes_ = constants(result.kind).id_bytes;
  append_raw(id_bytes_, result.key->key.size());
  id_bytes_ += result.key->key_bytes();
  if (result.window != nullptr) {
    append_raw(id_bytes_, static_cast<std::uint64_t>(result.window_begin.time_since_epoch().count()));
    append_raw(id_bytes_, static_cast<std::uint64_t>(result.window_end.time_since_epoch().count()));
  }
  for (const TakenEvent* taken : path_) {
    append_raw(id_bytes_, taken->variable.value);
    append_raw(id_bytes_, taken->stored->event.partition.value);
    append_raw(id_bytes_, taken->stored->event.offset);
  }
  const XXH128_hash_t hash = XXH3_128bits(id_bytes_.data(), id_bytes_.size());
  append_hex(line, hash.high64);
  append_hex(line, hash.low64);
}

void Emitter::append_key(const ResultView& result, std::string& line) {
  line += "\"key\":{";
  std::string_view bytes = result.key->key_bytes();
  for (const std::string& name : key_names_) {
    line += name;
    append_json(line, read_key_bytes(bytes));
    line += ',';
  }
  close_with(line, '}');
  line += ',';
}

void Emitter::append_output(const ResultView& result, const Output& output, std::string& line) {
  if (!output.message && output.fields.empty()) return;
  context_.scratch.reset();
  Scope scope{program_.expressions, context_.rules->schema(), context_.scratch, counters_.null_operations};
  scope.taken = result.tail;
  scope.window = result.window;
  scope.key = result.key->key_bytes();
  scope.alert_time = result.time;
  if (output.message) {
    message_.clear();
    for (const auto& part : output.message->parts) {
      if (const auto* text = std::get_if<std::string>(&part)) {
        message_ += *text;
      } else {
        append_plain(message_, evaluate(scope, std::get<patterns::ExpressionId>(part)));
      }
    }
    append_member(line, "message", message_);
  }
  if (output.fields.empty()) return;
  line += "\"fields\":{";
  for (const patterns::Field& field : output.fields) {
    append_json_string(line, field.name);
    line += ':';
    append_json(line, evaluate(scope, field.value));
    line += ',';
  }
  close_with(line, '}');
  line += ',';
}

/// variable -> list of the taken events, as received; variables in the order of the rule.
void Emitter::append_events(std::string& line) {
  line += "\"events\":{";
  patterns::VariableMask there = 0;
  for (const TakenEvent* taken : path_) there |= patterns::mask_of(taken->variable);
  for (std::uint16_t v = 0; v < program_.variables.size(); ++v) {
    const patterns::VariableId variable{v};
    if ((there & patterns::mask_of(variable)) == 0) continue;
    line += variable_names_[v];
    line += '[';
    for (const TakenEvent* taken : path_) {
      if (taken->variable != variable) continue;
      line += taken->stored->event.raw;
      line += ',';
    }
    close_with(line, ']');
    line += ',';
  }
  close_with(line, '}');
  line += ',';
}

void Emitter::append_waiting(const ResultView& result, std::string& line) {
  line += "\"waiting\":[";
  for (std::uint16_t v = 0; v < program_.variables.size(); ++v) {
    if ((result.waiting & patterns::mask_of(patterns::VariableId{v})) == 0) continue;
    append_json_string(line, program_.variables[v].name);
    line += ',';
  }
  close_with(line, ']');
  line += ',';
}

}  // namespace tocsin::runtime
