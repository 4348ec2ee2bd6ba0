// Any bytes are read as a rule file and compiled; what compiles runs over a small stream, and gives the same
// alerts event by event as all at once.

#include "app/memory_source.h"
#include "app/pipeline.h"
#include "base/check.h"
#include "compiler/compile.h"
#include "dsl/rule_file.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace tocsin;

/// Events `a`, `b` and `c` of two keys, a second apart, with attributes of every kind.
std::string some_events() {
  static constexpr const char* kValues[] = {"1", "2.5", "\"x\"", "null", "true", "{\"y\":[1]}", "1e300"};
  std::string text;
  std::size_t n = 0;
  for (const char type : std::string("abacabbcaa")) {
    text += "{\"ts\":" + std::to_string(n) + "000,\"type\":\"" + type + "\",\"k\":" + std::to_string(n % 2) +
            ",\"x\":" + kValues[n % std::size(kValues)] + ",\"y\":" + std::to_string(n * n) + "}\n";
    ++n;
  }
  return text;
}

std::optional<compiler::CompiledRules> compile_text(std::string text) {
  dsl::Diagnostics diagnostics;
  std::vector<dsl::RuleFile> files;
  files.push_back(dsl::parse_rule_file(std::make_shared<const dsl::SourceFile>("fuzz.yaml", std::move(text)),
                                       diagnostics));
  if (diagnostics.has_errors()) return std::nullopt;
  auto rules = compiler::compile(files, diagnostics);
  TOCSIN_CHECK(rules.has_value() != diagnostics.has_errors(), "rules or errors, never both");
  return rules;
}

std::string alerts_of(const compiler::CompiledRules& rules, std::size_t batch_bytes) {
  app::PipelineOptions options;
  options.batch_bytes = batch_bytes;
  app::Pipeline pipeline(rules, options);
  pipeline.add_input(std::make_unique<app::MemorySource>("in", some_events()), connectors::Format::ndjson);
  app::StepOutput out;
  while (*pipeline.step(out, std::chrono::milliseconds{0}) != app::StepState::end) {
  }
  pipeline.drain(out);
  pipeline.advance(kTimeMax, out);
  std::string lines;
  for (const runtime::Alert& alert : out.alerts.alerts) lines += out.alerts.line(alert);
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto rules = compile_text({reinterpret_cast<const char*>(data), size});
  if (!rules) return 0;
  TOCSIN_CHECK(alerts_of(*rules, 40) == alerts_of(*rules, 1u << 20), "batches show in the alerts");
  return 0;
}
