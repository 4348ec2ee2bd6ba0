#pragma once
/// Rule files -> programs: names and types resolved, patterns analysed, rewritten and lowered.

#include "base/result.h"
#include "base/schema.h"
#include "dsl/ast.h"
#include "dsl/diagnostics.h"
#include "patterns/pattern.h"
#include "patterns/program.h"
#include "patterns/table.h"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::compiler {

/// What the file of a table came to.
struct TableFile {
  std::shared_ptr<const patterns::TableRows> rows;  ///< a column for each slot of the table's type
  std::vector<std::string> names;  ///< of all columns, if one that was asked for has no value
  std::uint64_t unkeyed = 0;       ///< rows without a key; not kept
  std::uint64_t doubled = 0;       ///< rows with the key of an earlier one, which they replace
};

/// Reads the file of a table at `path`. The compiler knows no formats: the caller does.
using ReadTable = std::function<Result<TableFile>(
    const std::string& path, const patterns::Table& table, const std::shared_ptr<const Schema>& schema)>;

struct CompileOptions {
  std::set<std::string, std::less<>> disabled_passes{};  ///< by name; an unknown one is ignored
  ReadTable read_table{};                                ///< none: a table in a file is an error
};

/// A rule's pattern after one step of its way to the program.
struct PatternStage {
  std::string_view name;  ///< `analysis`, or the pass that changed it
  patterns::Pattern pattern;
};

struct CompiledRules {
  std::shared_ptr<const Schema> schema;                            ///< sealed
  std::vector<std::shared_ptr<const patterns::Program>> programs;  ///< by rule id, byte order
  std::vector<std::shared_ptr<const patterns::Table>> tables;      ///< by their id
  std::vector<std::vector<PatternStage>> stages;  ///< of each program; none for a window without a pattern
};

/// Compiles all rules of all files against one schema. Lists and macros of any file serve all of them.
///
/// fails   with every error of every rule in `diagnostics`; warnings go there too, and into the programs
std::optional<CompiledRules> compile(std::span<const dsl::RuleFile> files,
                                     dsl::Diagnostics& diagnostics,
                                     const CompileOptions& options = {});

}  // namespace tocsin::compiler
