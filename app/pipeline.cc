#include "app/pipeline.h"

#include "app/corrections.h"
#include "app/engine.h"
#include "app/reader.h"
#include "runtime/snapshot.h"

#include <algorithm>
#include <vector>

namespace tocsin::app {

using connectors::EventBatch;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

std::shared_ptr<const runtime::RuleSet> rule_set_of(compiler::CompiledRules rules) {
  return std::make_shared<const runtime::RuleSet>(
      std::move(rules.schema), std::move(rules.programs), std::move(rules.tables));
}

/// So many chunks may be read ahead. Where wall time may stand in for the time of inputs that are idle, what
/// is late in a chunk is known only when the one before has been taken in.
ReaderOptions reader_options(const PipelineOptions& options) {
  constexpr std::size_t kChunksAhead = 4;
  return {options.batch_bytes,
          options.disorder,
          options.workers,
          options.read_ahead_bytes,
          options.idle ? 1 : kChunksAhead};
}

/// How much of a bad record a dead letter shows.
constexpr std::size_t kRawShownMax = 64u << 10;

void append_dead_letter(std::string& out,
                        const std::string& source,
                        std::uint64_t offset,
                        std::uint64_t record,
                        std::string_view reason,
                        std::string_view raw) {
  out += "{\"source\":";
  append_json_string(out, source);
  out += ",\"offset\":" + std::to_string(offset) + ",\"record\":" + std::to_string(record) + ",\"reason\":";
  append_json_string(out, reason);
  out += ",\"raw\":";
  append_json_string(out, raw.substr(0, kRawShownMax));
  out += "}\n";
}

}  // namespace

class Pipeline::Impl {
 public:
  Impl(compiler::CompiledRules rules, const PipelineOptions& options)
      : options_{options},
        engine_{rule_set_of(std::move(rules)),
                options.workers,
                {options.disorder,
                 true,
                 nullptr,
                 options.emitted_bytes_max,
                 options.runs_scanned,
                 options.general_only}},
        corrections_{options.workers, options.disorder},
        reader_{reader_options(options)} {
    reader_.set_rules(engine_.shared_rules(), engine_.tables());
    corrections_.begin(engine_.rules());
  }

  void add_input(std::unique_ptr<connectors::Source> source, connectors::Format format);
  Result<StepState> step(StepOutput& out, milliseconds wait);
  void drain(StepOutput& out);
  bool advance_part(EventTime to, StepOutput& out);
  std::vector<RuleChange> swap_rules(compiler::CompiledRules rules);
  std::string save() const;
  Status restore(std::string_view snapshot);

  const PipelineOptions options_;
  Engine engine_;
  Corrections corrections_;
  Reader reader_;
  PipelineCounters counters_;
  EventTime watermark_ = kTimeMin;
  std::uint64_t runs_peak_ = 0;

  Engine::RunCounts runs_;  // when they were counted last

 private:
  void take_in(Reading& reading, StepOutput& out);
  void count(Chunk& chunk, StepOutput& out);
  void put_aside(Chunk& chunk, const LateEvent& late, StepOutput& out);
  void report_bad(const Input& input, const Chunk& chunk, StepOutput& out);
  void feed_newest();
  void route_again(Input& input, Chunk& chunk);
  EventTime move_time();
  void step_engine(EventTime release, StepOutput& out);
  void count_runs(EventTime release);
  bool idle(const Input& input) const;
  void recycle_chunks(EventTime released);

  std::vector<Chunk> chunks_;                // events of which may wait for their time
  Duration part_ = std::chrono::seconds{1};  // of time that passes at once after the input's end
  EventTime released_ = kTimeMin;            // events up to and with this have been worked through
  bool wall_time_ = false;                   // stands in for the time of events: all inputs are idle
  std::uint64_t counted_events_ = 0;         // that had come when the runs were counted last
  steady_clock::time_point counted_at_;
};

