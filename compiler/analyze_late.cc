#include "compiler/analyze_late.h"

#include <algorithm>
#include <string_view>

namespace tocsin::compiler {
namespace {

constexpr std::string_view kLateKey = "late";
constexpr std::string_view kAllowedLatenessKey = "allowed lateness";
constexpr std::string_view kStream = "stream";

bool is_stream(std::string_view late) {
  return late.starts_with(kStream) && (late.size() == kStream.size() || late[kStream.size()] == ' ');
}

/// `stream NAME`.
void analyze_stream(RuleScope& scope, const dsl::Located<std::string>& late) {
  const std::size_t name = late.value.find_first_not_of(' ', kStream.size());
  if (name == std::string::npos) {
    return scope.reporter.error(
        late.span, "E0708", "this stream has no name", "as `late: stream late_clicks`");
  }
  scope.program.late_stream = scope.use_emitted_type({late.value.substr(name), late.span});
}

/// Whether the rule asks a table that events change.
bool asks_changing(const patterns::Program& program,
                   const std::vector<std::shared_ptr<const patterns::Table>>& tables) {
  const auto& lookups = program.expressions.lookups();
  return std::any_of(lookups.begin(), lookups.end(), [&](const patterns::Lookup& lookup) {
    return tables[lookup.table.value]->is_stream;
  });
}

/// What is written for `key`; null if nothing is.
const dsl::Located<std::string>* written(const dsl::Rule& rule, std::string_view key) {
  const auto at = std::find_if(rule.others.begin(), rule.others.end(), [&](const dsl::RawKey& other) {
    return other.name.value == key;
  });
  return at == rule.others.end() ? nullptr : &at->text;
}

/// Whether late events are applied.
bool analyze_policy(RuleScope& scope, const dsl::Located<std::string>& late) {
  if (late.value == "drop") return false;
  if (late.value == "apply") return true;
  if (is_stream(late.value)) {
    analyze_stream(scope, late);
  } else {
    scope.reporter.error(
        late.span,
        "E0708",
        "late events are dropped, applied, or become a stream: `drop`, `apply`, `stream NAME`",
        did_you_mean(late.value.substr(0, late.value.find(' ')), {"drop", "apply", "stream"}));
  }
  return false;
}

void analyze_bound(RuleScope& scope, const dsl::Located<std::string>& lateness) {
  const auto bound = parse_duration(lateness.value);
  if (!bound) {
    scope.reporter.error(lateness.span, "E0708", "`allowed lateness` is a duration", "as `1h`");
  } else if (*bound <= Duration{0}) {
    scope.reporter.error(lateness.span, "E0605", "`allowed lateness` must be longer than nothing");
  } else {
    scope.program.lateness = *bound;
  }
}

}  // namespace

dsl::Span late_at(const dsl::Rule& rule) {
  return written(rule, kLateKey)->span;
}

Emitters late_streams_of(const std::vector<AnalyzedRule>& analyzed) {
  Emitters out;
  for (const AnalyzedRule& rule : analyzed) {
    if (rule.program.late_stream) out.try_emplace(*rule.program.late_stream, rule.program.id);
  }
  return out;
}

void analyze_late(RuleScope& scope, const dsl::Rule& rule) {
  const auto* const late = written(rule, kLateKey);
  const auto* const lateness = written(rule, kAllowedLatenessKey);
  if (late != nullptr && analyze_policy(scope, *late)) {
    if (lateness != nullptr) return analyze_bound(scope, *lateness);
    scope.reporter.error(late->span,
                         "E0708",
                         "`late: apply` needs a bound on how late an event may be",
                         "add it, as `allowed lateness: 1h`");
  } else if (lateness != nullptr) {
    scope.reporter.error(
        lateness->span, "E0706", "`allowed lateness` means nothing for a rule without `late: apply`");
  }
}

void check_late(const std::vector<AnalyzedRule>& analyzed,
                const RulesById& rules,
                const std::vector<std::shared_ptr<const patterns::Table>>& tables,
                dsl::Diagnostics& diagnostics) {
  const Emitters streams = late_streams_of(analyzed);
  for (const AnalyzedRule& rule : analyzed) {
    const patterns::Program& program = rule.program;
    const dsl::Rule& of = *rules.at(program.id);
    const auto refuse = [&](const char* message, const char* hint) {
      Reporter{diagnostics, of.file}.error(late_at(of), "E0708", message, hint);
    };
    if (program.late_stream && program.any_type) {
      refuse("this rule sees `any` type, and so would see its late events as if they came in time",
             "name the types that it is to see");
    }
    if (program.lateness <= Duration{0}) continue;
    const auto is_late_stream = [&](TypeId type) { return streams.contains(type); };
    if (program.any_type ? !streams.empty()
                         : std::any_of(program.types.begin(), program.types.end(), is_late_stream)) {
      refuse("`late: apply` is for late events of the input, and this rule sees a stream of late events",
             "name the types of the input that it is to see, or drop late events");
    } else if (!emitted_by(program).empty()) {
      refuse(
          "`late: apply` takes alerts back, and other rules may have seen those of this one: it emits them",
          "take `emit to` out, or drop late events");
    } else if (program.level > 0) {
      refuse("`late: apply` is for late events of the input, and this rule sees what other rules emit",
             "name the types of the input that it is to see, or drop late events");
    } else if (program.watch || asks_changing(program, tables)) {
      refuse("`late: apply` does not go with `keys:`, nor with tables that events change",
             "tables from files may be looked up");
    } else if (program.run_limit.policy == patterns::LimitPolicy::fail) {
      refuse("`late: apply` does not go with `max runs per key: N, fail`",
             "let the key drop its newest or oldest runs");
    }
  }
}

}  // namespace tocsin::compiler
