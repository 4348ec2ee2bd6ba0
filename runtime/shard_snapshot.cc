/// Snapshots of a shard. Part of Shard.
///
/// rules, time: the sequence, of each level how far it is, the counters of each rule
/// keys       a count, then a record for each: its space, its bytes, what each rule keeps; rising by key
/// group waiting    a record: events, then for each level which of them wait under which keys

#include "base/key_bytes.h"
#include "runtime/shard.h"
#include "runtime/snapshot.h"
#include "runtime/window_executor.h"

#include <xxhash.h>

#include <algorithm>
#include <tuple>

namespace tocsin::runtime {
namespace {

/// Those of one key group come together.
bool comes_before(const KeyState* a, const KeyState* b) {
  const auto place = [](const KeyState* key) {
    return std::tuple{key_group_of(key->hash), key->space, key->hash, key->key_bytes()};
  };
  return place(a) < place(b);
}

}  // namespace

std::uint64_t state_fingerprint(const RuleSet& rules) {
  std::string text;
  for (const DeployedRule& rule : rules.rules()) {
    text += rule.program->id + '\0' + rule.program->version + '\0';
    text += state_text(rule, rules.schema()) + std::to_string(rule.key_space) + '\n';
  }
  for (const KeySpace& space : rules.key_spaces()) text += space.name + '\0';
  for (const auto& table : rules.tables()) {
    if (table->is_stream) text += table->name + '\0' + table->definition + '\0';
  }
  for (std::uint16_t type = 0; type < rules.schema().type_count(); ++type) {
    const Layout& layout = rules.schema().layout(TypeId{type});
    text += rules.schema().type_name(TypeId{type}) + '\n' + std::to_string(layout.kept) + '\0';
    for (const AttributeId attribute : layout.attributes)
      text += to_string(rules.schema().path(attribute)) + '\0';
  }
  return XXH3_64bits(text.data(), text.size());
}

// --- writing ---------------------------------------------------------------------------------------

void Shard::save(std::string& out) const {
  SnapshotWriter writer(rules().schema(), out);
  save_time(writer);
  save_keys(writer);
  const std::size_t waiting = writer.begin_record();
  save_waiting(out);
  writer.end_record(waiting);
}

void Shard::save_time(SnapshotWriter& out) const {
  out.word(state_fingerprint(rules()));
  out.number(sequence_);
  for (const auto& level : levels_) out.time(level->context.now);
  for (const auto& executor : executors_) {
    RuleCounters counters = executor->counters();
    counters.runs_live = 0;  // each key counts its own
    counters.for_each([&](std::uint64_t n) { out.number(n); });
  }
}

void Shard::save_keys(SnapshotWriter& out) const {
  std::vector<const KeyState*> keys;
  for (const auto& store : stores_) store->for_each([&](const KeyState& key) { keys.push_back(&key); });
  std::sort(keys.begin(), keys.end(), comes_before);
  out.number(keys.size());
  for (const KeyState* key : keys) {
    const std::size_t record = out.begin_record();
    save_key(*key, out);
    out.end_record(record);
  }
}

void Shard::save_key(const KeyState& key, SnapshotWriter& out) const {
  out.begin_key();
  out.number(key.space);
  out.text(key.key_bytes());
  std::vector<const RuleState*> states;
  for (const RuleState& state : key.rules) states.push_back(&state);
  std::sort(states.begin(), states.end(), [](const auto* x, const auto* y) { return x->rule < y->rule; });
  out.number(states.size());
  for (const RuleState* state : states) save_state(*state, out);
}

void Shard::save_state(const RuleState& state, SnapshotWriter& out) const {
  out.number(state.rule);
  out.time(state.session_end);
  out.time(state.session_timer);
  out.flag(state.silence != nullptr);
  if (state.silence != nullptr) {
    out.time(state.silence->told);
    out.number(state.silence->held);
    out.flag(state.silence->over);
  }
  executors_[state.rule]->save(state, out);
}

/// An event that waits in several places is one there, too.
void Shard::save_waiting(std::string& out) const {
  std::unordered_map<const Event*, std::uint64_t> numbers;
  std::string events;
  SnapshotWriter to_events(rules().schema(), events);
  std::string places;
  SnapshotWriter to_places(rules().schema(), places);
  for (const auto& level : levels_) {
    std::string of_level;
    SnapshotWriter to_level(rules().schema(), of_level);
    std::uint64_t count = 0;
    level->reorder.for_each([&](const RoutedEvent& routed) {
      const auto [at, fresh] = numbers.try_emplace(routed.event, numbers.size());
      if (fresh) to_events.event(*routed.event);
      to_level.number(at->second);
      to_level.number(routed.space);
      to_level.text(routed.key_bytes());
      to_level.number(routed.changed.value);
      ++count;
    });
    to_places.number(count);
    places += of_level;
  }
  SnapshotWriter(rules().schema(), out).number(numbers.size());
  out += events;
  out += places;
}

// --- reading ---------------------------------------------------------------------------------------

Status Shard::restore(std::string_view bytes) {
  SnapshotReader in(memory_, rules().schema(), bytes);
  if (in.word() != state_fingerprint(rules()))
    return fail(ErrorCode::bad_data, "the snapshot was made under other rules");
  restore_time(in);
  restore_keys(in);
  const std::string_view waiting = in.record();
  if (!in.ok() || !in.at_end() || !restore_waiting(waiting))
    return fail(ErrorCode::bad_data, "the snapshot holds what no engine has written");
  return {};
}

void Shard::restore_time(SnapshotReader& in) {
  sequence_ = in.number();
  for (const auto& level : levels_) level->context.now = in.time();
  for (const auto& executor : executors_)
    executor->counters().for_each([&](std::uint64_t& n) { n = in.number(); });
}

void Shard::restore_keys(SnapshotReader& in) {
  const std::size_t keys = in.count();
  for (std::size_t i = 0; i < keys && in.ok(); ++i) {
    SnapshotReader key(memory_, rules().schema(), in.record());
    restore_key(key);
    if (!key.ok() || !key.at_end()) in.fail();
  }
}

void Shard::restore_key(SnapshotReader& in) {
  const std::uint64_t space = in.number_below(stores_.size());
  const std::string_view bytes = in.text();
  RoutedEvent routed;
  routed.hash = Router::hash_of(bytes);
  routed.key = bytes.data();
  routed.key_size = static_cast<std::uint32_t>(bytes.size());
  if (!in.ok() || !is_key_of(space, bytes) || stores_[space]->find(routed) != nullptr) return in.fail();
  KeyState& key = stores_[space]->add(routed);
  key.rules.clear();
  key.find_places_anew();
  const std::size_t states = in.count();
  for (std::size_t i = 0; i < states && in.ok(); ++i) restore_state(key, in);
}

void Shard::restore_state(KeyState& key, SnapshotReader& in) {
  const auto rule = static_cast<std::uint32_t>(in.number_below(executors_.size()));
  const DeployedRule& deployed = rules().rules()[rule];
  if (!in.ok() || deployed.key_space != key.space || key.find(rule) != nullptr) return in.fail();
  Context& context = level_of(rules(), rule).context;
  RuleState& state = key.find_or_add(rule);
  state.session_end = in.time();
  state.session_timer = in.time();
  wake_again(context, key, rule, state.session_timer);
  if (in.flag()) {
    state.silence = std::make_unique<Silence>();
    state.silence->told = in.time();
    state.silence->held = in.number();
    state.silence->over = in.flag();
    wake_again(context, key, rule, silence_end(state.silence->told, deployed.program->suppress));
  }
  executors_[rule]->restore(key, state, in);
}

/// Whether `bytes` are as many values as a key of `space` has parts.
bool Shard::is_key_of(std::size_t space, std::string_view bytes) const {
  return count_key_bytes(bytes) == rules().key_spaces()[space].source->key.size();
}

bool Shard::restore_waiting(std::string_view bytes) {
  restored_ = std::make_unique<RestoredEvents>();
  restored_->bytes = bytes;
  SnapshotReader in(memory_, rules().schema(), restored_->bytes);
  const std::size_t events = in.count();
  for (std::size_t i = 0; i < events && in.ok(); ++i) restored_->add(in);
  for (const auto& level : levels_) {
    const std::size_t places = in.count();
    for (std::size_t i = 0; i < places && in.ok(); ++i) {
      const std::uint64_t number = in.number_below(events);
      RoutedEvent routed;
      routed.space = static_cast<std::uint16_t>(in.number_below(stores_.size()));
      const std::string_view key = in.text();
      routed.changed.value = static_cast<std::uint16_t>(in.number_below(1u << 16));
      const bool table_is_there = !routed.changed || routed.changed.value < rules().tables().size();
      if (!in.ok() || !table_is_there || !is_key_of(routed.space, key)) return false;
      routed.event = &restored_->events[number];
      routed.time = routed.event->time;
      routed.hash = Router::hash_of(key);
      routed.key = key.data();
      routed.key_size = static_cast<std::uint32_t>(key.size());
      level->reorder.add(routed);
    }
  }
  return in.ok() && in.at_end();
}

void Shard::forget_restored(std::size_t level, EventTime released) {
  if (level + 1 == levels_.size() && restored_->newest <= released) restored_.reset();
}

}  // namespace tocsin::runtime
