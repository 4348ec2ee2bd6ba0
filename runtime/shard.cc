#include "runtime/shard.h"

#include "runtime/executor.h"
#include "runtime/window_executor.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace tocsin::runtime {

Shard::Shard(std::shared_ptr<const RuleSet> rules, const ShardOptions& options) : reorder_{options.disorder} {
  context_.rules = std::move(rules);
  context_.render_alerts = options.render_alerts;
  for (std::size_t i = 0; i < context_.rules->key_spaces().size(); ++i) {
    stores_.push_back(std::make_unique<KeyStore>(static_cast<std::uint16_t>(i)));
  }
  make_executors();
}

Shard::~Shard() = default;

void Shard::make_executors() {
  executors_.clear();
  for (std::uint32_t i = 0; i < context_.rules->rules().size(); ++i)
    executors_.push_back(make_executor(context_, i));
  for (std::size_t space = 0; space < stores_.size(); ++space) {
    const auto& rules = context_.rules->key_spaces()[space].rules;
    stores_[space]->set_runs_only(std::all_of(
        rules.begin(), rules.end(), [&](std::uint32_t r) { return executors_[r]->keeps_only_runs(); }));
  }
}

void Shard::advance(EventTime release, EventTime watermark, bool idle_clock, AlertBatch& out) {
  const std::size_t first = out.alerts.size();
  context_.alerts = &out;
  context_.idle_clock = idle_clock;
  const std::span<const RoutedEvent> events = reorder_.release(release);
  for (std::size_t i = 0; i < events.size(); ++i) {
    look_ahead(events.subspan(i));
    fire_before(events[i].event->time);
    process(events[i]);
  }
  fire_before(watermark);
  const auto begin = out.alerts.begin() + static_cast<std::ptrdiff_t>(first);
  const auto in_order = [](const Alert& a, const Alert& b) { return a.order < b.order; };
  if (!std::is_sorted(begin, out.alerts.end(), in_order)) std::sort(begin, out.alerts.end(), in_order);
}

/// Fetches into the cache what the events some places on will need, in the order in which one thing leads to
/// the next.
void Shard::look_ahead(std::span<const RoutedEvent> events) const {
  constexpr std::size_t kPlace = 48;
  constexpr std::size_t kKey = 28;
  constexpr std::size_t kRuns = 12;
  constexpr std::size_t kTaken = 4;
  if (events.size() <= kPlace) return;
  const auto store = [&](std::size_t i) -> const KeyStore& { return *stores_[events[i].space]; };
  prefetch_object(*events[kPlace].event);
  store(kPlace).prefetch_place(events[kPlace].hash);
  store(kKey).prefetch_key(events[kKey].hash);
  prefetch(events[kKey].event->values);
  prefetch(events[kKey].event->raw.data() + 64);
  store(kRuns).prefetch_runs(events[kRuns].hash);
  if (context_.render_alerts) store(kTaken).prefetch_taken(events[kTaken].hash);
}

/// The same for the timers after the next one.
void Shard::look_ahead_in_time() const {
  constexpr std::size_t kKey = 16;
  constexpr std::size_t kRuns = 8;
  constexpr std::size_t kTaken = 3;
  if (const Timer* timer = context_.timers.ahead(kKey); timer != nullptr) prefetch_key(*timer->key);
  if (const Timer* timer = context_.timers.ahead(kRuns); timer != nullptr) {
    prefetch_runs(*timer->key);
    stores_[timer->key->space]->prefetch_place(timer->key->hash);
  }
  if (!context_.render_alerts) return;
  if (const Timer* timer = context_.timers.ahead(kTaken); timer != nullptr) prefetch_taken(*timer->key);
}

void Shard::fire_before(EventTime time) {
  while (context_.timers.due(time)) {
    look_ahead_in_time();
    const Timer timer = context_.timers.pop();
    KeyState& key = *timer.key;
    if (key.generation != timer.generation) continue;
    RuleState* state = key.find(timer.rule);
    if (state == nullptr) continue;
    executors_[timer.rule]->on_deadline(key, *state, timer.deadline);
    KeyStore& store = *stores_[key.space];
    if (!store.runs_only() && state->silence != nullptr) end_silence(timer, *state);
    if (store.idle(key)) store.remove(key);
  }
}

