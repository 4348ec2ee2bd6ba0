#pragma once
/// What the rules of a rule set share: named lists, macros and tables, from all its files.

#include "base/result.h"
#include "base/value.h"
#include "compiler/reporter.h"
#include "dsl/ast.h"
#include "patterns/table.h"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::compiler {

inline constexpr std::size_t kListItemsMax = 1'000'000;
inline constexpr std::size_t kListFileBytesMax = 64u << 20;

struct NamedList {
  std::vector<Value> values;  ///< their text belongs to the library or to the rule files
};

struct Macro {
  std::shared_ptr<const dsl::SourceFile> file;
  const dsl::Expr* body;
};

/// A table as declared. Numbered in the order of the names.
struct NamedTable {
  std::shared_ptr<const dsl::SourceFile> file;
  const dsl::TableDecl* declaration = nullptr;
  patterns::TableId id;
};

/// Borrows the rule files, which outlive it.
class Library {
 public:
  /// Reads every declaration, and the files of lists (beside their rule file, one item a line).
  Library(std::span<const dsl::RuleFile> files, dsl::Diagnostics& diagnostics);

  const NamedList* find_list(std::string_view name) const;
  const Macro* find_macro(std::string_view name) const;
  const NamedTable* find_table(std::string_view name) const;
  const std::map<std::string, NamedTable, std::less<>>& tables() const { return tables_; }
  std::vector<std::string_view> list_names() const;
  std::vector<std::string_view> table_names() const;

 private:
  struct Declared {
    std::shared_ptr<const dsl::SourceFile> file;
    dsl::Span span;
  };

  bool declare(const Reporter& reporter,
               const std::shared_ptr<const dsl::SourceFile>& file,
               const dsl::Located<std::string>& name);
  NamedList read_list(const Reporter& reporter, const dsl::ListDecl& list, const dsl::SourceFile& file);
  NamedList read_list_file(const Reporter& reporter,
                           const dsl::SourceFile& rule_file,
                           const dsl::Located<std::string>& path);

  std::map<std::string, Declared, std::less<>> declared_;
  std::map<std::string, NamedList, std::less<>> lists_;
  std::map<std::string, Macro, std::less<>> macros_;
  std::map<std::string, NamedTable, std::less<>> tables_;
  std::deque<std::string> texts_;
};

/// The value of a literal, also of a negated one; nothing for any other expression.
std::optional<Value> constant_of(const dsl::Expr& expression);

/// `rules/card.yaml:7:3`.
std::string place_text(const dsl::SourceFile& file, dsl::Span span);

}  // namespace tocsin::compiler
