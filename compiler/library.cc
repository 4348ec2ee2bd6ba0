#include "compiler/library.h"

#include "compiler/types.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace tocsin::compiler {
namespace {

template <class Map>
auto find_or_null(const Map& map, std::string_view name) -> const typename Map::mapped_type* {
  const auto found = map.find(name);
  return found == map.end() ? nullptr : &found->second;
}

Value value_of(const dsl::Literal& literal) {
  struct Visitor {
    Value operator()(dsl::Null) const { return Value::null(); }
    Value operator()(bool v) const { return Value::boolean(v); }
    Value operator()(std::int64_t v) const { return Value::integer(v); }
    Value operator()(double v) const { return Value::real(v); }
    Value operator()(const std::string& v) const { return Value::string(v); }
    Value operator()(Duration v) const { return Value::duration(v); }
  };
  return std::visit(Visitor{}, literal.value);
}

std::optional<Value> negated(const Value& value) {
  if (value.kind() == ValueKind::real) return Value::real(-value.as_real());
  if (value.kind() == ValueKind::integer) return Value::integer(-value.as_integer());
  if (value.kind() == ValueKind::duration) return Value::duration(-value.as_duration());
  return std::nullopt;
}

std::string_view trimmed(std::string_view line) {
  const auto first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

/// The text of `path`, or why there is none.
Result<std::string> read_text(const std::filesystem::path& path) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(path, failed);
  if (failed) return fail(ErrorCode::not_found, failed.message());
  if (size > kListFileBytesMax) return fail(ErrorCode::limit, "it is larger than 64 MiB");
  std::ifstream in{path, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return fail(ErrorCode::io, "it cannot be read");
  return std::move(text).str();
}

}  // namespace

std::optional<Value> constant_of(const dsl::Expr& expression) {
  if (const auto* literal = std::get_if<dsl::Literal>(&expression.node)) return value_of(*literal);
  const auto* unary = std::get_if<dsl::Unary>(&expression.node);
  if (unary == nullptr || unary->op != dsl::UnaryOp::negate) return std::nullopt;
  const auto* literal = std::get_if<dsl::Literal>(&unary->operand->node);
  return literal == nullptr ? std::nullopt : negated(value_of(*literal));
}

std::string place_text(const dsl::SourceFile& file, dsl::Span span) {
  const dsl::LineColumn place = file.place(span.begin);
  return fmt::format("{}:{}:{}", file.name(), place.line, place.column);
}

Library::Library(std::span<const dsl::RuleFile> files, dsl::Diagnostics& diagnostics) {
  for (const dsl::RuleFile& file : files) {
    const Reporter reporter{diagnostics, file.file};
    for (const dsl::ListDecl& list : file.lists) {
      if (declare(reporter, file.file, list.name))
        lists_[list.name.value] = read_list(reporter, list, *file.file);
    }
    for (const dsl::MacroDecl& macro : file.macros) {
      if (declare(reporter, file.file, macro.name)) macros_[macro.name.value] = Macro{file.file, &macro.body};
    }
    for (const dsl::TableDecl& table : file.tables) {
      if (declare(reporter, file.file, table.name)) tables_[table.name.value] = {file.file, &table, {}};
    }
  }
  std::uint16_t number = 0;
  for (auto& [name, table] : tables_) table.id = patterns::TableId{number++};
}

const NamedList* Library::find_list(std::string_view name) const {
  return find_or_null(lists_, name);
}
const Macro* Library::find_macro(std::string_view name) const {
  return find_or_null(macros_, name);
}
const NamedTable* Library::find_table(std::string_view name) const {
  return find_or_null(tables_, name);
}

std::vector<std::string_view> Library::list_names() const {
  std::vector<std::string_view> out;
  for (const auto& [name, list] : lists_) out.push_back(name);
  return out;
}

std::vector<std::string_view> Library::table_names() const {
  std::vector<std::string_view> out;
  for (const auto& [name, table] : tables_) out.push_back(name);
  return out;
}

bool Library::declare(const Reporter& reporter,
                      const std::shared_ptr<const dsl::SourceFile>& file,
                      const dsl::Located<std::string>& name) {
  const auto [at, is_new] = declared_.try_emplace(name.value, Declared{file, name.span});
  if (!is_new) {
    reporter.error(name.span,
                   "E0301",
                   fmt::format("`{}` is declared twice", name.value),
                   "the first one is at " + place_text(*at->second.file, at->second.span));
  }
  return is_new;
}

NamedList Library::read_list(const Reporter& reporter,
                             const dsl::ListDecl& list,
                             const dsl::SourceFile& file) {
  if (list.file) return read_list_file(reporter, file, *list.file);
  NamedList out;
  for (const dsl::Expr& item : list.items) {
    const std::optional<Value> value = constant_of(item);
    if (value && !value->is_null()) {
      out.values.push_back(*value);
    } else {
      reporter.error(item.span, "E0309", "an item of a list is a string, a number, a bool or a duration");
    }
  }
  return out;
}

NamedList Library::read_list_file(const Reporter& reporter,
                                  const dsl::SourceFile& rule_file,
                                  const dsl::Located<std::string>& path) {
  NamedList out;
  const auto text = read_text(std::filesystem::path{rule_file.name()}.parent_path() / path.value);
  if (!text) {
    reporter.error(path.span, "E0310", fmt::format("cannot read the list file: {}", text.error().message));
    return out;
  }
  std::istringstream lines{*text};
  for (std::string line; std::getline(lines, line);) {
    const std::string_view item = trimmed(line);
    if (!item.empty()) out.values.push_back(Value::string(texts_.emplace_back(item)));
  }
  if (out.values.size() > kListItemsMax) {
    reporter.error(path.span, "E0310", fmt::format("the list file has more than {} items", kListItemsMax));
  }
  return out;
}

}  // namespace tocsin::compiler
