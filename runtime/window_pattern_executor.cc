#include "runtime/window_pattern_executor.h"

#include "runtime/snapshot.h"
#include "runtime/window_state.h"

#include <algorithm>
#include <utility>

namespace tocsin::runtime {

using patterns::ClockReading;
using patterns::WindowKind;

namespace {

bool has_started(const RuleState& state) {
  return state.memory != nullptr && state.memory->started;
}

void mark_started(RuleState& state) {
  if (state.memory == nullptr) state.memory = std::make_unique<RuleMemory>();
  state.memory->started = true;
}

}  // namespace

bool WindowPatternExecutor::takes(const patterns::Program& program) {
  const WindowKind kind = program.window.kind;
  return !program.positions.empty() &&
         (kind == WindowKind::tumbling || kind == WindowKind::hopping || kind == WindowKind::count);
}

WindowPatternExecutor::WindowPatternExecutor(Context& context,
                                             std::uint32_t rule,
                                             std::unique_ptr<PatternExecutor> inner)
    : context_{context},
      rule_index_{rule},
      window_{context.rules->rules()[rule].program->window},
      once_{context.rules->rules()[rule].program->runs == patterns::RunsKept::once},
      grid_{window_},
      inner_{std::move(inner)} {}

/// A window of events counts those that no run is interested in, too.
bool WindowPatternExecutor::may_open(CurrentEvent& event) {
  return counts() || inner_->may_open(event);
}

/// `runs: once`: the event that begins the key's runs does so in each window that holds it; no other does.
void WindowPatternExecutor::keep_one_start(RuleState& state) {
  if (!once_ || has_started(state)) return;
  auto& windows = state.window->patterns;
  const auto started = [](const PatternWindow& window) { return has_started(window.state); };
  if (std::none_of(windows.begin(), windows.end(), started)) return;
  for (PatternWindow& window : windows) mark_started(window.state);
  mark_started(state);
}

void WindowPatternExecutor::on_event(KeyState& key, RuleState& state, CurrentEvent& event) {
  if (state.window == nullptr && has_started(state)) return;
  if (state.window == nullptr) state.window = std::make_unique<WindowState>();
  if (counts()) {
    on_event_of_count(key, state, event);
  } else {
    on_event_of_grid(key, state, event);
  }
  forget_over(state, kTimeMin);
  arm(key, state);
}

void WindowPatternExecutor::on_event_of_count(KeyState& key, RuleState& state, CurrentEvent& event) {
  PoolVector<PatternWindow>& windows = state.window->patterns;
  const EventTime now = event.event().time;
  const EventTime end = window_.size > Duration{0} ? saturating_add(now, window_.size) : kTimeMax;
  PatternWindow& window = windows.empty() ? open(state, now, now, end) : windows.front();
  inner_->on_event(key, window.state, event);
  keep_one_start(state);
  if (++window.events < window_.count) return;
  inner_->end_with(key, window.state, event);
  inner_->drop(window.state);
  windows.clear();
}

void WindowPatternExecutor::on_event_of_grid(KeyState& key, RuleState& state, CurrentEvent& event) {
  const bool begins = !has_started(state) && inner_->may_open(event);
  grid_.for_each_holding(event.event().time, [&](ClockReading start) {
    PatternWindow* window = find(*state.window, start);
    if (window == nullptr && !begins) return;
    if (window == nullptr) window = &open(state, start, grid_.begin(start), grid_.end(start));
    inner_->span_of_alerts(window->begin, window->end);
    inner_->on_event(key, window->state, event);
  });
  keep_one_start(state);
}

PatternWindow* WindowPatternExecutor::find(WindowState& windows, ClockReading start) {
  const auto same = [&](const PatternWindow& window) { return window.start == start; };
  const auto at = std::find_if(windows.patterns.begin(), windows.patterns.end(), same);
  return at == windows.patterns.end() ? nullptr : &*at;
}

/// Windows lie in the order in which they began, and so in that of their ends.
PatternWindow& WindowPatternExecutor::open(RuleState& state,
                                           ClockReading start,
                                           EventTime begin,
                                           EventTime end) {
  PatternWindow window;
  window.start = start;
  window.begin = begin;
  window.end = end;
  window.state.session_end = window.deadline();
  auto& windows = state.window->patterns;
  const auto later = [&](const PatternWindow& other) { return other.start > start; };
  return *windows.insert(std::find_if(windows.begin(), windows.end(), later), std::move(window));
}

/// One timer is under way for the window that ends first.
void WindowPatternExecutor::arm(KeyState& key, RuleState& state) {
  if (state.window == nullptr) return;
  const EventTime deadline = state.window->patterns.front().deadline();
  if (deadline >= state.session_timer) return;
  state.session_timer = deadline;
  context_.timers.push_unordered({deadline, &key, key.generation, rule_index_});
}

void WindowPatternExecutor::on_deadline(KeyState& key, RuleState& state, EventTime deadline) {
  if (state.session_timer <= deadline) state.session_timer = kTimeMax;
  if (state.window == nullptr) return;
  for (PatternWindow& window : state.window->patterns) {
    if (!counts()) inner_->span_of_alerts(window.begin, window.end);
    inner_->on_deadline(key, window.state, deadline);
  }
  forget_over(state, deadline);
  arm(key, state);
}

/// Lets go of the windows that end by `deadline`, and of those that are as good as new; one of events counts
/// on.
void WindowPatternExecutor::forget_over(RuleState& state, EventTime deadline) {
  auto& windows = state.window->patterns;
  std::erase_if(windows, [&](PatternWindow& window) {
    const bool over = window.deadline() <= deadline;
    if (over) inner_->drop(window.state);
    return over || (!counts() && window.state.idle());
  });
  if (windows.empty()) state.window.reset();
}

// --- snapshots -------------------------------------------------------------------------------------

void WindowPatternExecutor::save(const RuleState& state, SnapshotWriter& out) const {
  out.flag(has_started(state));
  out.number(state.window == nullptr ? 0 : state.window->patterns.size());
  if (state.window == nullptr) return;
  for (const PatternWindow& window : state.window->patterns) {
    out.time(window.start);
    out.time(window.begin);
    out.time(window.end);
    out.number(window.events);
    inner_->save(window.state, out);
  }
}

void WindowPatternExecutor::restore(KeyState& key, RuleState& state, SnapshotReader& in) {
  if (in.flag()) mark_started(state);
  const std::size_t size = in.count();
  if (size == 0) return;
  state.window = std::make_unique<WindowState>();
  for (std::size_t i = 0; i < size && in.ok(); ++i) {
    PatternWindow& window = state.window->patterns.emplace_back();
    window.start = in.time();
    window.begin = in.time();
    window.end = in.time();
    window.events = in.number();
    window.state.session_end = window.deadline();
    inner_->restore(key, window.state, in);
  }
}

void WindowPatternExecutor::drop(RuleState& state) {
  state.memory.reset();
  if (state.window == nullptr) return;
  for (PatternWindow& window : state.window->patterns) inner_->drop(window.state);
  state.window.reset();
}

}  // namespace tocsin::runtime
