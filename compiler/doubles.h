#pragma once
/// Whether two ways through a pattern may give the same match.

#include "patterns/program.h"

#include <span>

namespace tocsin::compiler {

/// Whether two runs of one start may take the same events as the same variables and then stand at one
/// position, or both end. `true` where that would take long to find out.
///
/// cost  at most kPairsMax pairs of positions
bool may_double(std::span<const patterns::Position> positions);

}  // namespace tocsin::compiler
