/// `emit: preferred`: the best match of each start, told when nothing better can come. Part of
/// SettingsExecutor.

#include "runtime/settings_executor.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace tocsin::runtime {
namespace {

BestMatch* best_of(RuleMemory* memory, std::uint64_t start) {
  if (memory == nullptr) return nullptr;
  const auto at = std::find_if(memory->best.begin(), memory->best.end(), [&](const BestMatch& best) {
    return best.start_sequence == start;
  });
  return at == memory->best.end() ? nullptr : &*at;
}

/// The earliest start after `last` that has a run or a match.
std::optional<std::uint64_t> start_after(const RuleState& state, std::uint64_t last) {
  std::optional<std::uint64_t> out;
  const auto consider = [&](std::uint64_t start) {
    if (start > last && start < out.value_or(start + 1)) out = start;
  };
  for (const Run& run : state.runs) {
    if (!run.dead && !run.decided) consider(run.start_sequence);
  }
  if (state.memory == nullptr) return out;
  for (const BestMatch& best : state.memory->best) consider(best.start_sequence);
  return out;
}

}  // namespace

/// Keeps of the candidates the one of each start that comes first.
void SettingsExecutor::weigh_candidates(RuleMemory& memory) {
  for (const Candidate& candidate : candidates_) {
    const BestMatch match{candidate.start_sequence, candidate.tail, candidate.accept, candidate.time};
    BestMatch* const best = best_of(&memory, candidate.start_sequence);
    if (best == nullptr) {
      memory.best.push_back(match);
    } else if (ranks_before({match.tail, match.accept}, {best->tail, best->accept})) {
      context_.buffer.release(std::exchange(*best, match).tail);
    } else {
      context_.buffer.release(candidate.tail);
    }
  }
  candidates_.clear();
}

/// Nothing that could come before its best match is open; nothing at all, if it has none.
bool SettingsExecutor::is_decided(const RuleState& state, std::uint64_t start, const BestMatch* best) const {
  return std::none_of(state.runs.begin(), state.runs.end(), [&](const Run& run) {
    if (run.start_sequence != start || run.dead || run.timed_out) return false;
    return best == nullptr || ranks_before({run.tail, next_choice(run)}, {best->tail, best->accept});
  });
}

/// Goes through the starts in their order, up to one that is not decided: tells its match, or marks the run
/// whose timeout is to be told. Whether a match took the event in hand.
bool SettingsExecutor::decide(KeyState& key, RuleState& state, const AlertOrder& order) {
  if (state.timed_out == 0 && (state.memory == nullptr || state.memory->best.empty())) return false;
  bool taken = false;
  std::uint64_t last = 0;
  while (const auto start = start_after(state, last)) {
    const BestMatch* const best = best_of(state.memory.get(), *start);
    const bool dropped = dropped_.drops(*start);
    if (!dropped && !is_decided(state, *start, best)) break;
    last = *start;
    if (dropped) continue;
    if (best == nullptr) {
      choose_timeout(state, *start);
      continue;
    }
    emit_best(key, *best, order);
    apply_after_match({best->start_sequence, best->tail, best->accept, best->time});
    taken = taken || best->tail->stored->sequence == tests_.sequence();
  }
  if (state.memory != nullptr) forget_dropped(*state.memory);
  settle(state);
  return taken;
}

/// Of the timed out runs of a start the first one stays, to be told.
void SettingsExecutor::choose_timeout(RuleState& state, std::uint64_t start) {
  Run* first = nullptr;
  for (Run& run : state.runs) {
    if (run.dead || run.start_sequence != start) continue;
    const bool better =
        first == nullptr || ranks_before({run.tail, next_choice(run)}, {first->tail, next_choice(*first)});
    if (Run* const worse = better ? std::exchange(first, &run) : &run) kill(state, *worse);
  }
  first->decided = true;
}

/// A match drops its own start, too.
void SettingsExecutor::forget_dropped(RuleMemory& memory) {
  std::erase_if(memory.best, [&](const BestMatch& best) {
    if (!dropped_.drops(best.start_sequence)) return false;
    context_.buffer.release(best.tail);
    return true;
  });
}

void SettingsExecutor::tell_decided_timeouts(KeyState& key, RuleState& state, const AlertOrder& order) {
  closed_.clear();
  for (Run& run : state.runs) {
    if (run.decided && !run.dead) closed_.push_back(&run);
  }
  std::sort(closed_.begin(), closed_.end(), [](const Run* a, const Run* b) {
    return a->start_sequence < b->start_sequence;
  });
  for (Run* run : closed_) {
    emit_timeout(key, *run, order);
    kill(state, *run);
  }
}

void SettingsExecutor::emit_best(KeyState& key, const BestMatch& best, const AlertOrder& order) {
  emit_match(key, {best.start_sequence, best.tail, best.accept, best.time}, order);
}

/// Without `within` some runs end only with the input.
void SettingsExecutor::wait_for_end(KeyState& key, RuleMemory& memory) {
  if (memory.waits_for_end) return;
  memory.waits_for_end = true;
  context_.timers.push_unordered({kInputEnd, &key, key.generation, rule_index_});
}

}  // namespace tocsin::runtime
