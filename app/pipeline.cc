#include "app/pipeline.h"

#include "app/engine.h"
#include "app/input.h"

#include <algorithm>
#include <deque>

namespace tocsin::app {

using connectors::EventBatch;
using connectors::ReadState;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

std::shared_ptr<const runtime::RuleSet> rule_set_of(compiler::CompiledRules rules) {
  return std::make_shared<const runtime::RuleSet>(std::move(rules.schema), std::move(rules.programs));
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
        engine_{rule_set_of(std::move(rules)), options.workers, {options.disorder, options.render_alerts}} {}

  void add_input(std::unique_ptr<connectors::Source> source, connectors::Format format);
  Result<StepState> step(StepOutput& out, milliseconds wait);
  void drain(StepOutput& out);
  void advance(EventTime to, StepOutput& out);
  std::vector<RuleChange> swap_rules(compiler::CompiledRules rules);

  const PipelineOptions options_;
  Engine engine_;
  std::vector<std::unique_ptr<Input>> inputs_;
  PipelineCounters counters_;
  EventTime watermark_ = kTimeMin;
  std::uint64_t runs_peak_ = 0;

  std::uint64_t runs_live() const;

 private:
  /// What one read gave.
  struct Reading {
    Input* input = nullptr;  // null: no input had anything
    Chunk chunk;
  };

  Result<Reading> read_furthest_behind(milliseconds wait);
  Result<bool> try_read(Input& input, milliseconds wait, Reading& reading);
  void take_in(Input& input, Chunk& chunk, StepOutput& out);
  void admit(Input& input, Chunk& chunk, StepOutput& out);
  void report_bad(Input& input, const Chunk& chunk, StepOutput& out);
  void route(Chunk& chunk, std::size_t part, EventTime after);
  void move_time(StepOutput& out);
  void step_engine(EventTime release, EventTime watermark, bool idle_clock, StepOutput& out);
  bool idle(const Input& input) const;
  void recycle_chunks(EventTime released);
  Chunk fresh_chunk();

  std::deque<Chunk> chunks_;       // events of which may wait for their time
  std::vector<Chunk> spare_;       // memory for new ones
  EventTime released_ = kTimeMin;  // events up to and with this have been worked through
};

void Pipeline::Impl::add_input(std::unique_ptr<connectors::Source> source, connectors::Format format) {
  const PartitionId partition{static_cast<std::uint32_t>(inputs_.size())};
  inputs_.push_back(std::make_unique<Input>(std::move(source), format, options_.decode, partition));
  inputs_.back()->set_schema(engine_.rules().shared_schema(), options_.workers);
}

// --- one step --------------------------------------------------------------------------------------

Result<StepState> Pipeline::Impl::step(StepOutput& out, milliseconds wait) {
  auto reading = read_furthest_behind(wait);
  if (!reading) return tl::make_unexpected(reading.error());
  if (reading->input != nullptr) take_in(*reading->input, reading->chunk, out);
  move_time(out);
  if (reading->input != nullptr) return StepState::more;
  const bool ended =
      std::all_of(inputs_.begin(), inputs_.end(), [](const auto& input) { return input->ended(); });
  return ended ? StepState::end : StepState::wait;
}

/// Asks the inputs in the order of their time without waiting; only if none has anything, waits for the
/// first.
Result<Pipeline::Impl::Reading> Pipeline::Impl::read_furthest_behind(milliseconds wait) {
  std::vector<Input*> open;
  for (const auto& input : inputs_) {
    if (!input->ended()) open.push_back(input.get());
  }
  std::stable_sort(
      open.begin(), open.end(), [](const Input* a, const Input* b) { return a->newest < b->newest; });
  Reading reading;
  reading.chunk = fresh_chunk();
  for (Input* input : open) {
    const auto got = try_read(*input, open.size() == 1 ? wait : milliseconds{0}, reading);
    if (!got) return tl::make_unexpected(got.error());
    if (*got) return reading;
  }
  if (open.size() > 1) {
    const auto got = try_read(*open.front(), wait, reading);
    if (!got) return tl::make_unexpected(got.error());
  }
  return reading;
}

/// Whether `input` gave anything, or came to its end.
Result<bool> Pipeline::Impl::try_read(Input& input, milliseconds wait, Reading& reading) {
  const auto state = input.read(reading.chunk, options_.batch_bytes, wait);
  if (!state) return tl::make_unexpected(state.error());
  if (*state == ReadState::wait) return false;
  reading.input = &input;
  return true;
}

/// Decodes a chunk, puts aside what is bad or late, and routes the rest.
void Pipeline::Impl::take_in(Input& input, Chunk& chunk, StepOutput& out) {
  counters_.bytes += chunk.bytes.size();
  input.split(chunk, options_.workers);
  engine_.team().run([&](std::size_t part) { input.decode(chunk, part); });
  report_bad(input, chunk, out);
  admit(input, chunk, out);
  engine_.team().run([&](std::size_t part) { route(chunk, part, kTimeMin); });
  chunks_.push_back(std::move(chunk));
}

void Pipeline::Impl::report_bad(Input& input, const Chunk& chunk, StepOutput& out) {
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
  input.records += before - chunk.first_record;
  if (const auto cut = input.take_overlong()) {
    append_dead_letter(out.dead_letters,
                       input.source().name(),
                       cut->offset,
                       input.records - 1,
                       "record too long",
                       cut->beginning);
    ++counters_.records;
    ++counters_.bad;
  }
}

void Pipeline::Impl::admit(Input& input, Chunk& chunk, StepOutput& out) {
  std::vector<const Event*> late;
  input.admit(chunk, options_.disorder, late);
  for (const Event* event : late) {
    out.late += event->raw;
    out.late += '\n';
  }
  for (const EventBatch& batch : chunk.batches) counters_.events += batch.events.size();
  counters_.events -= late.size();
  counters_.late += late.size();
  counters_.furthest_behind = std::max(counters_.furthest_behind, input.furthest_behind);
}

void Pipeline::Impl::route(Chunk& chunk, std::size_t part, EventTime after) {
  if (part >= chunk.batches.size()) return;
  for (const Event& event : chunk.batches[part].events) {
    if (!event.late && (event.time > after)) engine_.route(part, event, chunk.keys[part]);
  }
}

// --- time ------------------------------------------------------------------------------------------

bool Pipeline::Impl::idle(const Input& input) const {
  return options_.idle && !input.source().finite() &&
         steady_clock::now() - input.last_read >= std::chrono::nanoseconds(*options_.idle);
}

/// Moves the watermark to where the inputs allow, and the engine with it.
void Pipeline::Impl::move_time(StepOutput& out) {
  EventTime least = kTimeMax;
  EventTime newest = kTimeMin;
  steady_clock::time_point last_read{};
  bool any_open = false;
  for (const auto& input : inputs_) {
    newest = std::max(newest, input->newest);
    last_read = std::max(last_read, input->last_read);
    if (input->ended()) continue;
    any_open = true;
    if (!idle(*input)) least = std::min(least, input->newest);
  }
  const bool all_idle = any_open && least == kTimeMax && newest != kTimeMin;
  EventTime now = least == kTimeMax ? newest : least;
  if (all_idle) {
    const auto silence = std::chrono::duration_cast<Duration>(steady_clock::now() - last_read);
    now = saturating_add(newest, silence);
  }
  watermark_ = std::max(watermark_, now == kTimeMin ? kTimeMin : saturating_add(now, -options_.disorder));
  for (const auto& input : inputs_) {
    if (idle(*input)) input->floor = watermark_;
  }
  // An event at the watermark itself may still come. From one input it then follows those that are here by
  // arrival; from several the order of the partitions decides, so they wait for each other.
  const EventTime release = inputs_.size() > 1 ? saturating_add(watermark_, Duration{-1}) : watermark_;
  step_engine(release, watermark_, all_idle, out);
}

void Pipeline::Impl::step_engine(EventTime release, EventTime watermark, bool idle_clock, StepOutput& out) {
  engine_.step(release, watermark, idle_clock, out.alerts);
  released_ = std::max(released_, release);
  runs_peak_ = std::max(runs_peak_, runs_live());
  recycle_chunks(release);
}

std::uint64_t Pipeline::Impl::runs_live() const {
  std::uint64_t runs = 0;
  for (std::uint32_t i = 0; i < engine_.rules().rules().size(); ++i) runs += engine_.counters(i).runs_live;
  return runs;
}

void Pipeline::Impl::drain(StepOutput& out) {
  for (const auto& input : inputs_) watermark_ = std::max(watermark_, input->newest);
  step_engine(kTimeMax, watermark_, false, out);
}

void Pipeline::Impl::advance(EventTime to, StepOutput& out) {
  watermark_ = std::max(watermark_, to);
  step_engine(kTimeMax, watermark_, false, out);
}

Chunk Pipeline::Impl::fresh_chunk() {
  if (spare_.empty()) return {};
  Chunk chunk = std::move(spare_.back());
  spare_.pop_back();
  chunk.bytes.clear();
  chunk.newest = kTimeMin;
  return chunk;
}

void Pipeline::Impl::recycle_chunks(EventTime released) {
  std::erase_if(chunks_, [&](Chunk& chunk) {
    if (chunk.newest > released) return false;
    spare_.push_back(std::move(chunk));
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
  for (const auto& input : inputs_) input->set_schema(next->shared_schema(), options_.workers);
  engine_.swap_rules(next, kept, [this](Event& event, Arena& arena) {
    // Codecs read beyond the end of what they decode; a kept event has nothing behind it.
    char* raw = arena.allocate<char>(event.raw.size() + connectors::kPadding);
    std::copy(event.raw.begin(), event.raw.end(), raw);
    event.raw = {raw, event.raw.size()};
    inputs_[event.partition.value]->decoder(0).decode_again(event, arena);
  });
  for (Chunk& chunk : chunks_) {
    inputs_[chunk.partition.value]->decode_again(chunk);
    for (std::size_t part = 0; part < chunk.batches.size(); ++part) route(chunk, part, released_);
  }
  engine_.forget_recounted(kept);
  return fates;
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
  impl_->advance(to, out);
}
std::vector<RuleChange> Pipeline::swap_rules(compiler::CompiledRules rules) {
  return impl_->swap_rules(std::move(rules));
}

const PipelineCounters& Pipeline::counters() const {
  return impl_->counters_;
}
std::uint64_t Pipeline::runs_live() const {
  return impl_->runs_live();
}
std::uint64_t Pipeline::runs_peak() const {
  return impl_->runs_peak_;
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

std::uint64_t Pipeline::input_position_bytes() const {
  std::uint64_t sum = 0;
  for (const auto& input : impl_->inputs_) sum += input->source().position_bytes();
  return sum;
}

std::uint64_t Pipeline::input_size_bytes() const {
  std::uint64_t sum = 0;
  for (const auto& input : impl_->inputs_) {
    if (input->source().size_bytes() == 0) return 0;
    sum += input->source().size_bytes();
  }
  return sum;
}

}  // namespace tocsin::app
