#include "compiler/rule_scope.h"

namespace tocsin::compiler {

using patterns::Variable;
using patterns::VariableId;

std::optional<VariableId> RuleScope::find_variable(std::string_view name) const {
  for (std::size_t i = 0; i < program.variables.size(); ++i) {
    if (program.variables[i].name == name) return VariableId{static_cast<std::uint16_t>(i)};
  }
  return std::nullopt;
}

std::vector<std::string_view> RuleScope::variable_names() const {
  std::vector<std::string_view> out;
  for (const Variable& variable : program.variables) out.push_back(variable.name);
  return out;
}

patterns::VariableMask RuleScope::find_variables(std::string_view name) const {
  if (const auto variable = find_variable(name)) return mask_of(*variable);
  const auto set = sets.find(name);
  return set == sets.end() ? 0 : set->second;
}

patterns::VariableMask RuleScope::all_variables() const {
  const std::size_t count = program.variables.size();
  return count == patterns::kVariablesMax ? ~patterns::VariableMask{0}
                                          : (patterns::VariableMask{1} << count) - 1;
}

std::optional<TypeId> RuleScope::use_type(const dsl::Located<std::string>& name) {
  if (schema.type_count() < Schema::kTypesMax) return schema.use_type(name.value);
  reporter.error(name.span, "E0311", "the rules name too many event types");
  return std::nullopt;
}

std::optional<TypeId> RuleScope::use_emitted_type(const dsl::Located<std::string>& name) {
  if (name.value != "any") return use_type(name);
  reporter.error(name.span, "E0320", "`any` is no type of its own", "give these events a name");
  return std::nullopt;
}

AttributeId RuleScope::use_attribute(const AttributePath& path, dsl::Span span) {
  if (schema.attribute_count() < Schema::kAttributesMax) return schema.use_attribute(path);
  reporter.error(span, "E0311", "the rules name too many attributes");
  return AttributeId{0};
}

void RuleScope::use_of(bool any, const std::vector<TypeId>& types, AttributeId attribute, Reading reading) {
  if (any) schema.use_attribute_of_any(attribute, reading);
  for (const TypeId type : types) schema.use_attribute_of(type, attribute, reading);
}

AttributeId RuleScope::use_attribute(const AttributePath& path,
                                     patterns::VariableMask variables,
                                     Reading reading,
                                     dsl::Span span) {
  const AttributeId attribute = use_attribute(path, span);
  for (std::size_t i = 0; i < program.variables.size(); ++i) {
    const Variable& variable = program.variables[i];
    if ((variables >> i & 1) == 0) continue;
    if (variable.any_type) {
      use_of(program.any_type, program.types, attribute, reading);
    } else {
      use_of(false, variable.types, attribute, reading);
    }
  }
  return attribute;
}

AttributeId RuleScope::use_attribute_of_seen(const AttributePath& path, Reading reading, dsl::Span span) {
  const AttributeId attribute = use_attribute(path, span);
  use_of(program.any_type, program.types, attribute, reading);
  return attribute;
}

}  // namespace tocsin::compiler
