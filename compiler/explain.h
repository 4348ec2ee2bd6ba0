#pragma once
/// What `tocsin explain` prints of a rule: every stage from its text to its program. Stable from run to run.

#include "compiler/compile.h"
#include "dsl/ast.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tocsin::compiler {

/// The rule in canonical spacing, its pattern after the analysis and after each pass that changed it, its
/// program.
///
/// files  what `rules` was compiled from
/// fails  with nothing if there is no rule `id`
std::optional<std::string> explain(std::span<const dsl::RuleFile> files,
                                   const CompiledRules& rules,
                                   std::string_view id);

}  // namespace tocsin::compiler
