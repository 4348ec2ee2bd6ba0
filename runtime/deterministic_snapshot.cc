/// Snapshots of runs that are kept together. Part of DeterministicExecutor, SharedRuns and RunCounter.

#include "runtime/deterministic_executor.h"
#include "runtime/snapshot.h"

#include <algorithm>
#include <bit>

namespace tocsin::runtime {

using patterns::PositionId;

namespace {

void save_starts(const RunStarts& starts, SnapshotWriter& out) {
  out.number(starts.size());
  for (const RunStart& start : starts) {
    out.number(start.sequence);
    out.time(start.time);
    out.number(start.number);
  }
}

void restore_starts(RunStarts& starts, SnapshotReader& in) {
  const std::size_t count = in.count();
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    RunStart start;
    start.sequence = in.number();
    start.time = in.time();
    start.number = in.number();
    if (!starts.empty() && starts.back().sequence >= start.sequence) return in.fail();
    starts.push_back(start);
  }
}

WayMask all_of(std::size_t bits) {
  return bits == 64 ? ~WayMask{0} : (WayMask{1} << bits) - 1;
}

std::uint64_t mask_within(std::size_t bits, SnapshotReader& in) {
  const std::uint64_t mask = in.number();
  if ((mask & ~all_of(bits)) != 0) in.fail();
  return mask & all_of(bits);
}

}  // namespace

void DeterministicExecutor::save(const RuleState& state, SnapshotWriter& out) const {
  const bool any = state.memory != nullptr && !state.memory->empty();
  out.flag(any);
  if (!any) return;
  out.number(state.memory->seen);
  save_starts(starts_of(*state.memory), out);
  counts_only_ ? state.memory->counter->save(out) : state.memory->shared->save(ways_, out);
}

void DeterministicExecutor::restore(KeyState& key, RuleState& state, SnapshotReader& in) {
  if (!in.flag()) return;
  RuleMemory& memory = memory_of(state);
  memory.seen = in.number();
  RunStarts starts;
  restore_starts(starts, in);
  if (within_lane_) {
    for (const RunStart& start : starts)
      wake_again(context_, key, rule_index_, saturating_add(start.time, within_));
  }
  if (counts_only_) {
    memory.counter->restore(ways_, std::move(starts), in);
  } else {
    memory.shared->starts() = std::move(starts);
    memory.shared->restore(ways_, in);
  }
  counters_.runs_live += size_of(memory);
}

// --- shared runs -----------------------------------------------------------------------------------

/// Numbers are written as if each position's began at 0.
void SharedRuns::save(const Ways& ways, SnapshotWriter& out) const {
  const auto number_at = [&](PositionId position, std::uint64_t number) {
    const std::uint64_t gone = positions_[position.value].taken_gone;
    return std::max(number, gone) - gone;
  };
  for (const AtPosition& at : positions_) {
    out.number(at.taken.size());
    for (std::size_t i = 0; i < at.taken.size(); ++i) {
      out.event(at.taken[i].stored);
      out.number(at.taken[i].newest_start);
      out.number(at.taken[i].arrivals_end - at.arrivals_begin(i));
      for (std::uint64_t a = at.arrivals_begin(i); a < at.taken[i].arrivals_end; ++a) {
        const Arrival& arrival = at.arrivals[a - at.arrivals_gone];
        out.number(arrival.from.value);
        out.number(arrival.choice);
        out.number(number_at(arrival.from, arrival.begin));
        out.number(number_at(arrival.from, arrival.end));
      }
    }
  }
  out.number(open_);
  for (std::size_t way = 0; way < open_from_.size(); ++way) {
    if ((open_ >> way & 1) != 0) out.number(number_at(ways.all[way].from, open_from_[way]));
  }
}

void SharedRuns::restore(const Ways& ways, SnapshotReader& in) {
  for (std::uint16_t p = 0; p < positions_.size() && in.ok(); ++p) {
    AtPosition& at = positions_[p];
    const std::size_t count = in.count();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
      Taken taken;
      taken.stored = in.event();
      taken.newest_start = in.number();
      for (std::size_t arrivals = in.count(); arrivals > 0 && in.ok(); --arrivals) {
        Arrival arrival;
        arrival.from.value = static_cast<std::uint16_t>(in.number_below(positions_.size()));
        arrival.choice = static_cast<std::uint8_t>(in.number_below(patterns::kTransitionsMax));
        arrival.begin = in.number();
        arrival.end = in.number();
        if (!ways.lead(arrival.from, arrival.choice, PositionId{p})) in.fail();
        at.arrivals.push_back(arrival);
      }
      taken.arrivals_end = at.arrivals.size();
      if (taken.stored == nullptr) return in.fail();
      at.taken.push_back(taken);
      ++size_;
    }
  }
  open_ = mask_within(ways.all.size(), in);
  for (std::size_t way = 0; way < open_from_.size(); ++way) {
    const std::uint64_t end = positions_[ways.all[way].from.value].end();
    open_from_[way] = (open_ >> way & 1) != 0 ? in.number_below(end) : end;
  }
  if (!in.ok() || open_ == 0 || !is_sound()) in.fail();
}

/// Whether what every event stands on came before it, and starts do not fall.
bool SharedRuns::is_sound() const {
  for (const AtPosition& at : positions_) {
    for (std::size_t i = 0; i < at.taken.size(); ++i) {
      const Taken& taken = at.taken[i];
      const std::uint64_t sequence = taken.stored->sequence;
      if (taken.newest_start > sequence || at.arrivals_begin(i) == taken.arrivals_end) return false;
      const Taken* const before = i == 0 ? nullptr : &at.taken[i - 1];
      if (before != nullptr &&
          (before->stored->sequence >= sequence || before->newest_start > taken.newest_start))
        return false;
      for (std::uint64_t a = at.arrivals_begin(i); a < taken.arrivals_end; ++a) {
        const Arrival& arrival = at.arrivals[a];
        const auto& others = positions_[arrival.from.value].taken;
        if (arrival.begin > arrival.end || arrival.end > others.size()) return false;
        if (arrival.end > 0 && others[arrival.end - 1].stored->sequence >= sequence) return false;
      }
    }
  }
  return true;
}

// --- counted runs ----------------------------------------------------------------------------------

void RunCounter::save(SnapshotWriter& out) const {
  out.number(open_);
  out.number(sums_.size());
  for (const std::uint64_t n : sums_) out.number(n);
  for (const std::uint64_t n : moved_) out.number(n);
  out.number(since_.size());
  for (const WayStep& step : since_) {
    out.number(step.takes);
    out.number(step.closes);
    out.number(step.begins);
  }
}

void RunCounter::restore(const Ways& ways, RunStarts starts, SnapshotReader& in) {
  starts_ = std::move(starts);
  open_ = mask_within(ways_, in);
  const std::size_t sums = in.count();
  for (std::size_t i = 0; i < sums && in.ok(); ++i) sums_.push_back(in.number());
  for (std::uint64_t& n : moved_) n = in.number();
  const std::size_t steps = in.count();
  std::size_t started = 0;
  for (std::size_t i = 0; i < steps && in.ok(); ++i) {
    WayStep step;
    step.takes = mask_within(ways_, in);
    step.closes = mask_within(ways_, in);
    step.begins = mask_within(ways.begun_by.size(), in);
    started += step.begins != 0 ? 1 : 0;
    since_.push_back(step);
  }
  if (open_ == 0 || starts_.size() * ways_ != sums_.size() + started * ways_) in.fail();
}

}  // namespace tocsin::runtime
