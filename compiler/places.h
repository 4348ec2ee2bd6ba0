#pragma once
/// How many positions a pattern comes to.

#include "patterns/pattern.h"

#include <cstdint>

namespace tocsin::compiler {

/// The positions that `node` is lowered to; kPositionsMax stands for it and for all that is more.
std::uint64_t places_of(const patterns::PatternNode& node);

}  // namespace tocsin::compiler
