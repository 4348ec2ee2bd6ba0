#include "runtime/runs_by_word.h"

#include <algorithm>
#include <bit>

namespace tocsin::runtime {

void RunsByWord::add(std::uint64_t word, std::uint32_t run) {
  if ((used_ + 1) * 2 > slots_.size()) make_room();
  if (run >= next_.size()) next_.resize(run + std::size_t{1}, kNone);
  List& list = slots_[slot_of(word)];
  if (list.last == kFree) {
    list.word = word;
    ++used_;
  }
  (list.first == kNone ? list.first : next_[list.last]) = run;
  list.last = run;
  next_[run] = kNone;
}

void RunsByWord::take(std::uint64_t word, std::vector<std::uint32_t>& out) {
  if (slots_.empty()) return;
  List& list = slots_[slot_of(word)];
  for (std::uint32_t run = list.first; run != kNone; run = next_[run]) out.push_back(run);
  end_after(kNone, list);
}

/// For as many lists again as there are; empty ones go.
void RunsByWord::make_room() {
  const auto lists = static_cast<std::size_t>(
      std::count_if(slots_.begin(), slots_.end(), [](const List& list) { return list.first != kNone; }));
  PoolVector<List> old(std::max(kSlotsMin, std::bit_ceil(lists + 1) * 4));
  old.swap(slots_);
  used_ = lists;
  for (const List& list : old) {
    if (list.first != kNone) slots_[slot_of(list.word)] = list;
  }
}

}  // namespace tocsin::runtime
