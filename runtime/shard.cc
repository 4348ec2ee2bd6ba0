#include "runtime/shard.h"

#include "runtime/executor.h"
#include "runtime/snapshot.h"
#include "runtime/window_executor.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace tocsin::runtime {

Shard::Shard(std::shared_ptr<const RuleSet> rules, const ShardOptions& options) : options_{options} {
  memory_.store.keep_raw(options.render_alerts || rules->level_count() > 1);
  make_levels(rules);
  for (std::size_t i = 0; i < rules->key_spaces().size(); ++i) {
    stores_.push_back(std::make_unique<KeyStore>(static_cast<std::uint16_t>(i)));
  }
  make_executors();
}

Shard::~Shard() = default;

/// As many as `rules` have; those that are there stay.
void Shard::make_levels(const std::shared_ptr<const RuleSet>& rules) {
  while (levels_.size() > rules->level_count()) levels_.pop_back();
  while (levels_.size() < rules->level_count()) {
    levels_.push_back(std::make_unique<Level>(memory_, rules, options_.disorder));
    levels_.back()->context.render_alerts = options_.render_alerts;
    levels_.back()->context.emitted_bytes_max = options_.emitted_bytes_max;
    levels_.back()->context.runs_scanned = options_.runs_scanned;
    levels_.back()->context.tables = options_.tables;
    levels_.back()->context.now = levels_.front()->context.now;
  }
  for (const auto& level : levels_) level->context.rules = rules;
}

void Shard::make_executors() {
  executors_.clear();
  facts_ = std::make_unique<EventFacts>(rules().conditions(), rules().schema(), options_.tables);
  for (const auto& level : levels_) level->context.facts = facts_.get();
  for (std::uint32_t i = 0; i < rules().rules().size(); ++i)
    executors_.push_back(make_executor(level_of(rules(), i).context, i, options_.general_only));
  for (std::size_t space = 0; space < stores_.size(); ++space) {
    const auto& of_space = rules().key_spaces()[space].rules;
    stores_[space]->set_runs_only(std::all_of(
        of_space.begin(), of_space.end(), [&](std::uint32_t r) { return executors_[r]->keeps_only_runs(); }));
  }
}

void Shard::add(std::span<const RoutedEvent> events) {
  for (std::size_t i = 0; i < events.size(); ++i) {
    look_ahead_.before_adding(events, i);
    if (levels_.size() > 1) {
      add_to_levels(events[i]);
    } else if (is_of_use(events[i], 0)) {
      levels_.front()->reorder.add(events[i]);
    }
  }
}

void Shard::add_to_levels(const RoutedEvent& event) {
  const KeySpace& space = rules().key_spaces()[event.space];
  std::uint32_t rest = event.changed ? space.watching_levels : space.levels_of_type[event.event->type.value];
  for (; rest != 0; rest &= rest - 1) {
    const auto level = static_cast<std::size_t>(std::countr_zero(rest));
    if (is_of_use(event, level)) levels_[level]->reorder.add(event);
  }
}

namespace {

/// Puts those from number `first` on in their order.
template <class Ordered>
void put_in_order(std::vector<Ordered>& all, std::size_t first) {
  const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
  const auto in_order = [](const Ordered& a, const Ordered& b) { return a.order < b.order; };
  if (!std::is_sorted(begin, all.end(), in_order)) std::sort(begin, all.end(), in_order);
}

}  // namespace

void Shard::advance(std::size_t number, const Step& step, AlertBatch& out) {
  const BlockPool::InUse pool_in_use(pool_);
  Level& level = *levels_[number];
  const std::size_t first = out.alerts.size();
  const std::size_t first_derived = out.derived.size();
  level.context.alerts = &out;
  level.context.idle_clock = step.idle_clock;
  const std::span<const RoutedEvent> events = level.reorder.release(step.release);
  look_ahead_.begin(events);
  for (std::size_t i = 0; i < events.size(); ++i) {
    look_ahead_.at(events, i);
    fire_before(level, events[i].time);
    process(number, events[i]);
  }
  fire_before(level, step.watermark);
  level.context.now = std::max(level.context.now, step.watermark);
  if (!events.empty()) level.context.now = std::max(level.context.now, events.back().time);
  if (restored_ != nullptr) forget_restored(number, step.release);
  put_in_order(out.alerts, first);
  put_in_order(out.derived, first_derived);
}

