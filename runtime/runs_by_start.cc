#include "runtime/runs_by_start.h"

#include "base/check.h"

#include <algorithm>

namespace tocsin::runtime {

PoolVector<RunsByStart::Start>::iterator RunsByStart::first_from(std::uint64_t sequence) {
  const auto before = [](const Start& start, std::uint64_t s) { return start.sequence < s; };
  return std::lower_bound(starts_.begin(), starts_.end(), sequence, before);
}

RunsByStart::Start* RunsByStart::find(std::uint64_t sequence) {
  if (starts_.empty() || starts_.back().sequence < sequence) return nullptr;
  if (starts_.back().sequence == sequence) return &starts_.back();
  const auto at = first_from(sequence);
  return at->sequence == sequence ? &*at : nullptr;
}

void RunsByStart::add(const Run& run, std::uint32_t number) {
  Start* start = find(run.start_sequence);
  if (start == nullptr) {
    TOCSIN_DCHECK(starts_.empty() || starts_.back().sequence < run.start_sequence, "a new start is the last");
    start = &starts_.emplace_back();
    start->sequence = run.start_sequence;
    start->matched = run.matched;
  }
  const auto place = static_cast<std::uint32_t>(start - starts_.data());
  if (number >= place_of_.size()) place_of_.resize(number + 1);
  place_of_[number] = place;
  start->runs.emplace_back(number);
  if (run.timed_out) {
    ++start->timed_out;
    return;
  }
  start->begun = run.begun;
  ++start->open;
  ++open_;
  first_ = std::min<std::size_t>(first_, place);
}

bool RunsByStart::end(std::uint32_t number, bool was_open) {
  Start& start = starts_[place_of_[number]];
  if (!was_open) return --start.timed_out, false;
  --start.open;
  --open_;
  return start.open == 0 && start.timed_out > 0;
}

bool RunsByStart::time_out(std::uint32_t number) {
  Start& start = starts_[place_of_[number]];
  --start.open;
  --open_;
  ++start.timed_out;
  return start.open == 0;
}

void RunsByStart::skip_dead() {
  while (first_ < starts_.size() && !starts_[first_].live()) ++first_;
}

RunsByStart::Start* RunsByStart::oldest() {
  skip_dead();
  return first_ < starts_.size() ? &starts_[first_] : nullptr;
}

void RunsByStart::live_of(Start& start, const ShortList<Run>& runs, std::vector<std::uint32_t>& out) {
  const auto dead = [&](std::uint32_t number) { return runs[number].dead; };
  start.runs.truncate(std::remove_if(start.runs.begin(), start.runs.end(), dead));
  out.insert(out.end(), start.runs.begin(), start.runs.end());
}

void RunsByStart::live_before(std::uint64_t sequence,
                              const ShortList<Run>& runs,
                              std::vector<std::uint32_t>& out) {
  skip_dead();
  for (std::size_t i = first_; i < starts_.size() && starts_[i].sequence < sequence; ++i)
    live_of(starts_[i], runs, out);
}

void RunsByStart::take_over(EventTime deadline,
                            Duration within,
                            const ShortList<Run>& runs,
                            std::vector<std::uint32_t>& out) {
  over_ = std::max(over_, first_);
  for (; over_ < starts_.size() && saturating_add(starts_[over_].begun, within) <= deadline; ++over_)
    live_of(starts_[over_], runs, out);
}

}  // namespace tocsin::runtime
