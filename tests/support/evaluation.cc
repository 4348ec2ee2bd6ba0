#include "tests/support/evaluation.h"

#include "compiler/analyze_expression.h"
#include "compiler/analyze_output.h"
#include "dsl/grammar.h"
#include "dsl/message_template.h"
#include "runtime/evaluator.h"

#include <simdjson.h>

#include <deque>
#include <memory>
#include <vector>

namespace tocsin::tests {
namespace {

constexpr EventTime kEventTime{std::chrono::seconds{1'700'000'000}};

/// A rule with one variable, whose condition is being read; and its event.
class Bench {
 public:
  explicit Bench(const std::string& text)
      : file_{std::make_shared<const dsl::SourceFile>("text", text)},
        mapped_{file_},
        scope_{library_, schema_, compiler::Reporter{diagnostics_, file_}, program_} {
    for (std::uint32_t i = 0; i < text.size(); ++i) mapped_.append(text.substr(i, 1), {i, i + 1});
    program_.variables.push_back({"own", false, {schema_.use_type("t")}, {}, {}});
  }

  std::string evaluate_expression(const std::string& event) {
    const auto parsed = dsl::parse_expression(mapped_, diagnostics_);
    if (!parsed) return findings();
    const auto id = compiler::ExpressionAnalyzer{scope_, place()}.analyze(*parsed).id;
    if (diagnostics_.has_errors()) return findings();
    seal(event);
    const Value v = evaluate(scope(), id);
    std::string out{name_of(v.kind())};
    out += ' ';
    append_json(out, v);
    return null_operations_ > 0 ? out + "!" : out;
  }

  std::string write(const std::string& event) {
    dsl::OutputSection section;
    section.message = dsl::parse_template(mapped_, diagnostics_);
    const auto output = section.message ? analyze_output(scope_, section, place()) : std::nullopt;
    if (diagnostics_.has_errors()) return findings();
    seal(event);
    std::string out;
    for (const auto& part : output->message->parts) {
      if (const auto* plain = std::get_if<std::string>(&part)) {
        out += *plain;
      } else {
        append_plain(out, evaluate(scope(), std::get<patterns::ExpressionId>(part)));
      }
    }
    return out;
  }

 private:
  static compiler::Place place() { return {compiler::Place::Kind::condition, patterns::VariableId{0}, 0}; }

  std::string findings() {
    diagnostics_.sort();
    std::string out;
    for (const dsl::Diagnostic& d : diagnostics_.all()) {
      out += (out.empty() ? "" : " ") + d.code + " `" + std::string{file_->text(d.span)} + "`";
    }
    return out;
  }

  void seal(const std::string& event) {
    schema_.seal();
    event_.time = kEventTime;
    event_.type_name = "t";
    event_.type = schema_.find_type("t");
    simdjson::dom::parser parser;
    const simdjson::dom::element document = parser.parse(event);
    for (const AttributeId attribute : schema_.layout(event_.type).attributes) {
      values_.push_back(value_of(document, schema_.path(attribute)));
    }
    event_.values = values_.data();
  }

  Value value_of(simdjson::dom::element at, const AttributePath& path) {
    for (const PathSegment& segment : path.segments) {
      const auto* name = std::get_if<std::string>(&segment);
      auto next = name != nullptr ? at[*name] : at.at(std::get<std::uint32_t>(segment));
      if (next.error() != simdjson::SUCCESS) return Value::null();
      at = next.value();
    }
    if (at.is_bool()) return Value::boolean(at.get_bool());
    if (at.is_int64()) return Value::integer(at.get_int64());
    if (at.is_number()) return Value::real(at.get_double());
    if (at.is_string()) return Value::string(texts_.emplace_back(at.get_string().value()));
    return at.is_null() ? Value::null() : Value::json(texts_.emplace_back(simdjson::to_string(at)));
  }

  runtime::Scope scope() { return {program_.expressions, schema_, scratch_, null_operations_, &event_}; }

  std::shared_ptr<const dsl::SourceFile> file_;
  dsl::MappedText mapped_;
  dsl::Diagnostics diagnostics_;
  compiler::Library library_{{}, diagnostics_};
  Schema schema_;
  patterns::Program program_;
  compiler::RuleScope scope_;
  Event event_;
  std::deque<std::string> texts_;
  std::vector<Value> values_;
  Arena scratch_;
  std::uint64_t null_operations_ = 0;
};

}  // namespace

std::string evaluate_text(const std::string& expression, const std::string& event) {
  return Bench{expression}.evaluate_expression(event);
}

std::string write_message(const std::string& message, const std::string& event) {
  return Bench{message}.write(event);
}

}  // namespace tocsin::tests
