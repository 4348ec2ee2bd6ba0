#include "compiler/analyze_output.h"

#include "compiler/analyze_expression.h"

#include <utility>

namespace tocsin::compiler {
namespace {

class OutputAnalyzer {
 public:
  OutputAnalyzer(RuleScope& scope, Place place) : scope_{scope}, place_{place} {}

  patterns::Output analyze(const dsl::OutputSection& section) {
    patterns::Output out;
    if (section.emit_to) scope_.reporter.unsupported(section.emit_to->span, "`emit to`");
    if (section.message) out.message = message(*section.message);
    for (const dsl::Field& field : section.fields)
      out.fields.push_back({field.name.value, value(field.value)});
    return out;
  }

 private:
  patterns::ExpressionId value(const dsl::Expr& expression) {
    return ExpressionAnalyzer{scope_, place_}.analyze(expression).id;
  }

  patterns::Template message(const dsl::Template& written) {
    patterns::Template out;
    for (const auto& part : written.parts) {
      if (const auto* text = std::get_if<std::string>(&part)) {
        out.parts.emplace_back(*text);
        continue;
      }
      const auto& hole = std::get<dsl::TemplateHole>(part);
      if (hole.format) scope_.reporter.unsupported(hole.format->span, "a format in a message");
      out.parts.emplace_back(value(hole.expression));
    }
    return out;
  }

  RuleScope& scope_;
  Place place_;
};

}  // namespace

std::optional<patterns::Output> analyze_output(RuleScope& scope,
                                               const dsl::OutputSection& section,
                                               const Place& place) {
  if (section.none) return std::nullopt;
  return OutputAnalyzer{scope, place}.analyze(section);
}

}  // namespace tocsin::compiler
