#include "runtime/rule_places.h"

namespace tocsin::runtime {

std::size_t RulePlaces::slot_of(std::uint32_t rule) const {
  std::size_t at = home(rule);
  while (slots_[at].place != kFree && slots_[at].rule != rule) at = (at + 1) & mask();
  return at;
}

std::optional<std::uint32_t> RulePlaces::find(std::uint32_t rule) const {
  if (slots_.empty()) return std::nullopt;
  const Slot& slot = slots_[slot_of(rule)];
  return slot.place == kFree ? std::nullopt : std::optional{slot.place};
}

void RulePlaces::put(std::uint32_t rule, std::uint32_t place) {
  if (slots_.empty()) slots_.resize(kSlotsMin);
  Slot& slot = slots_[slot_of(rule)];
  const bool is_new = slot.place == kFree;
  slot = {rule, place};
  if (is_new && ++size_ * 2 > slots_.size()) grow();
}

void RulePlaces::grow() {
  PoolVector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.place != kFree) slots_[slot_of(slot.rule)] = slot;
  }
}

void RulePlaces::remove(std::uint32_t rule) {
  std::size_t hole = slot_of(rule);
  // What was pushed behind the hole by it moves up, so that probing never meets a gap before its rule.
  for (std::size_t i = (hole + 1) & mask(); slots_[i].place != kFree; i = (i + 1) & mask()) {
    const std::size_t distance = (i - home(slots_[i].rule)) & mask();
    if (distance < ((i - hole) & mask())) continue;
    slots_[hole] = slots_[i];
    hole = i;
  }
  slots_[hole] = {};
  --size_;
}

}  // namespace tocsin::runtime
