#pragma once
/// Rules without a pattern (section 3.4 of the language) by brute force: `having` is asked of all events of
/// the window, anew each time.

#include "base/schema.h"
#include "tests/oracle/interpreter.h"
#include "tests/oracle/outcomes.h"

#include <span>
#include <vector>

namespace tocsin::oracle {

/// What a rule without a pattern reports, in order.
///
/// history  what look-ups in tables see
/// events   of one key, those that the rule sees, in the order in which it sees them
std::vector<Outcome> window_outcomes_of(const patterns::Program& program,
                                        const Schema& schema,
                                        const History& history,
                                        std::span<const Event> events,
                                        const MayTake& may_take);

}  // namespace tocsin::oracle
