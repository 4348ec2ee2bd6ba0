#pragma once
/// What `prior` speaks of: the events that a rule saw last under a key, the last one first; held.

#include "patterns/program.h"
#include "runtime/context.h"

#include <cstddef>

namespace tocsin::runtime {

class SnapshotReader;

/// How far back the rule's conditions look; 0: not at all.
std::size_t prior_depth_of(const patterns::Program& program);

/// Remembers `event`, and `depth` of them at most.
void keep_prior(PriorEvents& prior, std::size_t depth, CurrentEvent& event, EventStore& store);

void forget_prior(PriorEvents& prior, EventStore& store);

void save_prior(const PriorEvents& prior, SnapshotWriter& out);
void restore_prior(PriorEvents& prior, std::size_t depth, SnapshotReader& in);

}  // namespace tocsin::runtime
