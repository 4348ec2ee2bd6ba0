#include "runtime/prior_events.h"

#include "runtime/snapshot.h"

#include <algorithm>

namespace tocsin::runtime {

std::size_t prior_depth_of(const patterns::Program& program) {
  std::uint32_t depth = 0;
  for (const patterns::Variable& variable : program.variables) depth = std::max(depth, variable.prior_depth);
  return depth;
}

void keep_prior(PriorEvents& prior, std::size_t depth, CurrentEvent& event, EventStore& store) {
  if (prior.size() == depth) {
    store.release(prior.back());
    prior.pop_back();
  }
  StoredEvent* const stored = event.captured();
  EventStore::hold(stored);
  prior.insert(prior.begin(), stored);
}

void forget_prior(PriorEvents& prior, EventStore& store) {
  for (StoredEvent* stored : prior) store.release(stored);
  prior.clear();
}

void save_prior(const PriorEvents& prior, SnapshotWriter& out) {
  out.number(prior.size());
  for (const StoredEvent* stored : prior) out.event(stored);
}

void restore_prior(PriorEvents& prior, std::size_t depth, SnapshotReader& in) {
  const std::size_t size = in.number_below(depth + 1);
  for (std::size_t i = 0; i < size; ++i) {
    StoredEvent* const stored = in.event();
    if (stored == nullptr) return in.fail();
    prior.push_back(stored);
  }
}

}  // namespace tocsin::runtime
