#include "compiler/analyze_rule.h"

#include "base/check.h"
#include "compiler/analyze_expression.h"
#include "compiler/analyze_key.h"
#include "compiler/analyze_late.h"
#include "compiler/analyze_output.h"
#include "compiler/analyze_pattern.h"
#include "compiler/analyze_runs.h"
#include "compiler/analyze_settings.h"
#include "compiler/analyze_watch.h"
#include "compiler/bindings.h"
#include "compiler/doubles.h"
#include "compiler/lower.h"
#include "compiler/passes.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tocsin::compiler {
namespace {

using patterns::Output;
using patterns::Pattern;
using patterns::Program;
using patterns::Variable;
using patterns::VariableId;
using patterns::VariableMask;

class RuleAnalyzer {
 public:
  RuleAnalyzer(const dsl::Rule& rule,
               const Library& library,
               Schema& schema,
               TableAnalysis& tables,
               const Reporter& reporter,
               const CompileOptions& options)
      : rule_{rule}, options_{options}, scope_{library, schema, reporter, out_.program} {
    scope_.tables = &tables;
  }

  std::optional<AnalyzedRule> run() {
    const std::size_t errors = scope_.reporter.error_count();
    copy_header();
    declare_variables();
    declare_sets();
    choose_types_seen();
    analyze_key(scope_, rule_);
    analyze_severity(scope_, rule_);
    analyze_within(scope_, rule_);
    analyze_suppress(scope_, rule_);
    analyze_run_limit(scope_, rule_);
    analyze_late(scope_, rule_);
    analyze_window(scope_, rule_);
    analyze_alignment(scope_, rule_);
    if (rule_.keys) {
      analyze_watch_rule();
    } else if (rule_.pattern) {
      analyze_pattern_rule();
    } else {
      analyze_window_rule();  // the parser has seen to it that there is one
    }
    if (scope_.reporter.error_count() > errors) return std::nullopt;
    return std::move(out_);
  }

 private:
  Program& program() { return out_.program; }

  void copy_header() {
    program().id = rule_.id.value;
    if (rule_.title) program().title = rule_.title->value;
    if (rule_.owner) program().owner = rule_.owner->value;
    for (const auto& tag : rule_.tags) program().tags.push_back(tag.value);
  }

  /// All names first, so that a condition may name a variable declared after its own.
  void declare_variables() {
    for (const dsl::VariableDecl& declared : rule_.variables) {
      Variable variable;
      variable.name = declared.name.value;
      use_types(declared.types, variable.any_type, variable.types);
      program().variables.push_back(std::move(variable));
    }
    if (program().variables.size() <= patterns::kVariablesMax) return;
    scope_.reporter.error(rule_.variables[patterns::kVariablesMax].name.span,
                          "E0313",
                          fmt::format("a rule has at most {} variables", patterns::kVariablesMax));
    program().variables.resize(patterns::kVariablesMax);
  }

  void declare_sets() {
    for (const dsl::NamedSet& set : rule_.sets) {
      const std::string& name = set.name.value;
      if (scope_.find_variable(name)) {
        scope_.reporter.error(set.name.span,
                              "E0301",
                              fmt::format("`{}` is declared twice", name),
                              "it is a variable's name, too");
      }
      scope_.sets.emplace(name, variables_of(set));
    }
  }

  VariableMask variables_of(const dsl::NamedSet& set) {
    VariableMask out = 0;
    for (const auto& name : set.variables) {
      if (const auto variable = scope_.find_variable(name.value)) {
        out |= mask_of(*variable);
        continue;
      }
      scope_.reporter.error(name.span,
                            "E0302",
                            fmt::format("the set names `{}`, which is not under `events:`", name.value),
                            did_you_mean(name.value, scope_.variable_names()));
    }
    return out;
  }