std::size_t Shard::due_at_most(EventTime release, EventTime watermark) const {
  std::size_t sum = 0;
  for (const auto& level : levels_) {
    const TimerQueue& timers = level->context.timers;
    if (timers.due(std::max(release, watermark))) sum += timers.size();
    sum += level->reorder.due_at_most(release);
  }
  return sum;
}

EventTime Shard::next_deadline() const {
  EventTime next = kTimeMax;
  for (const auto& level : levels_) next = std::min(next, level->context.timers.next_deadline());
  return next;
}

void Shard::fire_before(Level& level, EventTime time) {
  TimerQueue& timers = level.context.timers;
  while (timers.due(time)) {
    look_ahead_.at(timers);
    const Timer timer = timers.pop();
    KeyState& key = *timer.key;
    if (key.generation != timer.generation) continue;
    RuleState* state = key.find(timer.rule);
    if (state == nullptr) continue;
    executors_[timer.rule]->on_deadline(key, *state, timer.deadline);
    KeyStore& store = *stores_[key.space];
    if (!store.runs_only() && state->silence != nullptr) end_silence(timer, *state);
    key.forget_if_idle(*state);
    if (store.idle(key)) store.remove(key);
  }
}

/// What `suppress` remembers goes when it can matter no more. A timeout that waits for its start, or a match
/// for a better one, may still be told with an earlier time.
void Shard::end_silence(const Timer& timer, RuleState& state) {
  const Duration suppress = rules().rules()[timer.rule].program->suppress;
  const EventTime end = silence_end(state.silence->told, suppress);
  if (end > timer.deadline) return;
  state.silence->over = true;
  const bool told_later = state.timed_out > 0 || (state.memory != nullptr && !state.memory->best.empty()) ||
                          state.window != nullptr;
  if (!state.silence->matters() && !told_later) state.silence.reset();
}

void Shard::process(std::size_t level, const RoutedEvent& routed) {
  if (routed.changed) return process_change(level, routed);
  const Event& event = *routed.event;
  const KeySpace& space = rules().key_spaces()[routed.space];
  KeyStore& store = *stores_[routed.space];
  KeyState* key = store.find(routed);
  CurrentEvent current(levels_[level]->context, event, ++sequence_);
  facts_->look_at(event, sequence_);
  const TypeRules& of_type = space.levels[level][event.type.value];
  if (of_type.indexed && !options_.general_only) {
    find_rules(of_type, event, key);
    for (const ShownRule& shown : to_show_) show(shown.rule, shown.known, routed, key, current);
  } else {
    for (const std::uint32_t rule : of_type.all) show(rule, {}, routed, key, current);
  }
  if (key != nullptr && store.idle(*key)) store.remove(*key);
}

/// `key`: of the event; null as long as there is none.
void Shard::show(std::uint32_t rule,
                 const CurrentEvent::Known& known,
                 const RoutedEvent& routed,
                 KeyState*& key,
                 CurrentEvent& event) {
  Executor& executor = *executors_[rule];
  RuleState* state = key != nullptr ? key->find(rule) : nullptr;
  const bool open = state != nullptr && state->open();
  event.know(known);
  if (!open) event.know({known.holds, 0});  // what might advance something was not asked for
  if (!open && !executor.may_open(event)) return;
  if (key == nullptr) key = &stores_[routed.space]->add(routed);
  if (state == nullptr) state = &key->find_or_add(rule);
  executor.on_event(*key, *state, event);
  key->forget_if_idle(*state);
}

std::optional<LimitFailure> Shard::failure() const {
  std::optional<LimitFailure> first;
  for (const auto& level : levels_) {
    const auto& failure = level->context.failure;
    if (failure && (!first || failure->order < first->order)) first = failure;
  }
  return first;
}

// --- keys of tables --------------------------------------------------------------------------------

