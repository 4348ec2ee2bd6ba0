#pragma once
/// Paths -> rule files -> parsed -> compiled. Every command that takes rules takes them through here.

#include "base/result.h"
#include "compiler/compile.h"
#include "dsl/ast.h"
#include "dsl/diagnostics.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tocsin::app {

inline constexpr std::size_t kFileBytesMax = 8u << 20;  ///< of a rule, test or configuration file

struct LoadedRules {
  std::vector<dsl::RuleFile> files;  ///< in the order of their names
  std::size_t rule_count = 0;
  dsl::Diagnostics diagnostics;                     ///< sorted
  std::optional<compiler::CompiledRules> compiled;  ///< none if there is any error
};

/// The rule files at `paths`: files as given, folders searched through for *.yaml and *.yml. Tests beside
/// rules
/// (*.test.yaml) are none. Each once, ordered by name. Fails on a path that is not there.
Result<std::vector<std::string>> find_rule_files(std::span<const std::string> paths);

/// The *.test.yaml and *.test.yml files at `paths`, in the same way.
Result<std::vector<std::string>> find_test_files(std::span<const std::string> paths);

/// The whole text of a file of at most `kFileBytesMax`.
Result<std::string> read_text_file(const std::string& path);

/// Reads and parses; compiles nothing. Fails only when a file cannot be read.
Result<LoadedRules> parse_rules(std::span<const std::string> paths);

/// Compiles what was parsed, unless it has errors.
void compile_rules(LoadedRules& rules);

/// Both of the above.
Result<LoadedRules> load_rules(std::span<const std::string> paths);

/// The rule files that were read and the files of lists and tables they name, to notice when they change.
std::vector<std::string> files_behind(const LoadedRules& rules);

/// All diagnostics as text for a person, ended by a line that counts them.
std::string diagnostics_text(const dsl::Diagnostics& diagnostics, bool color);

}  // namespace tocsin::app
