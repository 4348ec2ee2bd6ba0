#include "runtime/window_executor.h"

#include <algorithm>

namespace tocsin::runtime {

using patterns::Aggregate;
using patterns::AggregateId;
using patterns::AggregateKind;
using patterns::VariableId;
using patterns::WindowEmit;
using patterns::WindowKind;

namespace {

AggregateId aggregate_id(std::size_t i) {
  return AggregateId{static_cast<std::uint16_t>(i)};
}

bool earlier(const TakenEvent& a, const TakenEvent& b) {
  return a.stored->sequence < b.stored->sequence;
}

}  // namespace

OpenWindow::OpenWindow(const patterns::ExpressionPool& expressions, EventTime first, EventTime last)
    : begin{first}, end{last} {
  for (std::size_t i = 0; i < expressions.aggregate_count(); ++i) {
    aggregates.emplace_back(expressions.aggregate(aggregate_id(i)).kind);
  }
}

Value OpenWindow::answer(AggregateId id, std::uint64_t& null_operations) const {
  return aggregates[id.value].result(null_operations);
}

WindowExecutor::WindowExecutor(Context& context, std::uint32_t rule)
    : context_{context},
      rule_{context.rules->rules()[rule]},
      program_{*rule_.program},
      window_{program_.window},
      rule_index_{rule},
      emitter_{context, rule, counters_},
      keeps_recent_{program_.emit == WindowEmit::close || program_.variables.size() > 1},
      operands_(program_.expressions.aggregate_count()) {
  if (window_.kind == WindowKind::sliding || window_.kind == WindowKind::session)
    end_lane_ = context.timers.lane_for(window_.size);
}

// --- one event -------------------------------------------------------------------------------------

Scope WindowExecutor::scope() {
  return {
      program_.expressions, context_.rules->schema(), context_.scratch, counters_.null_operations, event_};
}

/// Finds the variables that take `event`.
void WindowExecutor::look_at(const Event& event) {
  context_.scratch.reset();
  event_ = &event;
  taking_ = 0;
  const Scope s = scope();
  for (std::uint16_t v = 0; v < program_.variables.size(); ++v) {
    const patterns::VariableMask mask = patterns::mask_of(VariableId{v});
    if ((rule_.variables_of_type[event.type.value] & mask) == 0) continue;
    if (holds(s, program_.variables[v].own_condition)) taking_ |= mask;
  }
}

bool WindowExecutor::may_open(CurrentEvent& event) {
  look_at(event.event());
  return taking_ != 0;
}

void WindowExecutor::on_event(KeyState& key, RuleState& state, CurrentEvent& event) {
  look_at(event.event());
  if (taking_ == 0) return;
  if (state.window == nullptr) {
    state.window = new_state();
    state.window->recent.resize(keeps_recent_ ? program_.variables.size() : 0);
    ++counters_.runs_live;
  }
  WindowState& open = *state.window;
  if (window_.kind == WindowKind::sliding) make_room(key, open);
  for (std::size_t i = 0; i < operands_.size(); ++i) {
    operands_[i] = operand_of(program_.expressions.aggregate(aggregate_id(i)));
  }
  open_windows(key, state);
  if (open.windows.empty()) return drop(state);  // hopping with pauses: the event lies in one
  for (OpenWindow& window : open.windows) add_to(window);
  if (window_.kind == WindowKind::sliding) remember(open);
  if (keeps_recent_) keep_recent(open, event);

  const bool full = window_.kind == WindowKind::count && open.windows.front().events == window_.count;
  if (program_.emit != WindowEmit::close || full) {
    for (OpenWindow& window : open.windows)
      tell_if_holds(key, window, recent_chain(open, window, event.passing()));
  }
  if (full) drop(state);
}

/// Keys open and close windows all the time: what one leaves, another takes.
std::unique_ptr<WindowState> WindowExecutor::new_state() {
  if (spare_.empty()) return std::make_unique<WindowState>();
  auto state = std::move(spare_.back());
  spare_.pop_back();
  return state;
}

/// The operand of one aggregate of the event in hand; null if no variable of it takes the event.
Value WindowExecutor::operand_of(const Aggregate& aggregate) {
  if ((aggregate.variables & taking_) == 0) return Value::null();
  if (!aggregate.operand) return Value::integer(1);
  const Value v = evaluate(scope(), aggregate.operand);
  // Only what is not null counts; what it was need not be kept.
  if (aggregate.kind == AggregateKind::count && !v.is_null()) return Value::integer(1);
  return v.is_text() && !v.is_string() ? Value::null() : v;  // no other aggregate takes notice of a list
}

void WindowExecutor::add_to(OpenWindow& window) {
  ++window.events;
  if (window_.kind != WindowKind::tumbling && window_.kind != WindowKind::hopping) window.end = event_->time;
  for (std::size_t i = 0; i < window.aggregates.size(); ++i) {
    window.aggregates[i].add(operands_[i]);
  }
}

/// Makes sure that the windows which the event in hand belongs to are open.
void WindowExecutor::open_windows(KeyState& key, RuleState& state) {
  Fifo<OpenWindow>& windows = state.window->windows;
  const EventTime now = event_->time;
  switch (window_.kind) {
    case WindowKind::tumbling:
      open_aligned(key, windows, floor_to(now, window_.size));
      return;
    case WindowKind::hopping: {
      const EventTime newest = floor_to(now, window_.every);
      EventTime begin = floor_to(saturating_add(now, -window_.size), window_.every) + window_.every;
      for (; begin <= newest; begin += window_.every) open_aligned(key, windows, begin);
      return;
    }
    default:
      if (windows.empty()) windows.push_back(OpenWindow(program_.expressions, now, now));
      if (window_.kind == WindowKind::count) return;
      await_end(key, state);
  }
}

void WindowExecutor::open_aligned(KeyState& key, Fifo<OpenWindow>& windows, EventTime begin) {
  if (!windows.empty() && windows.back().begin >= begin) return;
  const EventTime end = saturating_add(begin, window_.size);
  windows.push_back(OpenWindow(program_.expressions, begin, end));
  context_.timers.push_unordered({end - Duration{1}, &key, key.generation, rule_index_});
}

void WindowExecutor::keep_recent(WindowState& state, CurrentEvent& event) {
  for (std::size_t v = 0; v < state.recent.size(); ++v) {
    if ((taking_ & patterns::mask_of(VariableId{static_cast<std::uint16_t>(v)})) == 0) continue;
    if (state.recent[v] != nullptr) context_.store.release(state.recent[v]);
    state.recent[v] = event.captured();
    EventStore::hold(state.recent[v]);
  }
}

// --- sliding ---------------------------------------------------------------------------------------

/// What lies at or before this has left (now - size, now].
EventTime WindowExecutor::window_opens() const {
  return saturating_add(event_->time, -window_.size);
}

/// Lets go of the events that have left (now - size, now].
void WindowExecutor::make_room(KeyState& key, WindowState& state) {
  while (!state.times.empty() && state.times.front() <= window_opens()) {
    const EventTime leaving = state.times.front();
    while (!state.times.empty() && state.times.front() == leaving) evict_first(state);
    OpenWindow& window = state.windows.front();
    window.begin = state.times.empty() ? event_->time : state.times.front();
    // `emit: first` speaks again once the condition has ceased to hold in between. What leaves just as the
    // new event comes leaves no time in between.
    if (window.told && leaving < window_opens())
      window.told = having(key, window, recent_chain(state, window, nullptr));
  }
}

void WindowExecutor::evict_first(WindowState& state) {
  OpenWindow& window = state.windows.front();
  for (std::size_t i = 0; i < window.aggregates.size(); ++i) {
    const bool text = state.values[i].is_string();
    window.aggregates[i].remove_oldest(text ? Value::string(state.texts.front()) : state.values[i]);
    if (text) state.texts.pop_front();
  }
  state.values.drop_front(window.aggregates.size());
  state.times.pop_front();
  --window.events;
}

/// Keeps what will have to be taken away when the event in hand leaves.
void WindowExecutor::remember(WindowState& state) {
  state.times.push_back(event_->time);
  for (const Value& v : operands_) {
    state.values.push_back(v.is_string() ? Value::string({}) : v);
    if (v.is_string()) state.texts.push_back(std::string(v.as_text()));
  }
}

// --- results ---------------------------------------------------------------------------------------

/// The last event of each variable as a path, so that expressions can name them. `current` stands in where
/// none is kept.
const TakenEvent* WindowExecutor::recent_chain(const WindowState& state,
                                               const OpenWindow& window,
                                               StoredEvent* current) {
  chain_.clear();
  for (std::uint16_t v = 0; v < program_.variables.size(); ++v) {
    const bool taking = (taking_ & patterns::mask_of(VariableId{v})) != 0;
    StoredEvent* last = keeps_recent_ ? state.recent[v] : taking ? current : nullptr;
    if (last != nullptr && last->event.time >= window.begin)
      chain_.push_back({nullptr, last, 1, VariableId{v}, 0});
  }
  std::stable_sort(chain_.begin(), chain_.end(), earlier);
  for (std::size_t i = 1; i < chain_.size(); ++i) chain_[i].before = &chain_[i - 1];
  return chain_.empty() ? nullptr : &chain_.back();
}

bool WindowExecutor::having(KeyState& key, const OpenWindow& window, const TakenEvent* recent) {
  Scope s = scope();
  s.own = nullptr;
  s.taken = recent;
  s.window = &window;
  s.key = key.key_bytes();
  return holds(s, program_.having);
}

void WindowExecutor::tell_if_holds(KeyState& key, OpenWindow& window, const TakenEvent* recent) {
  const bool first = program_.emit == WindowEmit::first;
  if (first && window.told) {
    if (window_.kind == WindowKind::sliding) window.told = having(key, window, recent);
    return;
  }
  if (!having(key, window, recent)) return;
  window.told = first;
  tell(key, window, recent, order_of(*event_), event_->time);
}

void WindowExecutor::tell(KeyState& key,
                          const OpenWindow& window,
                          const TakenEvent* recent,
                          const AlertOrder& order,
                          EventTime time) {
  ResultView result;
  result.time = time;
  result.order = order;
  result.key = &key;
  result.tail = recent;
  result.window = &window;
  result.window_begin =
      window_.kind == WindowKind::sliding ? saturating_add(time, -window_.size) : window.begin;
  result.window_end = window.end;
  emitter_.emit(result);
}

// --- time ------------------------------------------------------------------------------------------

/// The last multiple of `step` at or before `time`.
EventTime WindowExecutor::floor_to(EventTime time, Duration step) {
  const std::int64_t t = time.time_since_epoch().count();
  const std::int64_t rest = t % step.count();
  return EventTime{Duration{t - (rest < 0 ? rest + step.count() : rest)}};
}

/// The window ends a fixed time after the event in hand, unless another comes. Those times rise.
void WindowExecutor::await_end(KeyState& key, RuleState& state) {
  state.session_end = saturating_add(event_->time, window_.size);
  if (state.session_timer != kTimeMax) return;
  state.session_timer = state.session_end;
  context_.timers.push(*end_lane_, {state.session_end, &key, key.generation, rule_index_});
}

void WindowExecutor::arm(KeyState& key, RuleState& state) {
  state.session_timer = state.session_end;
  context_.timers.push_unordered({state.session_end, &key, key.generation, rule_index_});
}

void WindowExecutor::on_deadline(KeyState& key, RuleState& state, EventTime deadline) {
  if (state.window == nullptr) {
    if (state.session_timer <= deadline) state.session_timer = kTimeMax;
    return;
  }
  context_.scratch.reset();
  taking_ = 0;
  const bool aligned = window_.kind == WindowKind::tumbling || window_.kind == WindowKind::hopping;
  if (aligned) {
    Fifo<OpenWindow>& windows = state.window->windows;
    while (!windows.empty() && windows.front().end - Duration{1} <= deadline) {
      close(key, *state.window, deadline, windows.front().end);
      windows.pop_front();
    }
    if (windows.empty()) drop(state);
    return;
  }
  if (state.session_timer > deadline) return;
  state.session_timer = kTimeMax;
  if (state.session_end > deadline) return arm(key, state);
  if (window_.kind == WindowKind::session) close(key, *state.window, deadline, deadline);
  drop(state);
}

/// The first window is over.
void WindowExecutor::close(KeyState& key, const WindowState& state, EventTime deadline, EventTime time) {
  if (program_.emit != WindowEmit::close) return;
  const OpenWindow& window = state.windows.front();
  const TakenEvent* recent = recent_chain(state, window, nullptr);
  if (!having(key, window, recent)) return;
  AlertOrder order;
  order.decided = deadline;
  order.phase = AlertOrder::Phase::deadline_match;
  order.began = window.begin;
  order.key_hash = key.hash;
  tell(key, window, recent, order, time);
}

void WindowExecutor::drop(RuleState& state) {
  if (state.window == nullptr) return;
  for (StoredEvent* stored : state.window->recent) {
    if (stored != nullptr) context_.store.release(stored);
  }
  state.window->clear();
  spare_.push_back(std::move(state.window));
  --counters_.runs_live;
}

}  // namespace tocsin::runtime
