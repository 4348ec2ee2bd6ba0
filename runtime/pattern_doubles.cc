/// Two ways through the pattern that give the same (event, variable) pairs are one match, and the runs on
/// them one run. Part of PatternExecutor, for programs in which that may happen.

#include "runtime/pattern_executor.h"

#include <algorithm>
#include <set>

namespace tocsin::runtime {

namespace {

using Pair = std::pair<std::uint64_t, std::uint16_t>;

Pair pair_of(const TakenEvent& taken) {
  return {taken.stored->sequence, taken.variable.value};
}

/// The first pair from behind in which two paths differ decides; equal paths are none before the other.
int compare_pairs(const TakenEvent* a, const TakenEvent* b) {
  for (; a != b; a = a->before, b = b->before) {
    if (a == nullptr || b == nullptr) return a == nullptr ? -1 : 1;
    if (pair_of(*a) != pair_of(*b)) return pair_of(*a) < pair_of(*b) ? -1 : 1;
  }
  return 0;
}

/// By what makes two runs that took the event in hand one, and then by their rank.
bool doubles_before(const Run* a, const Run* b) {
  if (a->start_sequence != b->start_sequence) return a->start_sequence < b->start_sequence;
  if (a->position != b->position) return a->position < b->position;
  const int pairs = compare_pairs(a->tail, b->tail);
  return pairs != 0 ? pairs < 0 : ranks_before({a->tail, 0}, {b->tail, 0});
}

bool is_double(const Run& a, const Run& b) {
  return a.start_sequence == b.start_sequence && a.position == b.position &&
         compare_pairs(a.tail, b.tail) == 0;
}

}  // namespace

/// Of runs that took the event in hand (those from `first` on) and are one, the preferred stays: what the
/// others may come to, it comes to before them.
void PatternExecutor::merge_doubles(RuleState& state, std::size_t first) {
  if (state.runs.size() < first + 2) return;
  entered_.clear();
  for (std::size_t i = first; i < state.runs.size(); ++i) entered_.push_back(&state.runs[i]);
  std::sort(entered_.begin(), entered_.end(), doubles_before);
  for (std::size_t i = 1, kept = 0; i < entered_.size(); ++i) {
    if (is_double(*entered_[kept], *entered_[i])) {
      kill(state, *entered_[i]);
    } else {
      kept = i;
    }
  }
}

/// Among candidates: the first stays.
void PatternExecutor::drop_duplicates() {
  if (candidates_.size() < 2) return;
  const auto pairs = [](const Candidate& c) {
    std::vector<Pair> out;
    for (const TakenEvent* t = c.tail; t != nullptr; t = t->before) out.push_back(pair_of(*t));
    return out;
  };
  std::set<std::vector<Pair>> seen;
  std::erase_if(candidates_, [&](const Candidate& c) {
    if (seen.insert(pairs(c)).second) return false;
    context_.buffer.release(c.tail);
    return true;
  });
}

/// What is complete now is no other match when time has passed.
void PatternExecutor::mark_complete(RuleState& state, const Candidate& match) {
  for (Run& run : state.runs) {
    const bool same = !run.dead && run.start_sequence == match.start_sequence;
    if (same && compare_pairs(run.tail, match.tail) == 0) run.complete = true;
  }
}

}  // namespace tocsin::runtime
