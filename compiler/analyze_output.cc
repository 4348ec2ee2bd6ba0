#include "compiler/analyze_output.h"

#include "compiler/analyze_expression.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace tocsin::compiler {
namespace {

constexpr const char* kFormatHint =
    "as `.2f` and `,d` of numbers, `%H:%M` of times, `.1h` of durations, `>12` of anything";

/// Whether the format can say how to write a value of that type.
bool fits(const patterns::FormatSpec& format, Type type) {
  switch (type) {
    case Type::boolean:
      return format.fits(ValueKind::boolean);
    case Type::number:
      return format.fits(ValueKind::real);
    case Type::string:
      return format.fits(ValueKind::string);
    case Type::duration:
      return format.fits(ValueKind::duration);
    case Type::time:
      return format.fits(ValueKind::time);
    case Type::list:
      return format.fits(ValueKind::list);
    case Type::any:
    case Type::null:
      return true;
  }
  return true;
}

class OutputAnalyzer {
 public:
  OutputAnalyzer(RuleScope& scope, Place place) : scope_{scope}, place_{place} {}

  patterns::Output analyze(const dsl::OutputSection& section) {
    patterns::Output out;
    if (section.emit_to) out.emit_to = scope_.use_emitted_type(*section.emit_to);
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
      const Typed value = ExpressionAnalyzer{scope_, place_}.analyze(hole.expression);
      out.parts.emplace_back(hole.format ? formatted(value, *hole.format) : value.id);
    }
    return out;
  }

  patterns::ExpressionId formatted(const Typed& value, const dsl::Located<std::string>& written) {
    auto format = patterns::parse_format_spec(written.value);
    if (!format) {
      scope_.reporter.error(written.span, "E0511", format.error().message, kFormatHint);
      return value.id;
    }
    if (!fits(*format, value.type)) {
      scope_.reporter.error(written.span,
                            "E0511",
                            fmt::format("this is no way to write a {}", name_of(value.type)),
                            kFormatHint);
    }
    patterns::ExpressionNode node;
    node.op = patterns::Op::format;
    node.index = scope_.program.expressions.add_format(std::move(*format));
    return scope_.program.expressions.add(node, std::array{value.id});
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
