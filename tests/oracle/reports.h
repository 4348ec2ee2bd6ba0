#pragma once
/// Picks what a rule reports (3.2, 3.3) from what a search found, one instant after the other.

#include "tests/oracle/lives.h"
#include "tests/oracle/matcher.h"

#include <span>
#include <vector>

namespace tocsin::oracle {

/// events      what was searched
/// only_start  `runs: once`: the one event that may begin runs; kNever: any may
std::vector<Outcome> reports_of(const Findings& findings,
                                const patterns::Program& program,
                                std::span<const Event> events,
                                std::size_t only_start);

}  // namespace tocsin::oracle
