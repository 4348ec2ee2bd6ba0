#include "compiler/explain.h"

#include "dsl/printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace tocsin::compiler {
namespace {

const dsl::Rule* find_rule(std::span<const dsl::RuleFile> files, std::string_view id) {
  for (const dsl::RuleFile& file : files) {
    for (const dsl::Rule& rule : file.rules) {
      if (rule.id.value == id) return &rule;
    }
  }
  return nullptr;
}

std::string key_text(const std::vector<dsl::KeyPart>& key) {
  std::vector<std::string> parts;
  for (const dsl::KeyPart& part : key) parts.push_back(dsl::to_string(part.expression));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string rule_text(const dsl::Rule& rule) {
  std::string out = fmt::format("rule: {}\n", rule.id.value);
  if (rule.key && rule.key->per_variable.empty()) out += fmt::format("key: {}\n", key_text(rule.key->parts));
  if (rule.key) {
    for (const dsl::VariableKey& of : rule.key->per_variable)
      out += fmt::format("key of {}: {}\n", of.variable.value, key_text(of.parts));
  }
  if (rule.keys) out += fmt::format("keys: {}\n", rule.keys->value);
  if (rule.from) out += fmt::format("from: {}\n", dsl::to_string(*rule.from));
  for (const dsl::VariableDecl& variable : rule.variables) {
    out += fmt::format("{}: {}", variable.name.value, dsl::to_string(variable.types));
    if (variable.condition) out += " where " + dsl::to_string(*variable.condition);
    out += '\n';
  }
  if (rule.pattern) out += fmt::format("pattern: {}\n", dsl::to_string(*rule.pattern));
  if (rule.having) out += fmt::format("having: {}\n", dsl::to_string(*rule.having));
  return out;
}

}  // namespace

std::optional<std::string> explain(std::span<const dsl::RuleFile> files,
                                   const CompiledRules& rules,
                                   std::string_view id) {
  const auto found =
      std::find_if(rules.programs.begin(), rules.programs.end(), [&](const auto& p) { return p->id == id; });
  const dsl::Rule* rule = find_rule(files, id);
  if (found == rules.programs.end() || rule == nullptr) return std::nullopt;
  std::string out = "--- text\n" + rule_text(*rule);
  for (const PatternStage& stage : rules.stages[static_cast<std::size_t>(found - rules.programs.begin())]) {
    out += fmt::format("--- pattern after {}\n{}", stage.name, to_string(stage.pattern));
  }
  return out + "--- program\n" + to_string(**found, *rules.schema);
}

}  // namespace tocsin::compiler
