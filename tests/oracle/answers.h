#pragma once
/// Asks the oracle, and asks the engine in its several modes; both answer in the same words.
///
/// An answer has a line an alert, keys one after the other, each key's alerts in their order:
/// `r {"k":"k1"} match 12s a=[0,3] b=[5]`, `r {} timeout 4s a=[0] waiting=[b]`; of windows also when they
/// began and ended, and fields: `r {} match 9s a=[2] [5s..10s] {"f":3}`. Events go by their number in the
/// stream.

#include "compiler/compile.h"
#include "tests/oracle/cases.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tocsin::oracle {

using Answer = std::vector<std::string>;

Answer oracle_answer(const compiler::CompiledRules& rules, const std::vector<Record>& events);

/// How the engine is run.
struct Mode {
  std::size_t workers = 1;
  std::size_t batch_records = 1000;  ///< about as many
  std::uint64_t shuffle = 0;         ///< seed of a shuffle within the disorder bound; 0: in order
  bool late = false;                 ///< the shuffle goes beyond that, by no more than kLateness
  bool snapshots = false;            ///< after each batch goes on from a snapshot, with all fresh
  std::size_t copies = 1;            ///< of the rules; the last ones' alerts count. Many have an index
  bool general_only = false;         ///< by the general executors, and without the index of conditions
  std::size_t runs_scanned = 24;     ///< more than so many of one key have an index
};

/// What rules with `late: apply` allow, in seconds.
inline constexpr int kLateness = 3;

/// From bytes to alerts, through all of the pipeline to the end of time.
std::string engine_alerts(const compiler::CompiledRules& rules,
                          const std::vector<Record>& events,
                          const Mode& mode);

/// How many matches the last of `rules` has had.
std::uint64_t engine_matches(const compiler::CompiledRules& rules,
                             const std::vector<Record>& events,
                             const Mode& mode);

/// The lines of `alerts` but for those taken back, and what took them back.
std::string net_alerts(const std::string& alerts);

/// What `engine_alerts` gave, in the words of an answer.
Answer engine_answer(const std::string& alerts);

}  // namespace tocsin::oracle