void Pipeline::Impl::add_input(std::unique_ptr<connectors::Source> source, connectors::Format format) {
  const PartitionId partition{static_cast<std::uint32_t>(reader_.inputs().size())};
  reader_.add(std::make_unique<Input>(std::move(source), format, options_.decode, partition),
              engine_.rules().shared_schema());
}

// --- one step --------------------------------------------------------------------------------------

Result<StepState> Pipeline::Impl::step(StepOutput& out, milliseconds wait) {
  auto reading = reader_.next(wait);
  if (!reading) return tl::make_unexpected(reading.error());
  const bool more = reading->input != nullptr;
  if (more) take_in(*reading, out);
  const EventTime release = move_time();
  const auto& inputs = reader_.inputs();
  const bool ended =
      std::all_of(inputs.begin(), inputs.end(), [](const auto& i) { return i->taken().ended; });
  if (more) reader_.read_ahead();
  if (more) feed_newest();
  step_engine(release, out);
  if (more) return StepState::more;
  return ended ? StepState::end : StepState::wait;
}

/// Puts aside what is bad or late of a chunk, and keeps the rest for the engine.
void Pipeline::Impl::take_in(Reading& reading, StepOutput& out) {
  counters_.bytes += reading.chunk.bytes.size();
  reading.input->take_in(reading.chunk);
  report_bad(*reading.input, reading.chunk, out);
  count(reading.chunk, out);
  chunks_.push_back(std::move(reading.chunk));
}

void Pipeline::Impl::report_bad(const Input& input, const Chunk& chunk, StepOutput& out) {
  std::uint64_t before = chunk.first_record;
  for (const EventBatch& batch : chunk.batches) {
    for (const connectors::BadRecord& bad : batch.bad) {
      append_dead_letter(
          out.dead_letters, input.source().name(), bad.offset, before + bad.index, bad.reason, bad.raw);
    }
    before += batch.records;
    counters_.records += batch.records;
    counters_.bad += batch.bad.size();
  }
  if (const auto& cut = chunk.overlong) {
    append_dead_letter(
        out.dead_letters, input.source().name(), cut->offset, before, "record too long", cut->beginning);
    ++counters_.records;
    ++counters_.bad;
  }
}

void Pipeline::Impl::count(Chunk& chunk, StepOutput& out) {
  for (const LateEvent& late : chunk.late) put_aside(chunk, late, out);
  for (const EventBatch& batch : chunk.batches) counters_.events += batch.events.size();
  const std::size_t unseen = chunk.late.size() - chunk.applied.size();
  counters_.events -= unseen;
  counters_.late += unseen;
  counters_.applied += chunk.applied.size();
  counters_.streamed += chunk.of_late_streams.size();
  counters_.furthest_behind = std::max(counters_.furthest_behind, chunk.progress.furthest_behind);
}

/// An event that is late for most rules.
void Pipeline::Impl::put_aside(Chunk& chunk, const LateEvent& late, StepOutput& out) {
  const Event& event = chunk.batches[late.part].events[late.index];
  if (corrections_.take(event, late.watermark)) {
    chunk.applied.push_back(late);
    chunk.newest = std::max(chunk.newest, event.time);
    return;
  }
  out.late += event.raw;
  out.late += '\n';
}

void Pipeline::Impl::feed_newest() {
  engine_.feed(chunks_.back().batches, chunks_.back().routed);
  if (corrections_.empty()) return;
  const Amount amount = amount_of(chunks_.back());
  engine_.team().run([&](std::size_t part) { corrections_.route(chunks_.back(), part); }, amount);
}

/// What waits for its time, under new rules.
void Pipeline::Impl::route_again(Input& input, Chunk& chunk) {
  input.decode_again(chunk);
  input.stream_late(chunk, engine_.rules());
  for (const Event& event : chunk.of_late_streams) {
    if (event.time > released_) engine_.route(0, event, chunk.routed[0].keys);
  }
  for (std::size_t part = 0; part < chunk.batches.size(); ++part) {
    for (const Event& event : chunk.batches[part].events) {
      if (!event.late && event.time > released_) engine_.route(part, event, chunk.routed[part].keys);
    }
    corrections_.route_again(chunk, part);
  }
}

