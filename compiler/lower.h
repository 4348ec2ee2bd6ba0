#pragma once
/// The logical plan -> a position automaton (Glushkov): one position for each occurrence of a variable,
/// counted quantifiers unrolled, transitions in the order of preference.

#include "compiler/reporter.h"
#include "patterns/pattern.h"

#include <vector>

namespace tocsin::compiler {

/// The positions of `pattern`, [0] the start; empty if there were errors, reported at `span`.
///
/// cost    O(positions * transitions)
/// source  position automata: Glushkov, Russian Mathematical Surveys 1961
std::vector<patterns::Position> lower(const patterns::Pattern& pattern,
                                      const Reporter& reporter,
                                      dsl::Span span);

}  // namespace tocsin::compiler
