#include "runtime/snapshot.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <new>

namespace tocsin::runtime {
namespace {

constexpr unsigned kLow7 = 0x7F;
constexpr unsigned kMore = 0x80;

template <class Id>
Id id_of(std::uint64_t number) {
  return Id{static_cast<decltype(Id::value)>(number)};
}

template <class Id>
constexpr std::uint64_t kIdsMax = std::uint64_t{1} << (8 * sizeof(Id::value));

}  // namespace

// --- writing ---------------------------------------------------------------------------------------

void SnapshotWriter::number(std::uint64_t v) {
  for (; v > kLow7; v >>= 7) out_ += static_cast<char>((v & kLow7) | kMore);
  out_ += static_cast<char>(v);
}

void SnapshotWriter::word(std::uint64_t v) {
  for (int shift = 0; shift < 64; shift += 8) out_ += static_cast<char>(v >> shift & 0xFF);
}

void SnapshotWriter::real(double v) {
  word(std::bit_cast<std::uint64_t>(v));
}

void SnapshotWriter::text(std::string_view v) {
  number(v.size());
  out_ += v;
}

void SnapshotWriter::value(const Value& v) {
  number(static_cast<std::uint64_t>(v.kind()));
  if (v.is_text()) return text(v.as_text());
  if (v.kind() == ValueKind::real) return real(v.as_real());
  if (!v.is_null()) word(static_cast<std::uint64_t>(v.as_integer()));
}

/// A text that lies in `raw` is told by its place.
void SnapshotWriter::text_of(std::string_view raw, std::string_view v) {
  const auto at = reinterpret_cast<std::uintptr_t>(v.data()) - reinterpret_cast<std::uintptr_t>(raw.data());
  const bool within = at <= raw.size() && v.size() <= raw.size() - at;
  number(within ? at + 1 : 0);
  if (!within) return text(v);
  number(v.size());
}

std::size_t SnapshotWriter::begin_record() {
  const std::size_t begin = out_.size();
  word(0);
  return begin;
}

void SnapshotWriter::end_record(std::size_t begin) {
  const std::uint64_t size = out_.size() - begin - sizeof size;
  for (std::size_t i = 0; i < sizeof size; ++i) out_[begin + i] = static_cast<char>(size >> (8 * i) & 0xFF);
}

void SnapshotWriter::begin_key() {
  events_.clear();
  nodes_.clear();
}

void SnapshotWriter::event(const StoredEvent* stored) {
  if (stored == nullptr) return number(0);
  const auto [at, fresh] = events_.try_emplace(stored, events_.size() + 1);
  number(at->second);
  if (!fresh) return;
  number(stored->sequence);
  captured(*stored);
}

void SnapshotWriter::write(const Event& event, std::size_t values) {
  text(event.raw);
  time(event.time);
  number(event.offset);
  number(event.partition.value);
  number(event.type.value);
  flag(event.late);
  text_of(event.raw, event.type_name);
  flag(event.values != nullptr);
  if (event.values == nullptr) return;
  for (std::size_t i = 0; i < values; ++i) {
    const Value& v = event.values[i];
    if (!v.is_text()) {
      value(v);
      continue;
    }
    number(static_cast<std::uint64_t>(v.kind()));
    text_of(event.raw, v.as_text());
  }
}

/// The number of the last node that was written before, how many come after it, and these.
void SnapshotWriter::path(const TakenEvent* tail) {
  path_.clear();
  for (; tail != nullptr && !nodes_.contains(tail); tail = tail->before) path_.push_back(tail);
  number(tail == nullptr ? 0 : nodes_[tail]);
  number(path_.size());
  for (auto node = path_.rbegin(); node != path_.rend(); ++node) {
    nodes_.emplace(*node, nodes_.size() + 1);
    event((*node)->stored);
    number((*node)->variable.value);
    number((*node)->choice);
  }
}

// --- reading ---------------------------------------------------------------------------------------

void SnapshotReader::fail() {
  ok_ = false;
  bytes_ = {};
}

std::string_view SnapshotReader::take(std::size_t size) {
  if (size > bytes_.size()) {
    fail();
    return {};
  }
  const std::string_view taken = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  return taken;
}

std::uint64_t SnapshotReader::number() {
  std::uint64_t out = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::string_view next = take(1);
    if (next.empty()) return 0;
    const auto byte = static_cast<unsigned char>(next.front());
    out |= std::uint64_t{byte & kLow7} << shift;
    if ((byte & kMore) == 0) return out;
  }
  fail();
  return 0;
}

std::uint64_t SnapshotReader::number_below(std::uint64_t limit) {
  const std::uint64_t v = number();
  if (v < limit) return v;
  fail();
  return 0;
}

