#include "runtime/window_executor.h"

#include "runtime/prior_events.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace tocsin::runtime {

using patterns::Aggregate;
using patterns::AggregateId;
using patterns::AggregateKind;
using patterns::ClockReading;
using patterns::EventPick;
using patterns::ExpressionId;
using patterns::VariableId;
using patterns::WindowEmit;
using patterns::WindowKind;

namespace {

AggregateId aggregate_id(std::size_t i) {
  return AggregateId{static_cast<std::uint16_t>(i)};
}

/// Whether `expression` names an event of the window, and not only aggregates.
bool names_event(const patterns::ExpressionPool& pool, ExpressionId expression) {
  using Which = EventPick::Which;
  const patterns::ExpressionNode& node = pool.node(expression);
  if (node.pick.which != Which::own && node.pick.which != Which::prior) return true;
  for (std::size_t i = 0; i < node.operand_count; ++i) {
    if (names_event(pool, pool.operand(node, i))) return true;
  }
  return false;
}

/// Whether what is told or asked may need the last events of variables that are not at hand. A sliding window
/// with `emit: first` is asked also when events leave it.
bool needs_recent(const patterns::Program& program) {
  if (program.emit == WindowEmit::close || program.variables.size() > 1) return true;
  return program.window.kind == WindowKind::sliding && program.emit == WindowEmit::first &&
         names_event(program.expressions, program.having);
}

/// Puts the nodes in the order of their events, and those of one event in that of their variables, and links
/// them.
void link_in_order(std::vector<TakenEvent>& path) {
  const auto earlier = [](const TakenEvent& a, const TakenEvent& b) {
    return std::pair(a.stored->sequence, a.variable) < std::pair(b.stored->sequence, b.variable);
  };
  if (!std::is_sorted(path.begin(), path.end(), earlier)) std::sort(path.begin(), path.end(), earlier);
  for (std::size_t i = 1; i < path.size(); ++i) path[i].before = &path[i - 1];
}

const TakenEvent* tail_of(const std::vector<TakenEvent>& path) {
  return path.empty() ? nullptr : &path.back();
}

}  // namespace

std::string memory_text(const patterns::Program& program) {
  std::string text;
  for (const EventNeed& need : event_needs(program)) {
    text += std::to_string(need.variables) + ' ' + std::to_string(need.first) + ' ' +
            std::to_string(need.last) + '\n';
  }
  return text;
}

WindowExecutor::WindowExecutor(Context& context, std::uint32_t rule)
    : context_{context},
      rule_{context.rules->rules()[rule]},
      program_{*rule_.program},
      window_{program_.window},
      rule_index_{rule},
      emitter_{context, rule, counters_},
      grid_{window_},
      prior_depth_{prior_depth_of(program_)},
      keeps_recent_{needs_recent(program_)},
      needs_{event_needs(program_)},
      operands_(program_.expressions.aggregate_count()) {
  if (window_.kind == WindowKind::sliding || window_.kind == WindowKind::session) end_after_ = window_.size;
  if (window_.kind == WindowKind::count && window_.size > Duration{0})
    end_after_ = window_.size - Duration{1};
  if (end_after_) end_lane_ = context.timers.lane_for(*end_after_);
}

// --- one event -------------------------------------------------------------------------------------

Scope WindowExecutor::scope() {
  Scope s{
      program_.expressions, context_.rules->schema(), context_.scratch, counters_.null_operations, event_};
  s.tables = context_.tables;
  return s;
}

/// Finds the variables that take `event`, which came after `prior`.
void WindowExecutor::look_at(CurrentEvent& event, const PriorEvents* prior) {
  context_.scratch.reset();
  event_ = &event.event();
  now_ = place_of(*event_);
  const patterns::VariableMask typed = rule_.variables_of_type[event_->type.value];
  const CurrentEvent::Known& known = event.known();
  taking_ = known.holds & typed;
  Scope s = scope();
  s.prior = prior;
  for (patterns::VariableMask rest = typed & ~known.holds & ~known.fails; rest != 0; rest &= rest - 1) {
    const auto v = static_cast<std::size_t>(std::countr_zero(rest));
    if (holds(s, program_.variables[v].own_condition)) taking_ |= rest & -rest;
  }
}

