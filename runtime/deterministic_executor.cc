#include "runtime/deterministic_executor.h"

#include "runtime/prior_events.h"
#include "runtime/run_limit.h"

#include <algorithm>
#include <bit>

namespace tocsin::runtime {

using patterns::AfterMatch;
using patterns::Program;
using patterns::TransitionMask;
using patterns::VariableMask;

namespace {

bool reports_all(const Program& program) {
  if (program.after_match == AfterMatch::no_skip) return true;
  return program.report_all && program.after_match == AfterMatch::skip_past_last_event;
}

bool has_own_limit(const Program& program) {
  return program.run_limit.per_key != patterns::kRunsPerKey ||
         program.run_limit.policy != patterns::LimitPolicy::drop_newest;
}

bool looks_back(const Program& program, patterns::VariableId variable) {
  return variable && program.variables[variable.value].run_condition;
}

}  // namespace

bool DeterministicExecutor::takes(const Program& program) {
  const bool plain = program.runs == patterns::RunsKept::all && !program.emit_preferred &&
                     program.lulls.empty() && program.variable_keys.empty() && prior_depth_of(program) == 0 &&
                     program.window.kind == patterns::WindowKind::none && !program.watch;
  return plain && !program.on_timeout && reports_all(program) && !has_own_limit(program) &&
         !looks_back(program, program.cancel) && Ways::fit(program);
}

DeterministicExecutor::DeterministicExecutor(Context& context, std::uint32_t rule)
    : PatternExecutor{context, rule},
      ways_{program_},
      cancel_{program_.cancel ? patterns::mask_of(program_.cancel) : 0},
      event_limit_{program_.within_events},
      counts_only_{emitter_.counts_only(AlertKind::match)},
      expires_{event_limit_ > 0 || within_lane_},
      ends_all_{program_.after_match == AfterMatch::skip_past_last_event} {}

// --- what a key has --------------------------------------------------------------------------------

RuleMemory& DeterministicExecutor::memory_of(RuleState& state) const {
  if (state.memory == nullptr) state.memory = std::make_unique<RuleMemory>();
  RuleMemory& memory = *state.memory;
  // What an idle state has may be another rule's.
  if (counts_only_) {
    if (memory.counter == nullptr) memory.counter = std::make_unique<RunCounter>();
    if (!memory.counter->fits(ways_, expires_)) memory.counter->shape(ways_, expires_);
  } else {
    if (memory.shared == nullptr) memory.shared = std::make_unique<SharedRuns>();
    if (!memory.shared->fits(ways_)) memory.shared->shape(ways_);
  }
  return memory;
}

const RunStarts& DeterministicExecutor::starts_of(const RuleMemory& memory) const {
  return counts_only_ ? memory.counter->starts() : memory.shared->starts();
}

WayMask DeterministicExecutor::open_of(const RuleMemory& memory) const {
  return counts_only_ ? memory.counter->open() : memory.shared->open();
}

/// What is counted as live runs: starts, or events kept.
std::size_t DeterministicExecutor::size_of(const RuleMemory& memory) const {
  return counts_only_ ? memory.counter->starts().size() : memory.shared->size();
}

void DeterministicExecutor::drop_first_starts(RuleMemory& memory, std::size_t count) {
  if (count == 0) return;
  if (counts_only_) {
    for (; count > 0; --count) memory.counter->drop_first_start(ways_);
  } else {
    memory.shared->starts().drop_front(count);
    memory.shared->drop_expired(ways_, context_.store);
  }
}

void DeterministicExecutor::clear(RuleMemory& memory) {
  counts_only_ ? memory.counter->clear() : memory.shared->clear(context_.store);
}

void DeterministicExecutor::drop(RuleState& state) {
  if (state.memory == nullptr) return;
  counters_.runs_live -= size_of(memory_of(state));
  clear(*state.memory);
  state.memory.reset();
}

// --- one event -------------------------------------------------------------------------------------

void DeterministicExecutor::on_event(KeyState& key, RuleState& state, CurrentEvent& event) {
  tests_.look_at(event);
  RuleMemory& memory = memory_of(state);
  const std::size_t size = size_of(memory);
  if (event_limit_ > 0) close_overrun(memory);
  if (cancel_ != 0 && !memory.empty() && tests_.any_own_holds(cancel_)) clear(memory);
  const WayStep step = step_of(open_of(memory));
  if ((step.takes | step.closes | step.begins) != 0)
    counts_only_ ? count(memory, step) : share(key, memory, step, event);
  counters_.runs_live += size_of(memory) - size;
  const bool begun = !starts_of(memory).empty() && starts_of(memory).back().sequence == event.sequence();
  if (!begun || !within_lane_) return;
  const EventTime deadline = saturating_add(tests_.event().time, within_);
  context_.timers.push(*within_lane_, {deadline, &key, key.generation, rule_index_});
}

/// `within: N events`: lets go of the starts that the event in hand is too late for.
void DeterministicExecutor::close_overrun(RuleMemory& memory) {
  ++memory.seen;
  const RunStarts& starts = starts_of(memory);
  std::size_t over = 0;
  while (over < starts.size() && starts[over].number + event_limit_ <= memory.seen) ++over;
  drop_first_starts(memory, over);
}

/// What the event in hand does, where ways are `open`.
WayStep DeterministicExecutor::step_of(WayMask open) {
  VariableMask asked = ways_.begin_with;
  for (WayMask rest = open; rest != 0; rest &= rest - 1)
    asked |= ways_.asked_by[static_cast<std::size_t>(std::countr_zero(rest))];
  VariableMask holds = tests_.passing(asked);
  WayStep step;
  if ((holds & ways_.begin_with) != 0) step.begins = starts(0);
  WayMask blocked = 0;
  for (; holds != 0; holds &= holds - 1) {
    const auto variable = static_cast<std::size_t>(std::countr_zero(holds));
    step.takes |= ways_.takes_by[variable];
    step.closes |= ways_.closes_by[variable];
    blocked |= ways_.blocks_by[variable];
  }
  step.takes &= open & ~blocked;
  step.closes = (step.closes | ways_.closed_by_any) & open;
  return step;
}

void DeterministicExecutor::count(RuleMemory& memory, const WayStep& step) {
  const RunStart start{tests_.sequence(), tests_.event().time, memory.seen};
  const std::uint64_t matches = memory.counter->step(ways_, step, start);
  if (matches == 0) return;
  emitter_.count(AlertKind::match, matches);
  if (ends_all_) clear(memory);
}

void DeterministicExecutor::share(KeyState& key,
                                  RuleMemory& memory,
                                  const WayStep& step,
                                  CurrentEvent& event) {
  SharedRuns& runs = *memory.shared;
  arrive(runs, step);
  found_.clear();
  found_steps_.clear();
  for (const Reached& reached : reached_) find_matches(key, runs, reached, event);
  if (!found_.empty()) {
    tell_found(key);
    if (ends_all_) return clear(memory);
  }
  runs.close(ways_, step.closes);
  bool begun = false;
  for (const Reached& reached : reached_) {
    if (ways_.out_of[reached.position.value] == 0 || !keep(key, runs, reached, event)) continue;
    begun = begun || reached.begins;
  }
  if (runs.empty()) return clear(memory);
  if (begun && expires_) runs.starts().push_back({event.sequence(), tests_.event().time, memory.seen});
  runs.drop_closed(ways_, context_.store);
}

/// Where the event in hand comes to, and how.
void DeterministicExecutor::arrive(const SharedRuns& runs, const WayStep& step) {
  arrivals_.clear();
  reached_.clear();
  WayMask takes = step.takes;
  TransitionMask begins = step.begins;
  while ((takes | begins) != 0) {
    Reached reached;
    reached.position = takes != 0 ? ways_.all[static_cast<std::size_t>(std::countr_zero(takes))].target
                                  : ways_.begun_by[static_cast<std::size_t>(std::countr_zero(begins))];
    reached.arrivals_begin = arrivals_.size();
    const WayMask into = takes & ways_.into[reached.position.value];
    runs.arrive(ways_, into, arrivals_);
    takes &= ~into;
    TransitionMask begin = begins & ways_.begins_at[reached.position.value];
    begins &= ~begin;
    reached.begins = begin != 0;
    for (; begin != 0; begin &= begin - 1)
      arrivals_.push_back({patterns::kStart, static_cast<std::uint8_t>(std::countr_zero(begin)), 0, 0});
    reached.arrivals_end = arrivals_.size();
    reached_.push_back(reached);
  }
}

std::span<const SharedRuns::Arrival> DeterministicExecutor::arrivals_of(const Reached& reached) const {
  return std::span{arrivals_}.subspan(reached.arrivals_begin, reached.arrivals_end - reached.arrivals_begin);
}

/// Keeps the event in hand as taken where it came to. False: there is no room for it.
bool DeterministicExecutor::keep(KeyState& key,
                                 SharedRuns& runs,
                                 const Reached& reached,
                                 CurrentEvent& event) {
  if (runs.size() >= program_.run_limit.per_key) {
    ++counters_.runs_refused;
    note_full(context_, rule_index_, key, event.event());
    return false;
  }
  const auto arrivals = arrivals_of(reached);
  const std::uint64_t newest_start = reached.begins ? event.sequence() : runs.newest_start(arrivals);
  EventStore::hold(event.captured());
  runs.take(ways_, reached.position, event.captured(), newest_start, arrivals);
  return true;
}

// --- matches ---------------------------------------------------------------------------------------

/// Finds the matches that the event in hand completes where it came to, as many as there is room for.
void DeterministicExecutor::find_matches(KeyState& key,
                                         SharedRuns& runs,
                                         const Reached& reached,
                                         CurrentEvent& event) {
  const auto& accept = ways_.accepts[reached.position.value];
  if (!accept) return;
  const bool goes_on = ways_.out_of[reached.position.value] != 0;
  PathStep last;
  last.stored = goes_on ? event.captured() : event.passing();
  last.variable = program_.positions[reached.position.value].variable;
  runs.for_each_run(arrivals_of(reached), program_, last, [&](std::span<const PathStep> steps) {
    if (found_.size() >= program_.run_limit.per_key) {
      ++counters_.runs_refused;
      note_full(context_, rule_index_, key, event.event());
      return false;
    }
    const std::size_t begin = found_steps_.size();
    found_steps_.insert(found_steps_.end(), steps.rbegin(), steps.rend());
    found_.push_back({begin, found_steps_.size(), *accept});
    return true;
  });
}

/// In the order of candidates.
bool DeterministicExecutor::comes_before(const Found& a, const Found& b) const {
  const PathStep* const steps_a = found_steps_.data() + a.begin;
  const PathStep* const steps_b = found_steps_.data() + b.begin;
  if (steps_a->stored != steps_b->stored) return steps_a->stored->sequence < steps_b->stored->sequence;
  const std::size_t size_a = a.end - a.begin;
  const std::size_t size_b = b.end - b.begin;
  for (std::size_t i = 0; i < std::min(size_a, size_b); ++i) {
    if (steps_a[i].choice != steps_b[i].choice) return steps_a[i].choice < steps_b[i].choice;
    if (steps_a[i].stored != steps_b[i].stored)
      return steps_a[i].stored->sequence < steps_b[i].stored->sequence;
  }
  if (size_a == size_b) return false;
  const std::size_t common = std::min(size_a, size_b);
  const std::uint16_t choice_a = common < size_a ? steps_a[common].choice : a.accept;
  const std::uint16_t choice_b = common < size_b ? steps_b[common].choice : b.accept;
  return choice_a < choice_b;
}

void DeterministicExecutor::tell_found(KeyState& key) {
  if (found_.size() > 1) {
    std::sort(
        found_.begin(), found_.end(), [this](const Found& a, const Found& b) { return comes_before(a, b); });
  }
  for (const Found& found : found_) tell(key, found);
}

void DeterministicExecutor::tell(KeyState& key, const Found& found) {
  const std::size_t size = found.end - found.begin;
  path_.resize(size);
  for (std::size_t i = 0; i < size; ++i) {
    const PathStep& step = found_steps_[found.begin + i];
    path_[i] = {i == 0 ? nullptr : &path_[i - 1], step.stored, 1, step.variable, step.choice};
  }
  ResultView result;
  result.kind = AlertKind::match;
  result.time = tests_.event().time;
  result.order = order_of(tests_.event());
  result.key = &key;
  result.tail = &path_.back();
  emitter_.emit(result);
}

// --- deadlines -------------------------------------------------------------------------------------

void DeterministicExecutor::on_deadline(KeyState& /*key*/, RuleState& state, EventTime deadline) {
  if (state.memory == nullptr || state.memory->empty()) return;
  RuleMemory& memory = *state.memory;
  const std::size_t size = size_of(memory);
  const RunStarts& starts = starts_of(memory);
  std::size_t over = 0;
  while (over < starts.size() && saturating_add(starts[over].time, within_) <= deadline) ++over;
  drop_first_starts(memory, over);
  counters_.runs_live += size_of(memory) - size;
}

}  // namespace tocsin::runtime