std::size_t SnapshotReader::count() {
  const std::uint64_t n = number();
  if (n <= bytes_.size()) return n;
  fail();
  return 0;
}

std::uint64_t SnapshotReader::word() {
  std::uint64_t out = 0;
  int shift = 0;
  for (const char byte : take(sizeof out)) {
    out |= std::uint64_t{static_cast<unsigned char>(byte)} << shift;
    shift += 8;
  }
  return out;
}

double SnapshotReader::real() {
  return std::bit_cast<double>(word());
}

std::string_view SnapshotReader::text() {
  const std::uint64_t size = number();
  return take(size);
}

std::string_view SnapshotReader::record() {
  const std::uint64_t size = word();
  return take(size);
}

std::string_view SnapshotReader::text_of(std::string_view raw) {
  const std::uint64_t at = number();
  if (at == 0) return text();
  const std::uint64_t size = number();
  if (at - 1 <= raw.size() && size <= raw.size() - (at - 1)) return raw.substr(at - 1, size);
  fail();
  return {};
}

namespace {

Value plain_value(ValueKind kind, std::uint64_t bits) {
  const auto number = static_cast<std::int64_t>(bits);
  switch (kind) {
    case ValueKind::boolean:
      return Value::boolean(number != 0);
    case ValueKind::integer:
      return Value::integer(number);
    case ValueKind::real:
      return Value::real(std::bit_cast<double>(bits));
    case ValueKind::duration:
      return Value::duration(Duration{number});
    case ValueKind::time:
      return Value::time(EventTime{Duration{number}});
    case ValueKind::null:
    case ValueKind::string:
    case ValueKind::json:
    case ValueKind::list:
      break;
  }
  return Value::null();
}

constexpr auto kValueKinds = static_cast<std::uint64_t>(ValueKind::list);  // but for lists

}  // namespace

Value SnapshotReader::value() {
  const auto kind = static_cast<ValueKind>(number_below(kValueKinds));
  if (kind == ValueKind::string) return Value::string(text());
  if (kind == ValueKind::json) return Value::json(text());
  return kind == ValueKind::null ? Value::null() : plain_value(kind, word());
}

void SnapshotReader::begin_key() {
  for (TakenEvent* node : nodes_) memory_.buffer.release(node);
  for (StoredEvent* stored : events_) memory_.store.release(stored);
  nodes_.clear();
  events_.clear();
}

Event SnapshotReader::read(Arena& arena, bool captured) {
  Event out;
  out.raw = text();
  out.time = time();
  out.offset = number();
  out.partition = id_of<PartitionId>(number_below(kIdsMax<PartitionId>));
  out.type = id_of<TypeId>(number_below(schema_.type_count()));
  out.late = flag();
  out.type_name = text_of(out.raw);
  if (!flag()) return out;
  const Layout& layout = schema_.layout(out.type);
  const std::size_t size = captured ? layout.kept : layout.attributes.size();
  auto* const values = arena.allocate<Value>(size);
  for (std::size_t i = 0; i < size; ++i) {
    const auto kind = static_cast<ValueKind>(number_below(kValueKinds));
    Value v;
    if (kind == ValueKind::string) {
      v = Value::string(text_of(out.raw));
    } else if (kind == ValueKind::json) {
      v = Value::json(text_of(out.raw));
    } else if (kind != ValueKind::null) {
      v = plain_value(kind, word());
    }
    new (values + i) Value(v);
  }
  out.values = values;
  return out;
}

/// Not held for the caller.
StoredEvent* SnapshotReader::numbered_event() {
  const std::uint64_t number_of_event = number_below(events_.size() + 2);
  if (number_of_event == 0) return nullptr;
  if (number_of_event <= events_.size()) return events_[number_of_event - 1];
  const std::uint64_t sequence = number();
  scratch_.reset();
  const Event read = captured(scratch_);
  if (!ok_) return nullptr;
  events_.push_back(memory_.store.capture(read, schema_, sequence));
  return events_.back();
}

StoredEvent* SnapshotReader::event() {
  StoredEvent* const stored = numbered_event();
  if (stored != nullptr) EventStore::hold(stored);
  return stored;
}

TakenEvent* SnapshotReader::path(const patterns::Program& program) {
  const std::uint64_t known = number_below(nodes_.size() + 1);
  TakenEvent* tail = known == 0 ? nullptr : nodes_[known - 1];
  const std::size_t size = count();
  for (std::size_t i = 0; i < size; ++i) {
    StoredEvent* const stored = numbered_event();
    const auto variable = id_of<patterns::VariableId>(number_below(program.variables.size()));
    const auto choice = static_cast<std::uint8_t>(number_below(patterns::kTransitionsMax));
    if (stored == nullptr) fail();
    if (!ok_) return nullptr;
    tail = memory_.buffer.append(tail, stored, variable, choice);
    nodes_.push_back(tail);
  }
  if (tail != nullptr) MatchBuffer::hold(tail);
  return tail;
}

