#pragma once
/// Which variables can have been taken where: what conditions and outputs may speak of.

#include "patterns/pattern.h"

#include <array>

namespace tocsin::compiler {

struct Bindings {
  /// By variable: what some path to one of its places can have bound; itself too where it may repeat.
  std::array<patterns::VariableMask, patterns::kVariablesMax> before{};
  patterns::VariableMask taken = 0;    ///< has a place where it is taken
  patterns::VariableMask awaited = 0;  ///< bound at some place where a further event may be waited for
  patterns::VariableMask named = 0;    ///< taken or absent somewhere
};

Bindings bindings_of(const patterns::PatternNode& root);

}  // namespace tocsin::compiler
