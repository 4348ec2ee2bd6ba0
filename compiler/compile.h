#pragma once
/// Rule files -> programs: names and types resolved, patterns analysed, rewritten and lowered.

#include "base/schema.h"
#include "dsl/ast.h"
#include "dsl/diagnostics.h"
#include "patterns/pattern.h"
#include "patterns/program.h"

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::compiler {

struct CompileOptions {
  std::set<std::string, std::less<>> disabled_passes;  ///< by name; an unknown one is ignored
};

/// A rule's pattern after one step of its way to the program.
struct PatternStage {
  std::string_view name;  ///< `analysis`, or the pass that changed it
  patterns::Pattern pattern;
};

struct CompiledRules {
  std::shared_ptr<const Schema> schema;                            ///< sealed
  std::vector<std::shared_ptr<const patterns::Program>> programs;  ///< by rule id, byte order
  std::vector<std::vector<PatternStage>> stages;  ///< of each program; none for a window without a pattern
};

/// Compiles all rules of all files against one schema. Lists and macros of any file serve all of them.
///
/// fails   with every error of every rule in `diagnostics`; warnings go there too, and into the programs
std::optional<CompiledRules> compile(std::span<const dsl::RuleFile> files,
                                     dsl::Diagnostics& diagnostics,
                                     const CompileOptions& options = {});

}  // namespace tocsin::compiler
