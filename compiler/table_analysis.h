#pragma once
/// The tables of a rule set on their way through the compiler: declared before the rules are read, asked for
/// columns by them, filled from their files when all columns are known.

#include "base/schema.h"
#include "compiler/compile.h"
#include "compiler/library.h"
#include "compiler/reporter.h"
#include "patterns/table.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::compiler {

/// Types of events that rules emit, and the rule.
using Emitters = std::map<TypeId, std::string_view>;

class TableAnalysis {
 public:
  /// Declares the tables of `library`: the types of the rows of each, the columns of its key, what deletes.
  TableAnalysis(const Library& library, Schema& schema, dsl::Diagnostics& diagnostics);

  /// None if there is no such table. What was wrong with its declaration has been said.
  const patterns::Table* find(std::string_view name) const;

  /// The id of a column that an expression at `span` asks for: of a row's attribute, or of what is within its
  /// value. An empty path is the value itself.
  AttributeId use_column(const patterns::Table& table,
                         const AttributePath& path,
                         const Reporter& reporter,
                         dsl::Span span);

  /// An error for each table that events of a rule are to change: tables change before rules see anything.
  void refuse_emitted(const Emitters& emitters) const;

  /// Reads the files, once the schema is sealed. Says which columns no row has. The tables, by their id.
  std::vector<std::shared_ptr<const patterns::Table>> read(const ReadTable& read_file,
                                                           const std::shared_ptr<const Schema>& schema);

 private:
  struct ColumnUse {
    AttributeId column;
    Reporter reporter;
    dsl::Span span;
  };
  struct Entry {
    const NamedTable* declared;
    Reporter reporter;
    patterns::Table table;
    std::vector<ColumnUse> uses;
    AttributePath value;  // with `value:`
  };

  void declare_types(Entry& entry);
  void declare_key(Entry& entry);
  void declare_value(Entry& entry);
  void declare_deletion(Entry& entry, const Library& library);
  static std::string definition_of(const Entry& entry, const Schema& schema);
  AttributeId use_of_row(Entry& entry, const AttributePath& path, const Reporter& reporter, dsl::Span span);
  static void read_file(Entry& entry,
                        const ReadTable& read_file,
                        const std::shared_ptr<const Schema>& schema);
  static void check_columns(const Entry& entry, const TableFile& file, const Schema& schema);
  static void warn_of_rows(const Entry& entry, const TableFile& file);

  Schema& schema_;
  std::vector<Entry> entries_;  // by id
};

}  // namespace tocsin::compiler