/// What `suppress` remembers goes when it can matter no more. A timeout that waits for its start, or a match
/// for a better one, may still be told with an earlier time.
void Shard::end_silence(const Timer& timer, RuleState& state) {
  const Duration suppress = context_.rules->rules()[timer.rule].program->suppress;
  const EventTime end = silence_end(state.silence->told, suppress);
  if (end > timer.deadline) return;
  state.silence->over = true;
  const bool told_later = state.timed_out > 0 || (state.memory != nullptr && !state.memory->best.empty()) ||
                          state.window != nullptr;
  if (!state.silence->matters() && !told_later) state.silence.reset();
}

void Shard::process(const RoutedEvent& routed) {
  const Event& event = *routed.event;
  KeyStore& store = *stores_[routed.space];
  KeyState* key = store.find(routed);
  CurrentEvent current(context_, event, ++sequence_);
  for (const std::uint32_t rule :
       context_.rules->key_spaces()[routed.space].rules_of_type[event.type.value]) {
    Executor& executor = *executors_[rule];
    RuleState* state = key != nullptr ? key->find(rule) : nullptr;
    if ((state == nullptr || !state->open()) && !executor.may_open(current)) continue;
    if (key == nullptr) key = &store.add(routed);
    executor.on_event(*key, key->find_or_add(rule), current);
  }
  if (key != nullptr && store.idle(*key)) store.remove(*key);
}

// --- reload ----------------------------------------------------------------------------------------

namespace {

/// A window rule's state holds an accumulator for each aggregate, also those only its output names, and the
/// events that it names.
std::string aggregates_text(const DeployedRule& rule, const Schema& schema) {
  const patterns::Program& program = *rule.program;
  std::string text;
  if (!program.positions.empty()) return text;
  for (std::size_t i = 0; i < program.expressions.aggregate_count(); ++i) {
    const auto& aggregate =
        program.expressions.aggregate(patterns::AggregateId{static_cast<std::uint16_t>(i)});
    text += patterns::name_of(aggregate.kind);
    text += std::to_string(aggregate.variables);
    if (aggregate.operand)
      text += patterns::to_string(program.expressions, aggregate.operand, schema, {}, {});
    text += '\n';
  }
  return text + memory_text(program);
}

bool goes_on(const RuleSet& current,
             const DeployedRule& old_rule,
             const RuleSet& next,
             const DeployedRule& new_rule) {
  return old_rule.program->id == new_rule.program->id &&
         old_rule.program->version == new_rule.program->version &&
         aggregates_text(old_rule, current.schema()) == aggregates_text(new_rule, next.schema());
}

/// new index -> old index, turned round.
std::vector<std::optional<std::uint32_t>> inverse(const std::vector<std::optional<std::uint32_t>>& kept,
                                                  std::size_t old_count) {
  std::vector<std::optional<std::uint32_t>> new_index(old_count);
  for (std::uint32_t i = 0; i < kept.size(); ++i) {
    if (kept[i]) new_index[*kept[i]] = i;
  }
  return new_index;
}

/// Calls `visit(StoredEvent*&)` for each event of the path to `tail`, but for what was `seen`.
template <class Visit>
void for_each_event(TakenEvent* tail, std::unordered_set<TakenEvent*>& seen, Visit&& visit) {
  for (TakenEvent* t = tail; t != nullptr && seen.insert(t).second; t = t->before) visit(t->stored);
}

template <class Visit>
void for_each_event(RuleMemory& memory, std::unordered_set<TakenEvent*>& seen, Visit&& visit) {
  for (BestMatch& best : memory.best) for_each_event(best.tail, seen, visit);
  for (StoredEvent*& stored : memory.prior) visit(stored);
}

/// The same for each place in `state` that holds an event. Shared path nodes come once.
template <class Visit>
void for_each_event(RuleState& state, std::unordered_set<TakenEvent*>& seen, Visit&& visit) {
  for (Run& run : state.runs) for_each_event(run.tail, seen, visit);
  if (state.memory != nullptr) for_each_event(*state.memory, seen, visit);
  if (state.window == nullptr) return;
  for (PatternWindow& window : state.window->patterns) for_each_event(window.state, seen, visit);
  state.window->for_each_event(visit);
}

}  // namespace

std::vector<std::optional<std::uint32_t>> match_rules(const RuleSet& current, const RuleSet& next) {
  std::vector<std::optional<std::uint32_t>> kept(next.rules().size());
  for (std::size_t n = 0; n < kept.size(); ++n) {
    for (std::uint32_t c = 0; c < current.rules().size(); ++c) {
      if (goes_on(current, current.rules()[c], next, next.rules()[n])) kept[n] = c;
    }
  }
  return kept;
}

