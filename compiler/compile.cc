#include "compiler/compile.h"

#include "compiler/analyze_late.h"
#include "compiler/analyze_rule.h"
#include "compiler/library.h"
#include "compiler/rule_levels.h"
#include "compiler/table_analysis.h"
#include "compiler/version.h"

#include <fmt/format.h>

#include <utility>

namespace tocsin::compiler {
namespace {

RulesById rules_by_id(std::span<const dsl::RuleFile> files, dsl::Diagnostics& diagnostics) {
  RulesById out;
  for (const dsl::RuleFile& file : files) {
    for (const dsl::Rule& rule : file.rules) {
      const auto [at, is_new] = out.try_emplace(rule.id.value, &rule);
      if (is_new) continue;
      Reporter{diagnostics, rule.file}.error(
          rule.id.span,
          "E0301",
          fmt::format("there are two rules `{}`", rule.id.value),
          "the first one is at " + place_text(*at->second->file, at->second->id.span));
    }
  }
  return out;
}

std::vector<std::string> warnings_since(const dsl::Diagnostics& diagnostics, std::size_t from) {
  std::vector<std::string> out;
  for (std::size_t i = from; i < diagnostics.all().size(); ++i) {
    const dsl::Diagnostic& d = diagnostics.all()[i];
    if (d.severity == dsl::Severity::warning) out.push_back(fmt::format("{}: {}", d.code, d.message));
  }
  return out;
}

std::vector<AnalyzedRule> analyze_all(const RulesById& rules,
                                      const Library& library,
                                      Schema& schema,
                                      TableAnalysis& tables,
                                      dsl::Diagnostics& diagnostics,
                                      const CompileOptions& options) {
  std::vector<AnalyzedRule> out;
  for (const auto& [id, rule] : rules) {
    const std::size_t before = diagnostics.all().size();
    auto analyzed = analyze_rule(*rule, library, schema, tables, Reporter{diagnostics, rule->file}, options);
    if (!analyzed) continue;
    analyzed->program.warnings = warnings_since(diagnostics, before);
    out.push_back(std::move(*analyzed));
  }
  return out;
}

/// The type of the events that alerts become, and the first rule that emits it.
Emitters emitters_of(const std::vector<AnalyzedRule>& analyzed) {
  Emitters out;
  for (const AnalyzedRule& rule : analyzed) {
    for (const TypeId type : emitted_by(rule.program)) out.try_emplace(type, rule.program.id);
  }
  return out;
}

}  // namespace

std::optional<CompiledRules> compile(std::span<const dsl::RuleFile> files,
                                     dsl::Diagnostics& diagnostics,
                                     const CompileOptions& options) {
  const std::size_t errors = diagnostics.error_count();
  const Library library{files, diagnostics};
  const RulesById rules = rules_by_id(files, diagnostics);
  auto schema = std::make_shared<Schema>();
  TableAnalysis tables{library, *schema, diagnostics};
  std::vector<AnalyzedRule> analyzed = analyze_all(rules, library, *schema, tables, diagnostics, options);
  tables.refuse_emitted(emitters_of(analyzed));
  tables.refuse_emitted(late_streams_of(analyzed));
  if (diagnostics.error_count() == errors) set_levels(analyzed, rules, *schema, diagnostics);
  schema->seal();
  CompiledRules out;
  out.tables = tables.read(options.read_table, schema);
  if (diagnostics.error_count() == errors) check_late(analyzed, rules, out.tables, diagnostics);
  if (diagnostics.error_count() > errors) return std::nullopt;
  for (AnalyzedRule& rule : analyzed) {
    rule.program.version = version_of(rule, out, *schema);
    out.programs.push_back(std::make_shared<const patterns::Program>(std::move(rule.program)));
    out.stages.push_back(std::move(rule.stages));
  }
  out.schema = std::move(schema);
  return out;
}

}  // namespace tocsin::compiler
