#include "compiler/unsupported.h"

#include "compiler/analyze_late.h"

#include <fmt/format.h>

namespace tocsin::compiler {

void refuse_unsupported(const dsl::Rule& rule, const Reporter& reporter) {
  for (const dsl::RawKey& key : rule.others) {
    if (key.name.value == kLateKey || key.name.value == kAllowedLatenessKey) continue;
    reporter.unsupported(key.name.span, fmt::format("`{}`", key.name.value));
  }
}

}  // namespace tocsin::compiler