namespace {

using KeyValues = std::array<Value, patterns::kTableKeyPartsMax>;

std::span<const Value> values_of(std::string_view key_bytes, KeyValues& values) {
  std::size_t parts = 0;
  while (!key_bytes.empty()) values[parts++] = read_key_bytes(key_bytes);
  return {values.data(), parts};
}

EventPlace just_after(const Event& event) {
  EventPlace place = place_of(event);
  ++place.offset;
  return place;
}

bool watches(const patterns::Program& program, patterns::TableId table) {
  return program.watch && program.watch->keys == table;
}

}  // namespace

/// A row that is only changed neither comes nor goes.
void Shard::process_change(std::size_t level, const RoutedEvent& routed) {
  KeyValues values;
  const std::span<const Value> row = values_of(routed.key_bytes(), values);
  const bool before = options_.tables->has_row(routed.changed, row, place_of(*routed.event));
  const bool after = options_.tables->has_row(routed.changed, row, just_after(*routed.event));
  if (before == after) return;
  KeyStore& store = *stores_[routed.space];
  KeyState* key = store.find(routed);
  for (const std::uint32_t rule : rules().key_spaces()[routed.space].rules) {
    const patterns::Program& program = *rules().rules()[rule].program;
    if (program.level != level || !watches(program, routed.changed)) continue;
    if (key == nullptr && after) key = &store.add(routed);
    if (key != nullptr) executors_[rule]->on_row(*key, key->find_or_add(rule), routed.time, after);
  }
  if (key != nullptr && key->idle()) store.remove(*key);
}

void Shard::watch_keys(EventTime since, const IsMine& mine, const IsNew& is_new) {
  if (options_.tables == nullptr) return;
  std::string bytes;
  for (std::uint32_t rule = 0; rule < rules().rules().size(); ++rule) {
    const DeployedRule& deployed = rules().rules()[rule];
    if (!deployed.program->watch) continue;
    drop_keys_without_row(rule, since);
    KeyStore& store = *stores_[deployed.key_space];
    const auto open = [&](std::span<const Value> row) {
      bytes.clear();
      for (const Value& part : row) append_key_bytes(bytes, part);
      RoutedEvent routed;
      routed.hash = Router::hash_of(bytes);
      routed.key = bytes.data();
      routed.key_size = static_cast<std::uint32_t>(bytes.size());
      if (!mine(routed.hash) || !is_new(rule, row)) return;
      KeyState* const known = store.find(routed);
      KeyState& key = known != nullptr ? *known : store.add(routed);
      executors_[rule]->on_row(key, key.find_or_add(rule), since, true);
    };
    options_.tables->for_each_key(deployed.program->watch->keys, place_after(since), open);
  }
}

void Shard::drop_keys_without_row(std::uint32_t rule, EventTime time) {
  const DeployedRule& deployed = rules().rules()[rule];
  std::vector<KeyState*> idle;
  stores_[deployed.key_space]->for_each([&](KeyState& key) {
    RuleState* const state = key.find(rule);
    if (state == nullptr || !state->open()) return;
    KeyValues values;
    const auto row = values_of(key.key_bytes(), values);
    if (options_.tables->has_row(deployed.program->watch->keys, row, place_after(time))) return;
    executors_[rule]->on_row(key, *state, time, false);
    if (key.idle()) idle.push_back(&key);
  });
  for (KeyState* key : idle) stores_[deployed.key_space]->remove(*key);
}

// --- reload ----------------------------------------------------------------------------------------

namespace {

/// Which of the forms of runs that do not go over into each other `program` has.
std::string form_of_runs(const patterns::Program& program) {
  if (choose_executor(program).kind != ExecutorKind::deterministic) return {};
  return program.on_match ? "together" : "counted";
}

}  // namespace

