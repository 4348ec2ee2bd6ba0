#pragma once
/// Rules that see what other rules emit: which come first, and circles, which are errors.

#include "compiler/analyze_rule.h"
#include "dsl/ast.h"
#include "dsl/diagnostics.h"

#include <map>
#include <string_view>
#include <vector>

namespace tocsin::compiler {

/// The rules by id, so that what comes out does not depend on the order of files.
using RulesById = std::map<std::string_view, const dsl::Rule*>;

/// The types of the events that the alerts of `program` become.
std::vector<TypeId> emitted_by(const patterns::Program& program);

/// Sets the level of each program: one more than the highest of those whose alerts it sees.
///
/// analyzed  by rule id
/// fails     with an error for each circle of rules, which spells it out
void set_levels(std::vector<AnalyzedRule>& analyzed,
                const RulesById& rules,
                const Schema& schema,
                dsl::Diagnostics& diagnostics);

}  // namespace tocsin::compiler
