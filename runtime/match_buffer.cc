#include "runtime/match_buffer.h"

#include <algorithm>
#include <cstddef>
#include <new>

namespace tocsin::runtime {

namespace {

/// The block that `node` lies in.
StoredEvent* block_of(TakenEvent* node) {
  return reinterpret_cast<StoredEvent*>(reinterpret_cast<std::byte*>(node) - offsetof(StoredEvent, node));
}

}  // namespace

TakenEvent* MatchBuffer::append(TakenEvent* before,
                                StoredEvent* stored,
                                patterns::VariableId variable,
                                std::uint8_t choice) {
  if (before != nullptr) hold(before);
  EventStore::hold(stored);
  const bool in_block = stored->node.references == 0;
  if (!in_block)
    return new (slab_.allocate(sizeof(TakenEvent))) TakenEvent{before, stored, 1, variable, choice};
  EventStore::hold(stored);
  stored->node = TakenEvent{before, stored, 1, variable, choice, true};
  return &stored->node;
}

void MatchBuffer::release(TakenEvent* taken) {
  while (taken != nullptr && --taken->references == 0) {
    TakenEvent* const before = taken->before;
    store_.release(taken->stored);
    if (taken->in_block) {
      store_.release(block_of(taken));
    } else {
      slab_.free(taken, sizeof(TakenEvent));
    }
    taken = before;
  }
}

void collect_path(const TakenEvent* tail, std::vector<const TakenEvent*>& out) {
  out.clear();
  for (; tail != nullptr; tail = tail->before) {
    prefetch_event(tail);
    out.push_back(tail);
  }
  std::reverse(out.begin(), out.end());
}

namespace {

std::size_t length_of(const TakenEvent* tail) {
  std::size_t n = 0;
  for (; tail != nullptr; tail = tail->before) ++n;
  return n;
}

/// The last `n` steps cut off; `step` is the node after the cut, if any.
const TakenEvent* cut(const TakenEvent* tail, std::size_t n, const TakenEvent*& step) {
  for (; n > 0; --n) {
    step = tail;
    tail = tail->before;
  }
  return tail;
}

}  // namespace

bool ranks_before(const PathRank& a, const PathRank& b) {
  const std::size_t length_a = length_of(a.tail);
  const std::size_t length_b = length_of(b.tail);
  const std::size_t common = std::min(length_a, length_b);
  // The first steps that differ, seen from behind: what each took right after the longest shared path.
  const TakenEvent* step_a = nullptr;
  const TakenEvent* step_b = nullptr;
  const TakenEvent* at_a = cut(a.tail, length_a - common, step_a);
  const TakenEvent* at_b = cut(b.tail, length_b - common, step_b);
  while (at_a != at_b) {
    step_a = at_a;
    step_b = at_b;
    at_a = at_a->before;
    at_b = at_b->before;
  }
  const std::uint16_t choice_a = step_a != nullptr ? step_a->choice : a.next_choice;
  const std::uint16_t choice_b = step_b != nullptr ? step_b->choice : b.next_choice;
  if (choice_a != choice_b) return choice_a < choice_b;
  // The same choice: the earlier event first; one that has yet to take its event comes after one that took
  // it.
  if (step_a == nullptr || step_b == nullptr) return step_a != nullptr && step_b == nullptr;
  return step_a->stored->sequence < step_b->stored->sequence;
}

}  // namespace tocsin::runtime
