/// Look-ups in tables: `customers[card].country`.

#include "compiler/analyze_expression.h"
#include "compiler/table_analysis.h"

#include <fmt/format.h>

#include <utility>

namespace tocsin::compiler {

using patterns::ExpressionId;
using patterns::ExpressionNode;
using patterns::Op;

/// The table that `expression` names. A variable of that name comes first.
const patterns::Table* ExpressionAnalyzer::table_named_by(const dsl::Expr& expression) const {
  const auto* name = std::get_if<dsl::Name>(&expression.node);
  if (name == nullptr || scope_.tables == nullptr || taken_named(name->text)) return nullptr;
  return scope_.tables->find(name->text);
}

/// Whether `asked`, which has a key, is nearly the name of a table: says so.
bool ExpressionAnalyzer::misspells_table(const dsl::Expr& asked) {
  const auto* name = std::get_if<dsl::Name>(&asked.node);
  if (name == nullptr || taken_named(name->text)) return false;
  std::string hint = did_you_mean(name->text, scope_.library.table_names());
  if (hint.empty()) return false;
  error(asked.span, "E0335", fmt::format("there is no table `{}`", name->text), std::move(hint));
  return true;
}

/// `customers[card]` and what follows it.
Typed ExpressionAnalyzer::resolve_lookup(const dsl::Index& asked, const Path& path) {
  const patterns::Table& table = *table_named_by(*asked.object);
  if (table.key.empty()) return failed();
  check_stays(table, path.span);
  const std::vector<ExpressionId> key = lookup_key(table, *asked.index);
  patterns::Lookup lookup{table_id(table), AttributeId::none(), table.name, {}};
  if (!path.steps.empty()) {
    const auto column = column_path(table, path);
    if (!column) return failed();
    lookup.column = scope_.tables->use_column(table, *column, reporter_, path.steps.front().span);
    lookup.member = to_string(*column);
    if (!lookup.member.starts_with('[')) lookup.member.insert(0, 1, '.');
  } else if (table.value) {
    lookup.column = table.value;
  }
  ExpressionNode node;
  node.op = Op::lookup;
  node.index = scope_.program.expressions.add_lookup(lookup);
  return add(node, lookup.column ? Type::any : Type::boolean, key);
}

/// A value may be a list: `rates[card][0]`. A row is none.
std::optional<AttributePath> ExpressionAnalyzer::column_path(const patterns::Table& table, const Path& path) {
  if (!table.value) return attribute_path(path, 0);
  AttributePath out;
  for (const Step& step : path.steps) {
    if (step.index < 0) {
      reporter_.error(step.span, "E0305", "an index into a list starts at 0");
      return std::nullopt;
    }
    out.segments.push_back(step.segment);
  }
  return out;
}

/// A table that changes with events is asked as of an event or a deadline that is at hand.
void ExpressionAnalyzer::check_stays(const patterns::Table& table, dsl::Span span) {
  if (!table.is_stream) return;
  if (place_.kind == Place::Kind::key) {
    error(span, "E0334", fmt::format("the table `{}` changes with events: it cannot make a key", table.name));
  } else if (in_aggregate_ && !place_.sums_window) {
    error(
        span,
        "E0334",
        fmt::format("the table `{}` changes with events: an aggregate over those of a pattern would ask for "
                    "rows that are gone",
                    table.name),
        "ask it of one event, as `rates[p.currency]`; a window's aggregates may ask it");
  }
}

std::vector<ExpressionId> ExpressionAnalyzer::lookup_key(const patterns::Table& table,
                                                         const dsl::Expr& written) {
  const auto* several = std::get_if<dsl::ListLiteral>(&written.node);
  const std::span<const dsl::Expr> parts =
      several != nullptr ? std::span<const dsl::Expr>{several->items} : std::span{&written, 1};
  if (parts.size() != table.key.size()) {
    error(written.span,
          "E0331",
          fmt::format("the key of `{}` has {} part{}, not {}",
                      table.name,
                      table.key.size(),
                      table.key.size() == 1 ? "" : "s",
                      parts.size()),
          table.key.size() == 1 ? "" : fmt::format("separate them by commas, as `{}[a, b]`", table.name));
  }
  std::vector<ExpressionId> key;
  for (const dsl::Expr& part : parts) {
    const Typed value = analyze(part);
    if (value.type == Type::list || value.type == Type::null) {
      error(part.span, "E0331", fmt::format("no row is found by a {}", compiler::name_of(value.type)));
    }
    key.push_back(value.id);
  }
  return key;
}

patterns::TableId ExpressionAnalyzer::table_id(const patterns::Table& table) const {
  return scope_.library.find_table(table.name)->id;
}

}  // namespace tocsin::compiler
