#include "runtime/emitter.h"

#include <algorithm>

namespace tocsin::runtime {

namespace {

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
      suppresses_{program_.suppress > Duration{0}},
      derived_writer_{program_, context.rules->schema()},
      writer_{program_, context.rules->schema(), context.tables, context.scratch} {}

/// The type of the events that alerts of `kind` become.
std::optional<TypeId> Emitter::emitted_type(AlertKind kind) const {
  const auto& output = kind == AlertKind::match ? program_.on_match : program_.on_timeout;
  return output ? output->emit_to : std::nullopt;
}

bool Emitter::derives(AlertKind kind) const {
  const auto type = emitted_type(kind);
  return type && !context_.rules->spaces_of_type(*type).empty();
}

void Emitter::tell(ResultView& result) {
  ++(result.kind == AlertKind::match ? counters_.matches : counters_.timeouts);
  std::uint64_t suppressed = 0;
  if (suppresses_) {
    const auto before = held_back_before(result);
    if (!before) return;
    suppressed = *before;
  }
  ++counters_.alerts;
  const bool becomes_event = derives_[static_cast<std::size_t>(result.kind)];
  if (!context_.render_alerts && !becomes_event) return;

  collect_path(result.tail, path_);
  complete(result);
  if (becomes_event) derive(result);
  if (!context_.render_alerts) return;
  AlertBatch& batch = *context_.alerts;
  const std::size_t begin = batch.lines.size();
  writer_.write(view_of(result, suppressed), counters_.null_operations, batch.lines);
  batch.alerts.push_back({result.order, result.kind, result.time, begin, batch.lines.size() - begin});
}

/// The place in the order of alerts of the result whose path is at hand. Where it is: a copy of what the
/// executor has just written would wait for it.
void Emitter::complete(ResultView& result) {
  AlertOrder& order = result.order;
  if (order.decided != ordinal_decided_) ordinal_ = 0;
  ordinal_decided_ = order.decided;
  if (order.phase != AlertOrder::Phase::event && result.window == nullptr && !path_.empty())
    begin_with(order, *path_.front());
  order.level = program_.level;
  order.rule = rule_;
  order.key_hash = result.key->hash;
  order.ordinal = ordinal_++;
}

/// What time decided late, because it waited for its start's other runs, happens when it is told: other rules
/// may have seen what came before. What time decides beyond the last that events may have happens at that.
void Emitter::derive(const ResultView& result) {
  const AlertOrder& order = result.order;
  AlertBatch& batch = *context_.alerts;
  Derived& derived = batch.derived.emplace_back();
  derived.order = order;
  derived.time = std::min(std::max(result.time, order.decided), kEventTimeLast);
  derived.type = *emitted_type(result.kind);
  derived.begin = batch.derived_text.size();
  const std::uint64_t null_operations = counters_.null_operations;
  const AlertView view = view_of(result, 0);
  const std::string_view id = writer_.id_of(view);
  const Scope scope = writer_.scope_of(view, counters_.null_operations);
  derived_writer_.write(result.kind, derived.time, id, scope, batch.derived_text);
  if (context_.render_alerts) counters_.null_operations = null_operations;  // the alert counts them
  derived.size = batch.derived_text.size() - derived.begin;
  if (derived.size <= context_.emitted_bytes_max) return;
  ++counters_.emitted_too_long;
  batch.derived_text.resize(derived.begin);
  batch.derived.pop_back();
}

/// Of the result whose path is at hand.
AlertView Emitter::view_of(const ResultView& result, std::uint64_t suppressed) const {
  AlertView view;
  view.kind = result.kind;
  view.time = result.time;
  view.decided = decided_at(result.order);
  view.key = result.key->key_bytes();
  view.path = path_;
  view.named = result.named != nullptr ? result.named : result.tail;
  view.window = result.window;
  view.window_begin = result.window_begin;
  view.window_end = result.window_end;
  view.waiting = result.waiting;
  view.suppressed = suppressed;
  view.idle_clock = context_.idle_clock;
  return view;
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

}  // namespace tocsin::runtime