std::string state_text(const DeployedRule& rule, const Schema& schema) {
  const patterns::Program& program = *rule.program;
  std::string text;
  if (!program.positions.empty()) return form_of_runs(program);
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

namespace {

bool goes_on(const RuleSet& current,
             const DeployedRule& old_rule,
             const RuleSet& next,
             const DeployedRule& new_rule) {
  return old_rule.program->version == new_rule.program->version &&
         state_text(old_rule, current.schema()) == state_text(new_rule, next.schema());
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
  if (memory.shared != nullptr) memory.shared->for_each_event(visit);
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
  std::unordered_map<std::string_view, std::uint32_t> by_id;
  for (std::uint32_t c = 0; c < current.rules().size(); ++c) by_id[current.rules()[c].program->id] = c;
  std::vector<std::optional<std::uint32_t>> kept(next.rules().size());
  for (std::size_t n = 0; n < kept.size(); ++n) {
    const auto at = by_id.find(next.rules()[n].program->id);
    if (at == by_id.end()) continue;
    if (goes_on(current, current.rules()[at->second], next, next.rules()[n])) kept[n] = at->second;
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
    state.forget_dead_runs();
    keep_silence(key, state, *next.rules()[*new_index[state.rule]].program);
    state.rule = *new_index[state.rule];
  }
  key.find_places_anew();
}

/// `suppress` may have changed: what is remembered of the last alert goes by the new one.
void Shard::keep_silence(KeyState& key, RuleState& state, const patterns::Program& next) {
  if (state.silence == nullptr) return;
  if (next.suppress == Duration{0}) return state.silence.reset();
  const patterns::Program& current = *rules().rules()[state.rule].program;
  if (next.suppress == current.suppress) return;
  state.silence->over = false;
  const EventTime end = silence_end(state.silence->told, next.suppress);
  levels_[current.level]->context.timers.push_unordered({end, &key, key.generation, state.rule});
}

/// Captures every kept event anew, with the slots that the new rules ask for.
void Shard::refresh_events(const Schema& old, const DecodeAgain& decode_again) {
  std::unordered_set<TakenEvent*> seen;
  std::unordered_map<StoredEvent*, StoredEvent*> fresh;
  Arena scratch;
  const auto refresh = [&](StoredEvent*& stored) {
    StoredEvent*& copy = fresh[stored];
    if (copy == nullptr) {
      scratch.reset();
      Event event = stored->event(old);
      decode_again(event, scratch);
      copy = memory_.store.capture(event, rules().schema(), stored->sequence);
    } else {
      EventStore::hold(copy);
    }
    memory_.store.release(stored);
    stored = copy;
  };
  for (const auto& store : stores_) {
    store->for_each([&](KeyState& key) {
      for (RuleState& state : key.rules) for_each_event(state, seen, refresh);
    });
  }
}

/// Renumbers the rules of timers. Gives those back, and keeps them no more, whose rule changes its level.
std::vector<Timer> Shard::renumber_timers(const RuleSet& next,
                                          const std::vector<std::optional<std::uint32_t>>& new_index) {
  std::vector<Timer> moved;
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    levels_[level]->context.timers.filter([&](Timer& timer) {
      if (timer.key->generation != timer.generation || !new_index[timer.rule]) return false;
      timer.rule = *new_index[timer.rule];
      if (next.rules()[timer.rule].program->level == level) return true;
      moved.push_back(timer);
      return false;
    });
  }
  return moved;
}

void Shard::swap_rules(const std::shared_ptr<const RuleSet>& next,
                       const std::vector<std::optional<std::uint32_t>>& kept,
                       const DecodeAgain& decode_again) {
  for (const auto& level : levels_) level->reorder.clear();
  const std::shared_ptr<const RuleSet> old = levels_.front()->context.rules;
  const auto new_index = inverse(kept, old->rules().size());
  std::vector<KeyState*> idle;
  for (const auto& store : stores_) {
    store->for_each([&](KeyState& key) {
      keep_rules(key, new_index, *next);
      if (key.idle()) idle.push_back(&key);
    });
  }
  for (KeyState* key : idle) stores_[key->space]->remove(*key);
  const std::vector<Timer> moved = renumber_timers(*next, new_index);
  move_stores(*old, *next);
  make_levels(next);
  for (const Timer& timer : moved) level_of(*next, timer.rule).context.timers.push_unordered(timer);
  refresh_events(old->schema(), decode_again);

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