// --- time ------------------------------------------------------------------------------------------

bool Pipeline::Impl::idle(const Input& input) const {
  return options_.idle && !input.source().finite() &&
         steady_clock::now() - input.taken().read_at >= std::chrono::nanoseconds(*options_.idle);
}

/// Moves the watermark to where the inputs allow. Returns up to and with which time events may be released.
EventTime Pipeline::Impl::move_time() {
  EventTime least = kTimeMax;
  EventTime newest = kTimeMin;
  steady_clock::time_point last_read{};
  bool any_open = false;
  for (const auto& input : reader_.inputs()) {
    const InputProgress& taken = input->taken();
    newest = std::max(newest, taken.newest);
    last_read = std::max(last_read, taken.read_at);
    if (taken.ended) continue;
    any_open = true;
    if (!idle(*input)) least = std::min(least, taken.newest);
  }
  wall_time_ = any_open && least == kTimeMax && newest != kTimeMin;
  EventTime now = least == kTimeMax ? newest : least;
  if (wall_time_) {
    const auto silence = std::chrono::duration_cast<Duration>(steady_clock::now() - last_read);
    now = saturating_add(newest, silence);
  }
  watermark_ = std::max(watermark_, now == kTimeMin ? kTimeMin : saturating_add(now, -options_.disorder));
  for (const auto& input : reader_.inputs()) {
    if (idle(*input)) input->floor = watermark_;
  }
  // An event at the watermark itself may still come. From one input it then follows those that are here by
  // arrival; from several the order of the partitions decides, so they wait for each other.
  return reader_.inputs().size() > 1 ? saturating_add(watermark_, Duration{-1}) : watermark_;
}

void Pipeline::Impl::step_engine(EventTime release, StepOutput& out) {
  const std::size_t first = out.alerts.alerts.size();
  EventTime released = engine_.step(release, watermark_, wall_time_, out.alerts);
  released_ = std::max(released_, released);
  count_runs(release);
  if (!corrections_.empty()) {
    released = corrections_.step({released, watermark_, wall_time_}, out.alerts, first);
    counters_.retracted = corrections_.retracted();
    counters_.corrected = corrections_.corrected();
  }
  recycle_chunks(released);
}

/// Looks at every rule. Where there are many this takes longer than what an event does that comes alone, and
/// so it waits until as many events have come as there are rules, or a second has passed.
void Pipeline::Impl::count_runs(EventTime release) {
  constexpr std::size_t kFew = 64;
  constexpr std::chrono::seconds kLong{1};
  const std::size_t rules = engine_.rules().rules().size();
  if (rules > kFew && release != kTimeMax && counters_.events - counted_events_ < rules &&
      steady_clock::now() - counted_at_ < kLong) {
    return;
  }
  counted_events_ = counters_.events;
  counted_at_ = steady_clock::now();
  runs_ = engine_.runs();
  runs_peak_ = std::max(runs_peak_, runs_.live);
}

void Pipeline::Impl::drain(StepOutput& out) {
  while (auto left = reader_.take_left()) {
    take_in(*left, out);
    feed_newest();
  }
  for (const auto& input : reader_.inputs()) watermark_ = std::max(watermark_, input->taken().newest);
  wall_time_ = false;
  step_engine(kTimeMax, out);
}

