#pragma once
/// The language's section 3 by brute force: all matches that the events of one key have, which of them are
/// reported, and the timeouts.
///
/// It looks at the whole stream at once and follows the text, not the engine: every way to lay a word of the
/// pattern over the events is tried (3.1), then the reports are picked in the order of time (3.2, 3.3), for
/// each window by itself (3.4). Exponential, for streams of a dozen events.

#include "base/event.h"
#include "base/schema.h"
#include "patterns/pattern.h"
#include "patterns/program.h"
#include "tests/oracle/interpreter.h"
#include "tests/oracle/outcomes.h"

#include <span>
#include <stdexcept>
#include <vector>

namespace tocsin::oracle {

/// A pattern and a stream have more runs than can be looked at one by one.
class TooManyRuns : public std::runtime_error {
 public:
  TooManyRuns() : std::runtime_error{"too many runs to look at one by one"} {}
};

/// What a rule with a pattern reports, in order; throws TooManyRuns.
///
/// program  its conditions and settings; its positions, which `pattern` was lowered to, are not looked at
/// history  what look-ups in tables see
/// events   of one key, those that the rule sees, in the order in which it sees them
/// may_take where each variable has a key of its own
std::vector<Outcome> outcomes_of(const patterns::Pattern& pattern,
                                 const patterns::Program& program,
                                 const Schema& schema,
                                 const History& history,
                                 std::span<const Event> events,
                                 const MayTake& may_take);

}  // namespace tocsin::oracle
