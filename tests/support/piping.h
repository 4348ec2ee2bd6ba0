#pragma once
/// A pipeline over texts in memory, step by step, and all that came out of it.

#include "app/memory_source.h"
#include "app/pipeline.h"
#include "tests/support/compiled.h"

#include <chrono>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace tocsin::tests {

inline compiler::CompiledRules rules_of(const std::string& text) {
  Compiled compiled = compile_texts({text});
  if (compiled.rules) return *std::move(compiled.rules);
  std::string errors;
  for (const dsl::Diagnostic& d : compiled.diagnostics.all()) dsl::append_text(errors, d, false);
  throw std::runtime_error(errors);
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// Alert lines without their ids, which speak of where in the input the events were.
inline std::vector<std::string> without_ids(std::vector<std::string> lines) {
  static constexpr std::size_t kIdSize =
      std::string_view("\"id\":\"0123456789abcdef0123456789abcdef\",").size();
  for (std::string& line : lines) line.erase(1, kIdSize);
  return lines;
}

class Piping {
 public:
  Piping(const std::string& rules, const app::PipelineOptions& options)
      : pipeline{rules_of(rules), options} {}

  /// An input with this text, named `in-0`, `in-1`, …
  Piping& input(const std::string& text, connectors::Format format = connectors::Format::ndjson) {
    auto source = std::make_unique<app::MemorySource>("in-" + std::to_string(inputs_++), text);
    pipeline.add_input(std::move(source), format);
    return *this;
  }

  /// False at the end of all inputs.
  bool step() {
    const auto state = pipeline.step(out_, std::chrono::milliseconds{0});
    if (!state) throw std::runtime_error(state.error().message);
    take();
    return *state != app::StepState::end;
  }

  Piping& run() {
    while (step()) {
    }
    return *this;
  }

  Piping& drain() {
    pipeline.drain(out_);
    take();
    return *this;
  }

  Piping& advance(EventTime to) {
    pipeline.advance(to, out_);
    take();
    return *this;
  }

  /// To the end of the inputs and of time.
  Piping& finish() { return run().drain().advance(kTimeMax); }

  /// The lines of one rule's alerts.
  std::vector<std::string> alerts_of(const std::string& rule) const {
    std::vector<std::string> lines;
    for (const std::string& line : lines_of(alerts)) {
      if (line.find("\"rule\":\"" + rule + "\"") != std::string::npos) lines.push_back(line);
    }
    return lines;
  }

  app::Pipeline pipeline;
  std::string alerts;
  std::string late;
  std::string dead_letters;

 private:
  void take() {
    for (const runtime::Alert& alert : out_.alerts.alerts) alerts += out_.alerts.line(alert);
    late += out_.late;
    dead_letters += out_.dead_letters;
    out_.clear();
  }

  app::StepOutput out_;
  std::size_t inputs_ = 0;
};

}  // namespace tocsin::tests
