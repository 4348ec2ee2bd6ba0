#pragma once
/// The version of a rule: a fingerprint of everything that decides what it matches, and of nothing else.

#include "compiler/analyze_rule.h"

#include <string>

namespace tocsin::compiler {

/// 16 hex digits. Independent of the other rules, of the order of files, and of titles, severities and
/// messages.
std::string version_of(const AnalyzedRule& rule, const CompiledRules& rules, const Schema& schema);

}  // namespace tocsin::compiler
