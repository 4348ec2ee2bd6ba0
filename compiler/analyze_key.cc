#include "compiler/analyze_key.h"

#include "compiler/analyze_expression.h"

#include <fmt/format.h>

#include <algorithm>

namespace tocsin::compiler {
namespace {

using patterns::Program;
using patterns::VariableId;
using patterns::VariableKey;
using patterns::VariableMask;

patterns::KeyPart key_part(RuleScope& scope, const dsl::KeyPart& written) {
  ExpressionAnalyzer analyzer{scope, Place{Place::Kind::key, VariableId::none(), 0}};
  const std::size_t errors = scope.reporter.error_count();
  const auto value = analyzer.analyze(written.expression).id;
  const bool understood = scope.reporter.error_count() == errors;
  if (understood && scope.program.expressions.node(value).op == patterns::Op::constant) {
    scope.reporter.error(written.expression.span, "E0316", "a key is made of the event's attributes");
  }
  return {to_string(scope.program.expressions, value, scope.schema, {}, {}), value};
}

class VariableKeysAnalyzer {
 public:
  VariableKeysAnalyzer(RuleScope& scope, const dsl::Rule& rule)
      : scope_{scope}, rule_{rule}, program_{scope.program} {}

  void run() {
    for (const dsl::VariableKey& written : rule_.key->per_variable) add(written);
    check_all_keyed();
    check_types_keyed();
    if (program_.variable_keys.size() == 1) program_.variable_keys.clear();
  }

 private:
  void add(const dsl::VariableKey& written) {
    const auto variable = scope_.find_variable(written.variable.value);
    if (!variable) {
      scope_.reporter.error(
          written.variable.span,
          "E0302",
          fmt::format("the key names `{}`, which is not under `events:`", written.variable.value),
          did_you_mean(written.variable.value, scope_.variable_names()));
      return;
    }
    std::vector<patterns::KeyPart> parts;
    for (const dsl::KeyPart& part : written.parts) parts.push_back(key_part(scope_, part));
    if (keyed_ == 0) program_.key = parts;
    if (parts.size() != program_.key.size()) {
      scope_.reporter.error(written.variable.span,
                            "E0318",
                            fmt::format("the key of `{}` has {} parts, that of `{}` has {}",
                                        written.variable.value,
                                        parts.size(),
                                        rule_.key->per_variable.front().variable.value,
                                        program_.key.size()),
                            "what one variable is keyed by must be comparable with the others' keys");
    }
    keyed_ |= mask_of(*variable);
    add(*variable, parts);
  }

  /// Variables with the same key share it.
  void add(VariableId variable, const std::vector<patterns::KeyPart>& parts) {
    std::string text;
    for (const patterns::KeyPart& part : parts) text += part.name + '\n';
    const auto at = std::find(texts_.begin(), texts_.end(), text);
    if (at != texts_.end()) {
      program_.variable_keys[static_cast<std::size_t>(at - texts_.begin())].variables |= mask_of(variable);
      return;
    }
    texts_.push_back(std::move(text));
    VariableKey& key = program_.variable_keys.emplace_back();
    key.variables = mask_of(variable);
    for (const patterns::KeyPart& part : parts) key.parts.push_back(part.value);
  }

  void check_all_keyed() {
    for (std::size_t i = 0; i < program_.variables.size(); ++i) {
      if ((keyed_ >> i & 1) != 0) continue;
      scope_.reporter.error(rule_.variables[i].name.span,
                            "E0317",
                            fmt::format("`{}` has no key", program_.variables[i].name),
                            "give each variable one under `key:`");
    }
  }

  /// What no variable takes has no key, and so could never be seen.
  void check_types_keyed() {
    if (!rule_.from) return;
    const auto takes_any = [](const patterns::Variable& v) { return v.any_type; };
    if (std::any_of(program_.variables.begin(), program_.variables.end(), takes_any)) return;
    const bool all_taken =
        !program_.any_type && std::all_of(program_.types.begin(), program_.types.end(), [&](TypeId type) {
          return std::any_of(
              program_.variables.begin(), program_.variables.end(), [&](const patterns::Variable& v) {
                return std::binary_search(v.types.begin(), v.types.end(), type);
              });
        });
    if (all_taken) return;
    scope_.reporter.error(rule_.from->span,
                          "E0319",
                          "with a key for each variable, an event that no variable takes has no key",
                          "take it out of `from:`, or declare a variable for it");
  }

  RuleScope& scope_;
  const dsl::Rule& rule_;
  Program& program_;
  VariableMask keyed_ = 0;
  std::vector<std::string> texts_;  // of program_.variable_keys
};

}  // namespace

void analyze_key(RuleScope& scope, const dsl::Rule& rule) {
  if (!rule.key) return;
  if (!rule.key->per_variable.empty()) return VariableKeysAnalyzer{scope, rule}.run();
  for (const dsl::KeyPart& part : rule.key->parts) scope.program.key.push_back(key_part(scope, part));
}

}  // namespace tocsin::compiler
