#include "compiler/version.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <string>
#include <vector>

namespace tocsin::compiler {
namespace {

/// Writes what decides the matches, one thing a line, names instead of ids. Changing it changes every
/// version, and so drops the runs of all rules on the next reload.
class CanonicalText {
 public:
  CanonicalText(const patterns::Program& program, const Schema& schema)
      : program_{program}, schema_{schema} {}

  std::string write(const std::vector<PatternStage>& stages, const std::string& watched) {
    line("sees", patterns::types_text(schema_, program_.any_type, program_.types));
    for (const patterns::KeyPart& part : program_.key) line("key", part.name);
    for (const patterns::VariableKey& of : program_.variable_keys) write_key(of);
    for (const patterns::Variable& variable : program_.variables) {
      line(variable.name, patterns::types_text(schema_, variable.any_type, variable.types));
      if (variable.own_condition) line("own", expression(variable.own_condition));
      if (variable.run_condition) line("run", expression(variable.run_condition));
    }
    if (!stages.empty()) line("pattern", to_string(stages.front().pattern));
    if (program_.watch) write_watch(*program_.watch, watched);
    line("timeouts", program_.on_timeout ? "asked" : "not asked");
    write_settings();
    write_window();
    return std::move(out_);
  }

 private:
  /// Those that are not the default: a rule without them keeps its version.
  void write_settings() {
    if (program_.runs != patterns::RunsKept::all) line("runs", name_of(program_.runs));
    if (program_.within_events > 0) line("within events", std::to_string(program_.within_events));
    if (program_.emit_preferred) line("emit", "preferred");
    if (program_.report_all) line("report", "all");
    if (program_.lateness > Duration{0}) line("late", format_duration(program_.lateness));
    if (program_.cancel) line("cancel", program_.variables[program_.cancel.value].name);
  }

  void line(std::string_view name, std::string_view value) { out_ += fmt::format("{} {}\n", name, value); }

  void write_watch(const patterns::Watch& watch, const std::string& watched) {
    line("watch", fmt::format("{} {} {}", watch.table, watch.awaited, watch.silence.count()));
    line("keys", watched);
  }

  void write_window() {
    const patterns::Window& window = program_.window;
    if (window.kind == patterns::WindowKind::none) return;
    line("window",
         fmt::format(
             "{} {} {} {}", name_of(window.kind), window.size.count(), window.every.count(), window.count));
    if (window.offset > Duration{0}) line("offset", format_duration(window.offset));
    if (window.zone.name() != "UTC") line("timezone", window.zone.name());
    if (!program_.having) return;
    line("having", expression(program_.having));
    line("emit", name_of(program_.emit));
  }

  void write_key(const patterns::VariableKey& of) {
    for (std::size_t i = 0; i < program_.variables.size(); ++i) {
      if ((of.variables >> i & 1) != 0) line("key of", program_.variables[i].name);
    }
    for (const patterns::ExpressionId part : of.parts) line("part", expression(part));
  }

  std::string expression(patterns::ExpressionId id) const { return to_string(program_, id, schema_); }

  const patterns::Program& program_;
  const Schema& schema_;
  std::string out_;
};

}  // namespace

std::string version_of(const AnalyzedRule& rule, const CompiledRules& rules, const Schema& schema) {
  const auto& watch = rule.program.watch;
  const std::string watched = watch ? rules.tables[watch->keys.value]->definition : std::string{};
  const std::string text = CanonicalText{rule.program, schema}.write(rule.stages, watched);
  return fmt::format("{:016x}", XXH3_64bits(text.data(), text.size()));
}

}  // namespace tocsin::compiler
