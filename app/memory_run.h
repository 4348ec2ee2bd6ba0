#pragma once
/// The engine alone: over events that are decoded, routed and in memory before the clock starts.

#include "app/pipeline.h"

#include <memory>
#include <vector>

namespace tocsin::app {

struct MemoryRun {
  double seconds = 0;
  std::uint64_t events = 0;
  std::uint64_t matches = 0;
  std::uint64_t timeouts = 0;
};

/// Decodes and routes `source` whole into memory, then runs the rules over it `repeat` times, each time from
/// nothing to the end of time. Results are counted; alerts are not rendered.
Result<std::vector<MemoryRun>> run_in_memory(const compiler::CompiledRules& rules,
                                             const PipelineOptions& options,
                                             std::unique_ptr<connectors::Source> source,
                                             connectors::Format format,
                                             std::size_t repeat);

}  // namespace tocsin::app
