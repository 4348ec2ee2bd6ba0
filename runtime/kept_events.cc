#include "runtime/kept_events.h"

#include "runtime/snapshot.h"

#include <algorithm>
#include <bit>

namespace tocsin::runtime {

using patterns::EventPick;
using patterns::ExpressionId;
using patterns::VariableId;

namespace {

EventNeed need_of(const EventPick& pick) {
  const auto n = static_cast<std::int64_t>(pick.n);
  switch (pick.which) {
    case EventPick::Which::own:
    case EventPick::Which::prior:
      break;
    case EventPick::Which::first:
      return {pick.variables, 1, 0};
    case EventPick::Which::last:
      return {pick.variables, 0, 1};
    case EventPick::Which::nth:
      if (n >= 0) return {pick.variables, static_cast<std::size_t>(n) + 1, 0};
      return {pick.variables, 0, static_cast<std::size_t>(-n)};
  }
  return {};
}

}  // namespace

std::vector<EventNeed> event_needs(const patterns::Program& program) {
  std::vector<EventNeed> out;
  for (std::uint32_t i = 0; i < program.expressions.node_count(); ++i) {
    const EventNeed need = need_of(program.expressions.node(ExpressionId{i}).pick);
    if (need.first == 0 && need.last <= 1) continue;
    const auto same = [&](const EventNeed& other) { return other.variables == need.variables; };
    const auto at = std::find_if(out.begin(), out.end(), same);
    if (at == out.end()) {
      out.push_back(need);
    } else {
      at->first = std::max(at->first, need.first);
      at->last = std::max(at->last, need.last);
    }
  }
  std::sort(out.begin(), out.end(), [](const EventNeed& a, const EventNeed& b) {
    return a.variables < b.variables;
  });
  return out;
}

void KeptEvents::add(const EventNeed& need, bool all, const Kept& kept, EventStore& store) {
  EventStore::hold(kept.stored);
  events_.push_back(kept);
  if (events_.size() <= need.first + need.last || (all && need.first > 0)) return;
  store.release(events_[need.first].stored);
  events_.erase(need.first);
}

void KeptEvents::leave(EventTime time, EventStore& store) {
  while (!events_.empty() && events_.front().stored->time <= time) {
    store.release(events_.front().stored);
    events_.pop_front();
  }
}

void KeptEvents::clear(EventStore& store) {
  for (const Kept& kept : events_) store.release(kept.stored);
  events_ = {};
}

void KeptEvents::save(SnapshotWriter& out) const {
  out.number(events_.size());
  for (const Kept& kept : events_) {
    out.event(kept.stored);
    out.number(kept.taken_by);
  }
}

void KeptEvents::restore(SnapshotReader& in) {
  const std::size_t size = in.count();
  for (std::size_t i = 0; i < size; ++i) {
    Kept kept;
    kept.stored = in.event();
    kept.taken_by = in.number();
    if (kept.stored == nullptr) return in.fail();
    events_.push_back(kept);
  }
}

void KeptEvents::append_to(const EventNeed& need, std::vector<TakenEvent>& out) const {
  const std::size_t size = events_.size();
  for (std::size_t i = 0; i < size; ++i) {
    if (i == need.first && size > need.first + need.last) i = size - need.last;
    if (i == size) return;
    for (auto rest = events_[i].taken_by & need.variables; rest != 0; rest &= rest - 1) {
      const VariableId variable{static_cast<std::uint16_t>(std::countr_zero(rest))};
      out.push_back({nullptr, events_[i].stored, 1, variable, 0});
    }
  }
}

}  // namespace tocsin::runtime
