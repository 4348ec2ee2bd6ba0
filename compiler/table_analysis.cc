#include "compiler/table_analysis.h"

#include "compiler/analyze_expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

namespace tocsin::compiler {
namespace {

/// No event has it: event types have no control characters.
std::string row_type_name(std::string_view table) {
  return fmt::format("\x1f{}", table);
}

/// `card`, `owner.id`; nothing for any other expression.
std::optional<AttributePath> path_of(const dsl::Expr& expression) {
  if (const auto* name = std::get_if<dsl::Name>(&expression.node)) return AttributePath{{name->text}};
  const auto* member = std::get_if<dsl::Member>(&expression.node);
  if (member == nullptr) return std::nullopt;
  auto path = path_of(*member->object);
  if (path) path->segments.emplace_back(member->name.value);
  return path;
}

std::string plural(std::uint64_t rows) {
  return rows == 1 ? "1 row" : fmt::format("{} rows", rows);
}

/// The first name of the path: what a file's column is called.
std::string_view head_of(const AttributePath& path) {
  return std::get<std::string>(path.segments.front());
}

}  // namespace

TableAnalysis::TableAnalysis(const Library& library, Schema& schema, dsl::Diagnostics& diagnostics)
    : schema_{schema} {
  entries_.reserve(library.tables().size());
  for (const auto& [name, declared] : library.tables()) {
    Entry& entry = entries_.emplace_back(Entry{&declared, Reporter{diagnostics, declared.file}, {}, {}, {}});
    entry.table.name = name;
    if (declared.declaration->broken) continue;
    entry.table.is_stream = declared.declaration->from.has_value();
    declare_types(entry);
    declare_key(entry);
    declare_value(entry);
    declare_deletion(entry, library);
  }
}

void TableAnalysis::declare_types(Entry& entry) {
  std::vector<std::string> names;
  if (entry.table.is_stream) {
    for (const auto& name : entry.declared->declaration->from->names) names.push_back(name.value);
  } else {
    names.push_back(row_type_name(entry.table.name));
  }
  for (const std::string& name : names) {
    if (schema_.type_count() == Schema::kTypesMax) {
      return entry.reporter.error(
          entry.declared->declaration->name.span, "E0311", "the rules name too many event types and tables");
    }
    entry.table.types.push_back(schema_.use_type(name));
  }
  std::sort(entry.table.types.begin(), entry.table.types.end());
  const auto end = std::unique(entry.table.types.begin(), entry.table.types.end());
  entry.table.types.erase(end, entry.table.types.end());
}

void TableAnalysis::refuse_emitted(const Emitters& emitters) const {
  for (const Entry& entry : entries_) {
    if (!entry.table.is_stream) continue;
    for (const auto& name : entry.declared->declaration->from->names) {
      const auto emitter = emitters.find(schema_.find_type(name.value));
      if (emitter == emitters.end()) continue;
      entry.reporter.error(
          name.span,
          "E0337",
          fmt::format("the table `{}` cannot be filled with what rules emit: `{}` comes from the rule `{}`",
                      entry.table.name,
                      name.value,
                      emitter->second),
          "name a type of the input's events, or let the rule emit another type");
    }
  }
}

void TableAnalysis::declare_key(Entry& entry) {
  const std::vector<dsl::Expr>& key = entry.declared->declaration->key;
  if (key.size() > patterns::kTableKeyPartsMax) {
    return entry.reporter.error(
        key.back().span,
        "E0333",
        fmt::format("a table's key has at most {} parts", patterns::kTableKeyPartsMax));
  }
  for (const dsl::Expr& part : key) {
    if (const auto path = path_of(part)) {
      entry.table.key.push_back(use_of_row(entry, *path, entry.reporter, part.span));
    } else {
      entry.reporter.error(part.span, "E0333", "a table's key is made of attributes of its rows");
      entry.table.key.push_back(AttributeId::none());
    }
  }
}

void TableAnalysis::declare_value(Entry& entry) {
  const std::optional<dsl::Expr>& value = entry.declared->declaration->value;
  if (!value) return;
  const auto path = path_of(*value);
  if (!path) return entry.reporter.error(value->span, "E0333", "a table's value is an attribute of its rows");
  entry.value = *path;
  entry.table.value = use_of_row(entry, *path, entry.reporter, value->span);
}

/// A rule of its own, that sees the events which change the table, and whose key is the condition.
void TableAnalysis::declare_deletion(Entry& entry, const Library& library) {
  const std::optional<dsl::Expr>& deleted = entry.declared->declaration->deleted;
  patterns::Program program;
  program.types = entry.table.types;
  if (deleted) {
    RuleScope scope{library, schema_, entry.reporter, program};
    ExpressionAnalyzer analyzer{scope, Place{Place::Kind::key, patterns::VariableId::none(), 0}};
    entry.table.deleted = analyzer.analyze_condition(*deleted, "`delete`");
  }
  entry.table.expressions = std::move(program.expressions);
}

std::string TableAnalysis::definition_of(const Entry& entry, const Schema& schema) {
  const patterns::Table& table = entry.table;
  std::string out = patterns::types_text(schema, false, table.types);
  for (const AttributeId part : table.key) out += fmt::format("\nkey {}", to_string(schema.path(part)));
  if (table.value) out += fmt::format("\nvalue {}", to_string(entry.value));
  if (table.deleted)
    out += fmt::format("\ndelete {}", to_string(table.expressions, table.deleted, schema, {}, {}));
  return out;
}

const patterns::Table* TableAnalysis::find(std::string_view name) const {
  for (const Entry& entry : entries_) {
    if (entry.table.name == name) return &entry.table;
  }
  return nullptr;
}

AttributeId TableAnalysis::use_column(const patterns::Table& table,
                                      const AttributePath& path,
                                      const Reporter& reporter,
                                      dsl::Span span) {
  const auto is_asked = [&](const Entry& entry) { return &entry.table == &table; };
  Entry& entry = *std::find_if(entries_.begin(), entries_.end(), is_asked);
  AttributePath whole = entry.value;
  whole.segments.insert(whole.segments.end(), path.segments.begin(), path.segments.end());
  return use_of_row(entry, whole, reporter, span);
}

AttributeId TableAnalysis::use_of_row(Entry& entry,
                                      const AttributePath& path,
                                      const Reporter& reporter,
                                      dsl::Span span) {
  if (schema_.attribute_count() == Schema::kAttributesMax) {
    reporter.error(span, "E0311", "the rules name too many attributes");
    return AttributeId{0};
  }
  const AttributeId column = schema_.use_attribute(path);
  for (const TypeId type : entry.table.types) schema_.use_attribute_of(type, column, Reading::later);
  entry.uses.push_back({column, reporter, span});
  return column;
}

std::vector<std::shared_ptr<const patterns::Table>> TableAnalysis::read(
    const ReadTable& read_file, const std::shared_ptr<const Schema>& schema) {
  std::vector<std::shared_ptr<const patterns::Table>> out;
  for (Entry& entry : entries_) {
    const auto& key = entry.table.key;
    const bool fine = !entry.table.types.empty() && !key.empty() &&
                      std::find(key.begin(), key.end(), AttributeId::none()) == key.end();
    if (fine && !entry.table.is_stream) TableAnalysis::read_file(entry, read_file, schema);
    if (fine) entry.table.definition = definition_of(entry, *schema);
    out.push_back(std::make_shared<const patterns::Table>(std::move(entry.table)));
  }
  return out;
}

void TableAnalysis::read_file(Entry& entry,
                              const ReadTable& read_file,
                              const std::shared_ptr<const Schema>& schema) {
  const dsl::Located<std::string>& path = *entry.declared->declaration->file;
  const std::filesystem::path folder = std::filesystem::path{entry.declared->file->name()}.parent_path();
  const Result<TableFile> file = read_file ? read_file((folder / path.value).string(), entry.table, schema)
                                           : fail(ErrorCode::denied, "files of tables are not read here");
  if (!file) {
    return entry.reporter.error(
        path.span, "E0330", fmt::format("cannot read the table's file: {}", file.error().message));
  }
  check_columns(entry, *file, *schema);
  warn_of_rows(entry, *file);
  entry.table.rows = file->rows;
}

/// A column that has a name but no value in any row is only empty.
void TableAnalysis::check_columns(const Entry& entry, const TableFile& file, const Schema& schema) {
  if (file.names.empty()) return;
  const std::vector<std::string_view> names(file.names.begin(), file.names.end());
  const Layout& layout = schema.layout(entry.table.types.front());
  for (const ColumnUse& use : entry.uses) {
    if (file.rows->has_any(layout.slot_of[use.column.value])) continue;
    const AttributePath& path = schema.path(use.column);
    const std::string_view head = head_of(path);
    const bool named = std::find(names.begin(), names.end(), head) != names.end();
    if (named && path.segments.size() == 1) continue;
    use.reporter.error(use.span,
                       "E0332",
                       fmt::format("no row of the table `{}` has `{}`", entry.table.name, to_string(path)),
                       named ? std::string{} : did_you_mean(head, names));
  }
}

void TableAnalysis::warn_of_rows(const Entry& entry, const TableFile& file) {
  const dsl::Span span = entry.declared->declaration->file->span;
  if (file.unkeyed > 0) {
    const char* const verb = file.unkeyed == 1 ? "has" : "have";
    entry.reporter.warning(
        span, "W0105", fmt::format("{} of the table {} no key", plural(file.unkeyed), verb));
  }
  if (file.doubled > 0) {
    entry.reporter.warning(
        span,
        "W0106",
        fmt::format("{} of the table: the key is that of an earlier one, whose place is taken",
                    plural(file.doubled)),
        "keys are to be unique; the last row counts");
  }
}

}  // namespace tocsin::compiler
