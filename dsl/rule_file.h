#pragma once
/// YAML text -> RuleFile. Reads everything that it can and reports everything that is wrong.

#include <memory>

#include "dsl/ast.h"
#include "dsl/diagnostics.h"

namespace tocsin::dsl {

/// Never throws. A rule with a syntax error in it is left out of the result; its errors are in `diagnostics`.
RuleFile parse_rule_file(std::shared_ptr<const SourceFile> file, Diagnostics& diagnostics);

}  // namespace tocsin::dsl