bool Pipeline::Impl::advance_part(EventTime to, StepOutput& out) {
  constexpr std::size_t kFew = 256;
  constexpr std::size_t kMany = 1024;
  constexpr Duration kShortest = std::chrono::milliseconds{1};
  const std::size_t before = out.alerts.alerts.size();
  const EventTime next = saturating_add(std::max(watermark_, engine_.next_deadline()), part_);
  watermark_ = std::max(watermark_, std::min(next, to));
  step_engine(kTimeMax, out);
  const std::size_t alerts = out.alerts.alerts.size() - before;
  if (alerts < kFew) part_ = part_ > Duration::max() / 2 ? part_ : part_ * 2;
  if (alerts > kMany) part_ = std::max(part_ / 2, kShortest);
  return watermark_ >= to || engine_.failure();
}

void Pipeline::Impl::recycle_chunks(EventTime released) {
  std::erase_if(chunks_, [&](Chunk& chunk) {
    if (chunk.newest > released) return false;
    reader_.recycle(std::move(chunk));
    return true;
  });
}

// --- reload ----------------------------------------------------------------------------------------

namespace {

bool has_rule(const runtime::RuleSet& rules, const std::string& id) {
  return std::any_of(
      rules.rules().begin(), rules.rules().end(), [&](const auto& rule) { return rule.program->id == id; });
}

/// What becomes of each rule of both sets; `kept` as match_rules gives it.
std::vector<RuleChange> changes(const Engine& engine,
                                const runtime::RuleSet& next,
                                const std::vector<std::optional<std::uint32_t>>& kept) {
  using Fate = RuleChange::Fate;
  std::vector<RuleChange> out;
  const runtime::RuleSet& current = engine.rules();
  std::vector<bool> goes_on(current.rules().size());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const std::string& id = next.rules()[i].program->id;
    if (kept[i]) {
      goes_on[*kept[i]] = true;
      out.push_back({id, Fate::kept, engine.counters(*kept[i]).runs_live});
    } else if (!has_rule(current, id)) {
      out.push_back({id, Fate::added, 0});
    }
  }
  for (std::uint32_t i = 0; i < goes_on.size(); ++i) {
    if (goes_on[i]) continue;
    const std::string& id = current.rules()[i].program->id;
    out.push_back({id, has_rule(next, id) ? Fate::restarted : Fate::dropped, engine.counters(i).runs_live});
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.rule < b.rule; });
  return out;
}

}  // namespace

std::vector<RuleChange> Pipeline::Impl::swap_rules(compiler::CompiledRules rules) {
  const auto next = rule_set_of(std::move(rules));
  const auto kept = runtime::match_rules(engine_.rules(), *next);
  auto fates = changes(engine_, *next, kept);
  reader_.set_schema(next->shared_schema());
  const auto decode_again = [this](Event& event, Arena& arena) {
    // Codecs read beyond the end of what they decode; a kept event has nothing behind it.
    char* raw = arena.allocate<char>(event.raw.size() + connectors::kPadding);
    std::copy(event.raw.begin(), event.raw.end(), raw);
    event.raw = {raw, event.raw.size()};
    reader_.inputs()[event.partition.value]->decoder(0).decode_again(event, arena);
  };
  engine_.swap_rules(next, kept, decode_again);
  corrections_.swap_rules(*next, kept, released_, decode_again);
  reader_.set_rules(next, engine_.tables());
  for (Chunk& chunk : chunks_) route_again(*reader_.inputs()[chunk.partition.value], chunk);
  engine_.forget_recounted(kept);
  return fates;
}

// --- snapshots -------------------------------------------------------------------------------------

std::string Pipeline::Impl::save() const {
  std::string payload;
  runtime::SnapshotWriter out(engine_.rules().schema(), payload);
  out.text(engine_.save());
  const std::size_t corrections = out.begin_record();
  corrections_.save(engine_.rules().schema(), payload);
  out.end_record(corrections);
  return runtime::seal_snapshot(payload);
}

