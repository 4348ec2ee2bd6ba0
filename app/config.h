#pragma once
/// tocsin.yaml: the settings of `tocsin run` under the names of its flags, in a file that can be kept.
///
///     rules: [rules/web]
///     input: [events.ndjson]
///     disorder: 5s
///     follow: true

#include "app/run_options.h"
#include "dsl/diagnostics.h"

#include <memory>
#include <set>
#include <string_view>

namespace tocsin::app {

/// Sets what `file` says. Paths in it are relative to the file's folder. Unknown keys and wrong values are
/// errors at their place.
///
/// given  settings that flags have set: theirs stay, what the file says of them is only checked
void apply_config(const std::shared_ptr<const dsl::SourceFile>& file,
                  const std::set<std::string_view>& given,
                  RunOptions& options,
                  dsl::Diagnostics& diagnostics);

}  // namespace tocsin::app