/// The event in hand may be taken only by variables by whose key it is under `key`.
void WindowExecutor::restrict_to(const KeyState& key) {
  if (program_.variable_keys.empty() || taking_ == 0) return;
  std::uint64_t counted_by_router = 0;
  Scope s{program_.expressions, context_.rules->schema(), context_.scratch, counted_by_router, event_};
  s.tables = context_.tables;
  taking_ &= variables_under(s, program_, key.key_bytes(), key_bytes_);
}

bool WindowExecutor::may_open(CurrentEvent& event) {
  look_at(event, nullptr);
  return taking_ != 0 || prior_depth_ > 0;
}

void WindowExecutor::on_event(KeyState& key, RuleState& state, CurrentEvent& event) {
  look_at(event, state.memory == nullptr ? nullptr : &state.memory->prior);
  restrict_to(key);
  if (taking_ != 0) take(key, state, event);
  if (prior_depth_ == 0) return;
  if (state.memory == nullptr) state.memory = std::make_unique<RuleMemory>();
  keep_prior(state.memory->prior, prior_depth_, event, context_.store);
}

/// Puts the event in hand into its windows.
void WindowExecutor::take(KeyState& key, RuleState& state, CurrentEvent& event) {
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
  if (open.windows.empty()) return close_all(state);  // hopping with pauses: the event lies in one
  for (OpenWindow& window : open.windows) add_to(window, event);
  if (window_.kind == WindowKind::sliding) remember(open);
  if (keeps_recent_) keep_recent(open, event);

  const bool full = window_.kind == WindowKind::count && open.windows.front().events == window_.count;
  if (program_.emit != WindowEmit::close || full) {
    for (OpenWindow& window : open.windows) tell_if_holds(key, open, window, event.passing());
  }
  if (full) close_all(state);
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

void WindowExecutor::add_to(OpenWindow& window, CurrentEvent& event) {
  ++window.events;
  if (!aligned()) window.end = event_->time;
  for (std::size_t i = 0; i < needs_.size(); ++i) {
    if ((needs_[i].variables & taking_) == 0) continue;
    const bool leave = window_.kind == WindowKind::sliding;
    window.kept[i].add(needs_[i], leave, {event.captured(), taking_}, context_.store);
  }
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
    case WindowKind::hopping:
      return grid_.for_each_holding(now, [&](ClockReading start) { open_aligned(key, windows, start); });
    case WindowKind::count:
      if (!windows.empty()) return;
      open(windows, now, now);
      if (end_after_) await_end(key, state);
      return;
    default:
      if (windows.empty()) open(windows, now, now);
      await_end(key, state);
  }
}

void WindowExecutor::open_aligned(KeyState& key, Fifo<OpenWindow>& windows, ClockReading start) {
  if (!windows.empty() && windows.back().start >= start) return;
  OpenWindow& window = open(windows, grid_.begin(start), grid_.end(start));
  window.start = start;
  context_.timers.push_unordered(
      {saturating_add(window.end, -Duration{1}), &key, key.generation, rule_index_});
}

OpenWindow& WindowExecutor::open(Fifo<OpenWindow>& windows, EventTime begin, EventTime end) {
  windows.push_back(OpenWindow(program_.expressions, begin, end));
  windows.back().kept.resize(needs_.size());
  return windows.back();
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
    for (KeptEvents& kept : window.kept) kept.leave(leaving, context_.store);
    window.begin = state.times.empty() ? event_->time : state.times.front();
    // `emit: first` speaks again once the condition has ceased to hold in between. What leaves just as the
    // new event comes leaves no time in between.
    if (!window.told || leaving == window_opens()) continue;
    name_events(state, window, nullptr);
    window.told = having(key, window);
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
    if (v.is_string()) state.texts.push_back(PoolString(v.as_text()));
  }
}

// --- results ---------------------------------------------------------------------------------------

/// Makes paths of the last event of each variable, for alerts, and of all that expressions may name.
/// `current` stands in where none is kept.
void WindowExecutor::name_events(const WindowState& state, const OpenWindow& window, StoredEvent* current) {
  recent_.clear();
  for (std::uint16_t v = 0; v < program_.variables.size(); ++v) {
    const bool taking = (taking_ & patterns::mask_of(VariableId{v})) != 0;
    StoredEvent* last = keeps_recent_ ? state.recent[v] : taking ? current : nullptr;
    if (last != nullptr && last->time >= window.begin)
      recent_.push_back({nullptr, last, 1, VariableId{v}, 0});
  }
  named_.clear();
  if (!needs_.empty()) named_ = recent_;
  for (std::size_t i = 0; i < needs_.size(); ++i) window.kept[i].append_to(needs_[i], named_);
  link_in_order(recent_);
  link_in_order(named_);
}