Status Pipeline::Impl::restore(std::string_view snapshot) {
  const auto payload = runtime::open_snapshot(snapshot);
  if (!payload) return tl::make_unexpected(payload.error());
  runtime::Memory memory;
  runtime::SnapshotReader in(memory, engine_.rules().schema(), *payload);
  const std::string_view engine = in.text();
  const std::string_view corrections = in.record();
  if (!in.ok() || !in.at_end()) return fail(ErrorCode::bad_data, "the snapshot is of another form");
  if (auto restored = engine_.restore(engine); !restored) return restored;
  return corrections_.restore(engine_.rules(), corrections);
}

// --- the face --------------------------------------------------------------------------------------

Pipeline::Pipeline(compiler::CompiledRules rules, const PipelineOptions& options)
    : impl_{std::make_unique<Impl>(std::move(rules), options)} {}
Pipeline::~Pipeline() = default;

void Pipeline::add_input(std::unique_ptr<connectors::Source> source, connectors::Format format) {
  impl_->add_input(std::move(source), format);
}
Result<StepState> Pipeline::step(StepOutput& out, milliseconds wait) {
  return impl_->step(out, wait);
}
void Pipeline::drain(StepOutput& out) {
  impl_->drain(out);
}
void Pipeline::advance(EventTime to, StepOutput& out) {
  while (!impl_->advance_part(to, out)) {
  }
}
bool Pipeline::advance_part(EventTime to, StepOutput& out) {
  return impl_->advance_part(to, out);
}
std::vector<RuleChange> Pipeline::swap_rules(compiler::CompiledRules rules) {
  return impl_->swap_rules(std::move(rules));
}

std::string Pipeline::save_state() const {
  return impl_->save();
}
Status Pipeline::restore_state(std::string_view snapshot) {
  impl_->reader_.settle();  // it may look tables up
  return impl_->restore(snapshot);
}

std::optional<std::string> Pipeline::failure() const {
  const auto& failure = impl_->engine_.failure();
  if (!failure) return std::nullopt;
  const patterns::Program& program = *impl_->engine_.rules().rules()[failure->rule].program;
  std::string key;
  std::string_view bytes = failure->key;
  while (!bytes.empty()) {
    if (!key.empty()) key += ", ";
    append_json(key, read_key_bytes(bytes));
  }
  std::string time;
  append_rfc3339(time, failure->order.decided);
  return "rule " + program.id + ": at " + time + " the key " + (key.empty() ? "of all events" : key) +
         " has " + std::to_string(program.run_limit.per_key) +
         " runs open, which is its `max runs per key`, and the rule says `fail`";
}

const PipelineCounters& Pipeline::counters() const {
  return impl_->counters_;
}
std::uint64_t Pipeline::runs_live() const {
  return impl_->engine_.runs().live;
}
std::uint64_t Pipeline::runs_peak() const {
  return impl_->runs_peak_;
}
std::uint64_t Pipeline::runs_lost() const {
  return impl_->runs_.lost;
}
EventTime Pipeline::watermark() const {
  return impl_->watermark_;
}

std::vector<RuleCounters> Pipeline::rule_counters() const {
  std::vector<RuleCounters> out;
  const auto& rules = impl_->engine_.rules().rules();
  for (std::uint32_t i = 0; i < rules.size(); ++i) {
    out.push_back({rules[i].program->id, impl_->engine_.counters(i)});
  }
  return out;
}

std::vector<TableCounters> Pipeline::table_counters() const {
  std::vector<TableCounters> out;
  impl_->engine_.tables().for_each_counters(
      [&](const std::string& name, const runtime::TableCounters& counts) {
        out.push_back({name, counts});
      });
  return out;
}

std::uint64_t Pipeline::input_position_bytes() const {
  std::uint64_t sum = 0;
  for (const auto& input : impl_->reader_.inputs()) sum += input->taken().position_bytes;
  return sum;
}

std::uint64_t Pipeline::input_size_bytes() const {
  std::uint64_t sum = 0;
  for (const auto& input : impl_->reader_.inputs()) {
    if (input->taken().size_bytes == 0) return 0;
    sum += input->taken().size_bytes;
  }
  return sum;
}

}  // namespace tocsin::app
