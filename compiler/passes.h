#pragma once
/// Rewrites of the logical plan. Each keeps the meaning: the same matches, in the same order.

#include "patterns/pattern.h"

#include <span>
#include <string_view>

namespace tocsin::compiler {

struct Pass {
  std::string_view name;  ///< what it is switched off by
  patterns::PatternNode (*run)(const patterns::PatternNode& root);
};

/// In the order in which they run.
std::span<const Pass> all_passes();

/// Sequences in sequences and alternations in alternations become one; what is repeated exactly once stands
/// alone.
patterns::PatternNode flatten(const patterns::PatternNode& root);

/// Checks what every pass must leave true. A failure is our bug and aborts.
///
/// variables  how many the rule has
void verify(const patterns::PatternNode& root, std::size_t variables);

}  // namespace tocsin::compiler