  void use_types(const dsl::TypeSet& types, bool& any, std::vector<TypeId>& ids) {
    any = types.any;
    if (any) return;
    for (const auto& name : types.names) {
      if (const auto id = scope_.use_type(name)) ids.push_back(*id);
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  }

  void choose_types_seen() {
    if (rule_.from) {
      use_types(*rule_.from, program().any_type, program().types);
      check_types_seen();
    } else {
      see_types_of_variables();
    }
    if (program().any_type) scope_.schema.see_any_type();
  }

  void see_types_of_variables() {
    std::vector<TypeId>& seen = program().types;
    for (const Variable& variable : program().variables) {
      program().any_type |= variable.any_type;
      seen.insert(seen.end(), variable.types.begin(), variable.types.end());
    }
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    if (program().any_type) seen.clear();
  }

  /// `from:` must let in every type that some variable takes.
  void check_types_seen() {
    if (program().any_type) return;
    for (std::size_t i = 0; i < program().variables.size(); ++i) {
      const Variable& variable = program().variables[i];
      const auto& seen = program().types;
      const bool all_seen =
          std::includes(seen.begin(), seen.end(), variable.types.begin(), variable.types.end());
      if (variable.any_type || all_seen) continue;
      scope_.reporter.error(rule_.variables[i].types.span,
                            "E0314",
                            fmt::format("`from:` leaves out events that `{}` is to take", variable.name));
    }
  }

  void analyze_pattern_rule() {
    check_pattern_only(scope_, rule_);
    const Bindings bindings = lower_pattern().value_or(everything_bound());
    for (std::size_t i = 0; i < program().variables.size(); ++i) {
      analyze_condition(i, Place{Place::Kind::condition, variable_id(i), bindings.before[i]});
    }
    analyze_outputs(Place{Place::Kind::output, VariableId::none(), bindings.taken},
                    Place{Place::Kind::output, VariableId::none(), bindings.awaited});
  }

  /// After a mistake in the pattern the conditions are still read, for their own mistakes.
  static Bindings everything_bound() {
    Bindings out;
    out.before.fill(~VariableMask{0});
    out.taken = out.awaited = ~VariableMask{0};
    return out;
  }

  std::optional<Bindings> lower_pattern() {
    auto root = analyze_pattern(scope_, *rule_.pattern);
    if (!root) return std::nullopt;
    Bindings bindings = bindings_of(*root);
    analyze_runs(scope_, rule_, bindings);
    check_all_used(bindings);
    record("analysis", pattern_with_settings(std::move(*root)));
    Lowered lowered = lower(run_passes(), scope_.reporter, rule_.pattern->span);
    program().positions = std::move(lowered.positions);
    program().lulls = std::move(lowered.lulls);
    if (program().positions.empty()) return std::nullopt;
    program().may_double = may_double(program().positions);
    analyze_after_match(scope_, rule_, bindings);
    analyze_emit(scope_, rule_);
    check_time_limits(scope_, rule_);
    settle_stages();
    return bindings;
  }

  static VariableId variable_id(std::size_t index) { return VariableId{static_cast<std::uint16_t>(index)}; }

  void check_all_used(const Bindings& bindings) {
    for (std::size_t i = 0; i < program().variables.size(); ++i) {
      if ((bindings.named & mask_of(variable_id(i))) != 0) continue;
      scope_.reporter.error(rule_.variables[i].name.span,
                            "E0315",
                            fmt::format("`{}` is not in the pattern", program().variables[i].name),
                            "use it there, or take it out of `events:`");
    }
  }

  Pattern pattern_with_settings(patterns::PatternNode root) {
    Pattern out;
    out.root = std::move(root);
    out.within = program().within;
    for (const Variable& variable : program().variables) out.variable_names.push_back(variable.name);
    return out;
  }

  void record(std::string_view name, const Pattern& pattern) {
    verify(pattern.root, program().variables.size());
    out_.stages.push_back(PatternStage{name, pattern});
  }

  /// The pattern after the last pass; each that changed it is recorded.
  Pattern run_passes() {
    Pattern pattern = out_.stages.back().pattern;
    for (const Pass& pass : all_passes()) {
      if (options_.disabled_passes.contains(pass.name)) continue;
      patterns::PatternNode root = pass.run(pattern.root);
      if (same_node(root, pattern.root)) continue;
      pattern.root = std::move(root);
      record(pass.name, pattern);
    }
    return pattern;
  }

  /// What to skip is known only once the positions are.
  void settle_stages() {
    for (PatternStage& stage : out_.stages) {
      stage.pattern.after_match = program().after_match;
      stage.pattern.skip_to = program().skip_to;
    }
  }

  void analyze_condition(std::size_t index, const Place& place) {
    const auto& written = rule_.variables[index].condition;
    if (!written) return;
    const auto condition = ExpressionAnalyzer{scope_, place}.analyze_condition(*written, "a condition");
    const SplitCondition split = split_condition(program().expressions, condition);
    program().variables[index].own_condition = split.own;
    program().variables[index].run_condition = split.run;
  }

  /// A match is the last event before the silence, or no event at all.
  void analyze_watch_rule() {
    analyze_watch(scope_, rule_);
    for (std::size_t i = 0; i < program().variables.size(); ++i) {
      analyze_condition(i, Place{Place::Kind::condition, variable_id(i), 0});
    }
    const Place place{Place::Kind::output, VariableId::none(), scope_.all_variables()};
    analyze_outputs(place, place);
  }

  void analyze_window_rule() {
    check_window_only(scope_, rule_);
    program().emit = emit_mode();
    for (std::size_t i = 0; i < program().variables.size(); ++i) {
      analyze_condition(i, Place{Place::Kind::window_condition, variable_id(i), 0});
    }
    const VariableMask all = scope_.all_variables();
    if (rule_.having) {
      ExpressionAnalyzer analyzer{scope_, Place{Place::Kind::having, VariableId::none(), all, true}};
      program().having = analyzer.analyze_condition(*rule_.having, "`having`");
    } else {
      scope_.reporter.error(rule_.window->span, "E0703", "a window without a pattern needs `having:`");
    }
    const Place place{Place::Kind::output, VariableId::none(), all, true};
    analyze_outputs(place, place);
  }

  patterns::WindowEmit emit_mode() const {
    if (!rule_.emit || rule_.emit->value == dsl::EmitMode::first) return patterns::WindowEmit::first;
    return rule_.emit->value == dsl::EmitMode::each ? patterns::WindowEmit::each
                                                    : patterns::WindowEmit::close;
  }

  void analyze_outputs(const Place& on_match, const Place& on_timeout) {
    program().on_match = rule_.on_match ? analyze_output(scope_, *rule_.on_match, on_match) : Output{};
    if (rule_.on_timeout) program().on_timeout = analyze_output(scope_, *rule_.on_timeout, on_timeout);
    if (!rule_.emit_to) return;
    const auto type = scope_.use_emitted_type(*rule_.emit_to);
    bool any = false;
    for (auto* output : {&program().on_match, &program().on_timeout}) {
      if (!*output || (*output)->emit_to) continue;
      (*output)->emit_to = type;
      any = true;
    }
    if (any) return;
    scope_.reporter.warning(rule_.emit_to->span,
                            "W0107",
                            "nothing that this rule tells becomes such an event",
                            "let it tell matches or timeouts, or take `emit to:` out");
  }

  const dsl::Rule& rule_;
  const CompileOptions& options_;
  AnalyzedRule out_;
  RuleScope scope_;  // borrows out_
};

}  // namespace

std::optional<AnalyzedRule> analyze_rule(const dsl::Rule& rule,
                                         const Library& library,
                                         Schema& schema,
                                         TableAnalysis& tables,
                                         const Reporter& reporter,
                                         const CompileOptions& options) {
  return RuleAnalyzer{rule, library, schema, tables, reporter, options}.run();
}

}  // namespace tocsin::compiler