// --- runs ------------------------------------------------------------------------------------------

namespace {

constexpr std::uint64_t kFresh = 1;
constexpr std::uint64_t kTimedOut = 2;
constexpr std::uint64_t kMatched = 4;
constexpr std::uint64_t kComplete = 8;
constexpr std::uint64_t kRunFlags = 16;

std::uint64_t flags_of(const Run& run) {
  return (run.fresh ? kFresh : 0) | (run.timed_out ? kTimedOut : 0) | (run.matched ? kMatched : 0) |
         (run.complete ? kComplete : 0);
}

/// Whether a run may stand there and wait for that.
bool can_wait(const Run& run, const patterns::Program& program) {
  const auto& transitions = program.positions[run.position.value].transitions;
  if (run.position == patterns::kStart || run.tail == nullptr || run.open == 0) return false;
  for (std::size_t i = 0; i < patterns::kTransitionsMax; ++i) {
    if ((run.open >> i & 1) == 0) continue;
    if (i >= transitions.size() || transitions[i].kind == patterns::Transition::Kind::accept) return false;
  }
  return true;
}

}  // namespace

void save_runs(const ShortList<Run>& runs, SnapshotWriter& out) {
  const auto dead = std::count_if(runs.begin(), runs.end(), [](const Run& run) { return run.dead; });
  out.number(runs.size() - static_cast<std::size_t>(dead));
  for (const Run& run : runs) {
    if (run.dead) continue;
    out.path(run.tail);
    out.word(run.joined);
    out.number(run.open);
    out.number(run.position.value);
    out.number(flags_of(run));
    out.time(run.begun);
    out.number(run.start_sequence);
  }
}

void restore_runs(RuleState& state, const patterns::Program& program, SnapshotReader& in) {
  const std::size_t size = in.count();
  for (std::size_t i = 0; i < size && in.ok(); ++i) {
    Run run;
    run.tail = in.path(program);
    run.joined = in.word();
    run.open = in.number();
    run.position = id_of<patterns::PositionId>(in.number_below(program.positions.size()));
    const std::uint64_t flags = in.number_below(kRunFlags);
    run.fresh = (flags & kFresh) != 0;
    run.timed_out = (flags & kTimedOut) != 0;
    run.matched = (flags & kMatched) != 0;
    run.complete = (flags & kComplete) != 0;
    run.begun = in.time();
    run.start_sequence = in.number();
    if (!in.ok() || !can_wait(run, program)) return in.fail();
    state.runs.emplace_back(run);
    if (run.timed_out) ++state.timed_out;
  }
}

void wake_again(Context& context, KeyState& key, std::uint32_t rule, EventTime deadline) {
  if (deadline >= context.now) context.timers.push_unordered({deadline, &key, key.generation, rule});
}

// --- the whole -------------------------------------------------------------------------------------

const Event& RestoredEvents::add(SnapshotReader& in) {
  events.push_back(in.event(arena));
  newest = std::max(newest, events.back().time);
  return events.back();
}

namespace {

constexpr std::string_view kMagic{"tocsin2\n"};  // with the version of the form
constexpr std::size_t kSealSize = kMagic.size() + sizeof(std::uint64_t);

std::string checksum_of(std::string_view payload) {
  std::uint64_t hash = XXH3_64bits(payload.data(), payload.size());
  std::string out;
  for (std::size_t i = 0; i < sizeof hash; ++i, hash >>= 8) out += static_cast<char>(hash & 0xFF);
  return out;
}

}  // namespace

std::string seal_snapshot(std::string_view payload) {
  std::string out{kMagic};
  out += checksum_of(payload);
  return out += payload;
}

Result<std::string_view> open_snapshot(std::string_view snapshot) {
  if (!snapshot.starts_with(kMagic))
    return fail(ErrorCode::bad_data, "this is no snapshot, or one of another version of the engine");
  if (snapshot.size() < kSealSize) return fail(ErrorCode::bad_data, "the snapshot is cut off");
  const std::string_view payload = snapshot.substr(kSealSize);
  if (snapshot.substr(kMagic.size(), kSealSize - kMagic.size()) != checksum_of(payload))
    return fail(ErrorCode::bad_data, "the snapshot is damaged: its checksum is another");
  return payload;
}

}  // namespace tocsin::runtime
