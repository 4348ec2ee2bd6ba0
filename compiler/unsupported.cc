#include "compiler/unsupported.h"

#include <fmt/format.h>

namespace tocsin::compiler {

void refuse_unsupported(const dsl::Rule& rule, const Reporter& reporter) {
  for (const dsl::RawKey& key : rule.others)
    reporter.unsupported(key.name.span, fmt::format("`{}`", key.name.value));
}

}  // namespace tocsin::compiler
