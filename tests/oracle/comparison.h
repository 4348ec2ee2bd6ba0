#pragma once
/// One case, asked of the oracle and of the engine.

#include "tests/oracle/cases.h"

#include <functional>
#include <string>

namespace tocsin::oracle {

struct Comparison {
  bool compiled = false;   ///< the compiler took the rule; if not there is nothing to compare
  bool too_large = false;  ///< for the oracle: nothing was compared
  std::size_t alerts = 0;
  std::string difference;  ///< both answers in full; empty if they are the same
};

/// Also in all modes: with other batches and workers, and out of order within the disorder bound.
Comparison compare_in_all_modes(const Case& question);

/// In one batch, with one worker.
Comparison compare(const Case& question);

/// A case with which `differs` still holds and from which nothing more can be taken away.
Case shrink(Case from, const std::function<bool(const Case&)>& differs);

/// The rule and the events, as a person can run them.
std::string to_string(const Case& question);

}  // namespace tocsin::oracle