/// Renumbers the rules of `key`; those that do not go on let go of what they hold.
void Shard::keep_rules(KeyState& key,
                       const std::vector<std::optional<std::uint32_t>>& new_index,
                       const RuleSet& next) {
  for (RuleState& state : key.rules) {
    if (!new_index[state.rule]) executors_[state.rule]->drop(state);
  }
  const auto gone = [&](const RuleState& state) { return !new_index[state.rule]; };
  key.rules.truncate(std::remove_if(key.rules.begin(), key.rules.end(), gone));
  for (RuleState& state : key.rules) {
    keep_silence(key, state, *next.rules()[*new_index[state.rule]].program);
    state.rule = *new_index[state.rule];
  }
  std::sort(key.rules.begin(), key.rules.end(), [](const auto& a, const auto& b) { return a.rule < b.rule; });
}

/// `suppress` may have changed: what is remembered of the last alert goes by the new one.
void Shard::keep_silence(KeyState& key, RuleState& state, const patterns::Program& next) {
  if (state.silence == nullptr) return;
  if (next.suppress == Duration{0}) return state.silence.reset();
  if (next.suppress == context_.rules->rules()[state.rule].program->suppress) return;
  state.silence->over = false;
  const EventTime end = silence_end(state.silence->told, next.suppress);
  context_.timers.push_unordered({end, &key, key.generation, state.rule});
}

/// Captures every kept event anew, with the slots that the new rules ask for.
void Shard::refresh_events(const DecodeAgain& decode_again) {
  std::unordered_set<TakenEvent*> seen;
  std::unordered_map<StoredEvent*, StoredEvent*> fresh;
  const auto refresh = [&](StoredEvent*& stored) {
    StoredEvent*& copy = fresh[stored];
    if (copy == nullptr) {
      context_.scratch.reset();
      Event event = stored->event;
      decode_again(event, context_.scratch);
      copy = context_.store.capture(event, context_.rules->schema(), stored->sequence);
    } else {
      EventStore::hold(copy);
    }
    context_.store.release(stored);
    stored = copy;
  };
  for (const auto& store : stores_) {
    store->for_each([&](KeyState& key) {
      for (RuleState& state : key.rules) for_each_event(state, seen, refresh);
    });
  }
}

void Shard::swap_rules(std::shared_ptr<const RuleSet> rules,
                       const std::vector<std::optional<std::uint32_t>>& kept,
                       const DecodeAgain& decode_again) {
  reorder_.clear();
  const std::shared_ptr<const RuleSet> old = context_.rules;
  const auto new_index = inverse(kept, old->rules().size());
  std::vector<KeyState*> idle;
  for (const auto& store : stores_) {
    store->for_each([&](KeyState& key) {
      keep_rules(key, new_index, *rules);
      if (key.idle()) idle.push_back(&key);
    });
  }
  for (KeyState* key : idle) stores_[key->space]->remove(*key);
  context_.timers.filter([&](Timer& timer) {
    if (timer.key->generation != timer.generation || !new_index[timer.rule]) return false;
    timer.rule = *new_index[timer.rule];
    return true;
  });
  move_stores(*old, *rules);
  context_.rules = std::move(rules);
  refresh_events(decode_again);

  std::vector<RuleCounters> counters(kept.size());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i]) counters[i] = executors_[*kept[i]]->counters();
  }
  make_executors();
  for (std::size_t i = 0; i < kept.size(); ++i) executors_[i]->counters() = counters[i];
}

/// Each new key space takes over the keys of the old one with the same key. The others are empty by now.
void Shard::move_stores(const RuleSet& current, const RuleSet& next) {
  std::vector<std::unique_ptr<KeyStore>> stores;
  for (std::uint16_t n = 0; n < next.key_spaces().size(); ++n) {
    const auto same = [&](const KeySpace& space) { return space.name == next.key_spaces()[n].name; };
    const auto& spaces = current.key_spaces();
    const auto at = std::find_if(spaces.begin(), spaces.end(), same);
    if (at == spaces.end()) {
      stores.push_back(std::make_unique<KeyStore>(n));
    } else {
      stores.push_back(std::move(stores_[static_cast<std::size_t>(at - spaces.begin())]));
      stores.back()->move_to_space(n);
    }
  }
  stores_ = std::move(stores);
}

}  // namespace tocsin::runtime
