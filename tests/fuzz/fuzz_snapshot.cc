// A snapshot of rules of every kind is changed where the bytes say and restored: the engine goes on from it,
// or refuses.

#include "app/memory_source.h"
#include "app/pipeline.h"
#include "base/check.h"
#include "compiler/compile.h"
#include "dsl/rule_file.h"
#include "runtime/snapshot.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace tocsin;

constexpr const char* kRules = R"(
rule: pattern
key: k
events: {a: a, b: b where x == a.x}
pattern: a+ ~> b ->[3s] not a
within: 8s
suppress: 4s
---
rule: best
key: k
events: {a: a, b: b where x >= prior.x, c: c}
pattern: not c for 2s -> a -> b*
emit: preferred
within: 6 events
---
rule: window
key: k
events: {a: any}
window: sliding 7s
having: count(a) > 2
on match: {fields: {m: max(a.x), d: distinct(a.x), all: collect(a.x), f: first(a).x}}
---
rule: hops
key: k
events: {a: a, b: b}
window: hopping 10s every 5s
pattern: a -> b
---
rule: together
key: k
events: {a: a, b: b, c: c}
pattern: a ~> (b | c)+ any -> c
within: 9s
after match: no skip
---
rule: counted
key: k
events: {a: a, b: b, c: c}
pattern: a ~> b -> c
within: 7 events
after match: no skip
on match: none
)";

compiler::CompiledRules compiled_rules() {
  dsl::Diagnostics diagnostics;
  std::vector<dsl::RuleFile> files;
  files.push_back(
      dsl::parse_rule_file(std::make_shared<const dsl::SourceFile>("fuzz.yaml", kRules), diagnostics));
  auto rules = compiler::compile(files, diagnostics);
  TOCSIN_CHECK(rules.has_value(), "the rules are right");
  return *std::move(rules);
}

/// What is left of a stream when half of it is in.
std::string some_payload(const compiler::CompiledRules& rules) {
  std::string events;
  for (int i = 0; i < 12; ++i) {
    events += "{\"ts\":" + std::to_string(i) + "000,\"type\":\"" + "abcab"[i % 5] + "\",\"k\":\"k" +
              std::to_string(i % 2) + "\",\"x\":" + std::to_string(i % 3) + "}\n";
  }
  app::PipelineOptions options;
  options.disorder = std::chrono::seconds{2};
  app::Pipeline pipeline(rules, options);
  pipeline.add_input(std::make_unique<app::MemorySource>("in", events), connectors::Format::ndjson);
  app::StepOutput out;
  while (*pipeline.step(out, std::chrono::milliseconds{0}) != app::StepState::end) {
  }
  const std::string snapshot = pipeline.save_state();
  return std::string{*runtime::open_snapshot(snapshot)};
}

}  // namespace

/// Each three bytes are a place and what is put there.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const compiler::CompiledRules kCompiled = compiled_rules();
  static const std::string kPayload = some_payload(kCompiled);
  std::string payload = kPayload;
  for (std::size_t i = 0; i + 2 < size; i += 3)
    payload[(data[i] | data[i + 1] << 8) % payload.size()] = static_cast<char>(data[i + 2]);
  app::Pipeline pipeline(kCompiled, {});
  const Status restored = pipeline.restore_state(runtime::seal_snapshot(payload));
  TOCSIN_CHECK(restored.has_value() || !restored.error().message.empty(), "an error says why");
  return 0;
}
