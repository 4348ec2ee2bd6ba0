#pragma once
/// What a run counted: one JSON object for machines, one line for people.

#include "app/pipeline.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tocsin::app {

struct RunStats {
  PipelineCounters input;
  std::vector<RuleCounters> rules;
  std::vector<TableCounters> tables{};
  std::uint64_t runs_live = 0;
  std::uint64_t runs_peak = 0;
  std::uint64_t reloads = 0;
  std::uint64_t reloads_failed = 0;
  double seconds = 0;
  bool stopped = false;  ///< by a signal, before the input's end
};

RunStats collect_stats(const Pipeline& pipeline, double seconds);

std::uint64_t alert_count(const std::vector<RuleCounters>& rules);

/// The most memory that this process ever had, from the operating system.
std::uint64_t peak_memory_bytes();

/// {"records":…,"events":…,"alerts":…,…,"rules":[{"rule":…,"matches":…,…},…],"tables":[…]}
std::string stats_json(const RunStats& stats, std::uint64_t memory_bytes);

/// `1000 events in 0.5 s (2.0k/s), 12 alerts, 3 late (…), 1 bad`.
std::string summary_line(const RunStats& stats);

}  // namespace tocsin::app
