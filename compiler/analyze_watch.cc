#include "compiler/analyze_watch.h"

#include "compiler/table_analysis.h"

#include <fmt/format.h>

namespace tocsin::compiler {
namespace {

class WatchAnalyzer {
 public:
  WatchAnalyzer(RuleScope& scope, const dsl::Rule& rule) : scope_{scope}, rule_{rule} {}

  void run() {
    find_table();
    read_pattern();
    refuse_settings();
    scope_.program.watch = watch_;
  }

 private:
  void find_table() {
    const dsl::Located<std::string>& name = *rule_.keys;
    const patterns::Table* table = scope_.tables->find(name.value);
    if (table == nullptr) {
      return scope_.reporter.error(name.span,
                                   "E0335",
                                   fmt::format("there is no table `{}`", name.value),
                                   did_you_mean(name.value, scope_.library.table_names()));
    }
    watch_.keys = scope_.library.find_table(name.value)->id;
    watch_.table = name.value;
    if (!scope_.program.variable_keys.empty()) {
      return scope_.reporter.error(
          rule_.key->span, "E0335", "with `keys:` all variables have one key", "as `key: device`");
    }
    const std::size_t parts = scope_.program.key.size();
    if (table->key.empty() || parts == table->key.size()) return;
    scope_.reporter.error(rule_.key ? rule_.key->span : name.span,
                          "E0335",
                          fmt::format("the rule's key has {} part{}, that of the table `{}` has {}",
                                      parts,
                                      parts == 1 ? "" : "s",
                                      name.value,
                                      table->key.size()),
                          "say which attributes of the events are the table's key, as `key: device`");
  }

  void read_pattern() {
    const auto* absence = rule_.pattern ? std::get_if<dsl::Absence>(&rule_.pattern->node) : nullptr;
    if (absence == nullptr || !absence->duration) {
      return scope_.reporter.error(rule_.pattern ? rule_.pattern->span : rule_.keys->span,
                                   "E0336",
                                   "with `keys:` the pattern is an absence alone",
                                   "as `not beat for 10m`");
    }
    watch_.silence = absence->duration->value;
    if (watch_.silence <= Duration{0}) {
      scope_.reporter.error(absence->duration->span, "E0605", "an absence of no length", "give it one");
    }
    for (const auto& name : absence->variables) {
      const auto variable = scope_.find_variable(name.value);
      if (variable) {
        watch_.awaited |= patterns::mask_of(*variable);
      } else {
        scope_.reporter.error(name.span,
                              "E0302",
                              fmt::format("the pattern names `{}`, which is not under `events:`", name.value),
                              did_you_mean(name.value, scope_.variable_names()));
      }
    }
    check_all_awaited();
  }

  void check_all_awaited() {
    if (watch_.awaited == scope_.all_variables()) return;
    for (std::size_t i = 0; i < scope_.program.variables.size(); ++i) {
      if ((watch_.awaited >> i & 1) != 0) continue;
      scope_.reporter.error(rule_.variables[i].name.span,
                            "E0315",
                            fmt::format("`{}` is not in the pattern", scope_.program.variables[i].name),
                            "use it there, or take it out of `events:`");
    }
  }

  void refuse_settings() {
    if (rule_.within) refuse(rule_.within->span, "within");
    if (rule_.window) refuse(rule_.window->span, "window");
    if (rule_.having) refuse(rule_.having->span, "having");
    if (rule_.after_match) refuse(rule_.after_match->span, "after match");
    if (rule_.emit) refuse(rule_.emit->span, "emit");
    if (rule_.report) refuse(rule_.report->span, "report");
    if (rule_.runs) refuse(rule_.runs->span, "runs");
    if (rule_.cancel) refuse(rule_.cancel->span, "cancel");
    if (rule_.on_timeout && !rule_.on_timeout->none) refuse(rule_.on_timeout->span, "on timeout");
  }

  void refuse(dsl::Span span, std::string_view key) {
    scope_.reporter.error(
        span, "E0706", fmt::format("`{}` means nothing for a rule with `keys:`", key), "take it out");
  }

  RuleScope& scope_;
  const dsl::Rule& rule_;
  patterns::Watch watch_;
};

}  // namespace

void analyze_watch(RuleScope& scope, const dsl::Rule& rule) {
  WatchAnalyzer{scope, rule}.run();
}

}  // namespace tocsin::compiler
