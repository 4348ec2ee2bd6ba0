#pragma once
/// The logical plan -> a position automaton (Glushkov): one position for each occurrence of a variable,
/// counted quantifiers unrolled, transitions in the order of preference.

#include "compiler/reporter.h"
#include "patterns/pattern.h"

#include <vector>

namespace tocsin::compiler {

struct Lowered {
  std::vector<patterns::Position> positions;  ///< [0] the start
  std::vector<patterns::Lull> lulls;
};

/// Empty if there were errors, reported at `span`.
///
/// cost    O(positions * transitions)
/// source  position automata: Glushkov, Russian Mathematical Surveys 1961
Lowered lower(const patterns::Pattern& pattern, const Reporter& reporter, dsl::Span span);

}  // namespace tocsin::compiler