bool WindowExecutor::having(KeyState& key, const OpenWindow& window) {
  Scope s = scope();
  s.own = nullptr;
  s.taken = tail_of(needs_.empty() ? recent_ : named_);
  s.window = &window;
  s.as_of = &now_;
  s.key = key.key_bytes();
  return holds(s, program_.having);
}

void WindowExecutor::tell_if_holds(KeyState& key,
                                   const WindowState& state,
                                   OpenWindow& window,
                                   StoredEvent* current) {
  const bool first = program_.emit == WindowEmit::first;
  if (first && window.told && window_.kind != WindowKind::sliding) return;
  name_events(state, window, current);
  const bool holds = having(key, window);
  if (first && window.told) {
    window.told = holds;
  } else if (holds) {
    window.told = first;
    tell(key, window, order_of(*event_), event_->time);
  }
}

void WindowExecutor::tell(KeyState& key, const OpenWindow& window, const AlertOrder& order, EventTime time) {
  ResultView result;
  result.time = time;
  result.order = order;
  result.key = &key;
  result.tail = tail_of(recent_);
  result.named = tail_of(needs_.empty() ? recent_ : named_);
  result.window = &window;
  result.window_begin =
      window_.kind == WindowKind::sliding ? saturating_add(time, -window_.size) : window.begin;
  result.window_end = window.end;
  emitter_.emit(result);
}

// --- time ------------------------------------------------------------------------------------------

/// Whether a clock says where windows begin.
bool WindowExecutor::aligned() const {
  return window_.kind == WindowKind::tumbling || window_.kind == WindowKind::hopping;
}

/// The window ends a fixed time after the event in hand, unless another comes. Those times rise.
void WindowExecutor::await_end(KeyState& key, RuleState& state) {
  state.session_end = saturating_add(event_->time, *end_after_);
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
  now_ = place_after(deadline);
  taking_ = 0;
  if (aligned()) {
    Fifo<OpenWindow>& windows = state.window->windows;
    while (!windows.empty() && saturating_add(windows.front().end, -Duration{1}) <= deadline) {
      close(key, *state.window, deadline, windows.front().end);
      forget_first(*state.window);
    }
    if (windows.empty()) close_all(state);
    return;
  }
  if (state.session_timer > deadline) return;
  state.session_timer = kTimeMax;
  if (state.session_end > deadline) return arm(key, state);
  if (window_.kind == WindowKind::session) close(key, *state.window, deadline, deadline);
  if (window_.kind == WindowKind::count) {
    OpenWindow& window = state.window->windows.front();
    window.end = saturating_add(deadline, Duration{1});
    close(key, *state.window, deadline, window.end);
  }
  close_all(state);
}

/// The first window is over.
void WindowExecutor::close(KeyState& key, WindowState& state, EventTime deadline, EventTime time) {
  if (program_.emit != WindowEmit::close) return;
  const OpenWindow& window = state.windows.front();
  name_events(state, window, nullptr);
  if (!having(key, window)) return;
  AlertOrder order;
  order.decided = deadline;
  order.phase = AlertOrder::Phase::deadline_match;
  order.began = window.begin;
  order.key_hash = key.hash;
  tell(key, window, order, time);
}

void WindowExecutor::forget_first(WindowState& state) {
  for (KeptEvents& kept : state.windows.front().kept) kept.clear(context_.store);
  state.windows.pop_front();
}

void WindowExecutor::close_all(RuleState& state) {
  if (state.window == nullptr) return;
  while (!state.window->windows.empty()) forget_first(*state.window);
  for (StoredEvent* stored : state.window->recent) {
    if (stored != nullptr) context_.store.release(stored);
  }
  state.window->clear();
  spare_.push_back(std::move(state.window));
  --counters_.runs_live;
}

void WindowExecutor::drop(RuleState& state) {
  close_all(state);
  if (state.memory == nullptr) return;
  forget_prior(state.memory->prior, context_.store);
  state.memory.reset();
}

}  // namespace tocsin::runtime
