#include "app/stats.h"

#include "app/wording.h"
#include "base/value.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

namespace tocsin::app {

namespace {

double events_per_second(const RunStats& stats) {
  return static_cast<double>(stats.input.events) / std::max(stats.seconds, 1e-6);
}

runtime::RuleCounters total_of(const std::vector<RuleCounters>& rules) {
  runtime::RuleCounters total;
  for (const RuleCounters& rule : rules) total += rule.counts;
  return total;
}

void append_rule_json(std::string& out, const RuleCounters& rule) {
  out += "{\"rule\":";
  append_json_string(out, rule.rule);
  const runtime::RuleCounters& n = rule.counts;
  out += fmt::format(
      R"(,"matches":{},"timeouts":{},"alerts":{},"suppressed":{},"unkeyed":{},"null_operations":{},)"
      R"("runs_live":{},"runs_refused":{},"runs_dropped":{},"emitted_too_long":{}}})",
      n.matches,
      n.timeouts,
      n.alerts,
      n.suppressed,
      n.unkeyed,
      n.null_operations,
      n.runs_live,
      n.runs_refused,
      n.runs_dropped,
      n.emitted_too_long);
}

void append_table_json(std::string& out, const TableCounters& table) {
  out += "{\"table\":";
  append_json_string(out, table.table);
  out += fmt::format(R"(,"keys":{},"changes":{},"unkeyed":{},"refused":{}}})",
                     table.counts.keys,
                     table.counts.changes,
                     table.counts.unkeyed,
                     table.counts.refused);
}

/// Whole milliseconds, rounded up: a disorder bound of so much would have been enough.
Duration rounded_up(Duration d) {
  return std::chrono::ceil<std::chrono::milliseconds>(d);
}

}  // namespace

RunStats collect_stats(const Pipeline& pipeline, double seconds) {
  RunStats stats;
  stats.input = pipeline.counters();
  stats.rules = pipeline.rule_counters();
  stats.tables = pipeline.table_counters();
  stats.runs_live = pipeline.runs_live();
  stats.runs_peak = pipeline.runs_peak();
  stats.seconds = seconds;
  return stats;
}

std::uint64_t alert_count(const std::vector<RuleCounters>& rules) {
  return total_of(rules).alerts;
}

std::uint64_t peak_memory_bytes() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

std::string stats_json(const RunStats& stats, std::uint64_t memory_bytes) {
  const runtime::RuleCounters total = total_of(stats.rules);
  std::string out = fmt::format(
      R"({{"records":{},"events":{},"late":{},"late_applied":{},"late_streamed":{},"bad":{},"bytes":{},)"
      R"("furthest_behind":"{}","retracted":{},"corrected":{},)"
      R"("matches":{},"timeouts":{},"alerts":{},"suppressed":{},"unkeyed":{},)"
      R"("null_operations":{},"runs_live":{},"runs_peak":{},)",
      stats.input.records,
      stats.input.events,
      stats.input.late,
      stats.input.applied,
      stats.input.streamed,
      stats.input.bad,
      stats.input.bytes,
      format_duration(stats.input.furthest_behind),
      stats.input.retracted,
      stats.input.corrected,
      total.matches,
      total.timeouts,
      total.alerts,
      total.suppressed,
      total.unkeyed,
      total.null_operations,
      stats.runs_live,
      stats.runs_peak);
  out += fmt::format(
      R"("reloads":{},"reloads_failed":{},"stopped":{},"seconds":{:.6f},"events_per_second":{:.1f},)"
      R"("peak_memory_bytes":{},"rules":[)",
      stats.reloads,
      stats.reloads_failed,
      stats.stopped,
      stats.seconds,
      events_per_second(stats),
      memory_bytes);
  for (const RuleCounters& rule : stats.rules) {
    if (out.back() == '}') out += ',';
    append_rule_json(out, rule);
  }
  out += "],\"tables\":[";
  for (const TableCounters& table : stats.tables) {
    if (out.back() == '}') out += ',';
    append_table_json(out, table);
  }
  return out + "]}\n";
}

std::string summary_line(const RunStats& stats) {
  const runtime::RuleCounters total = total_of(stats.rules);
  std::string line = fmt::format("{} in {:.1f} s ({}/s), {}",
                                 count_of(stats.input.events, "event"),
                                 stats.seconds,
                                 short_number(events_per_second(stats)),
                                 count_of(total.alerts, "alert"));
  if (stats.input.late > 0) {
    line += fmt::format(", {} late (the furthest {} behind; `--disorder {}` would have taken them all)",
                        stats.input.late,
                        format_duration(stats.input.furthest_behind),
                        format_duration(rounded_up(stats.input.furthest_behind)));
  }
  if (stats.input.applied > 0)
    line += fmt::format(", {} applied late ({} taken back, {} told anew)",
                        stats.input.applied,
                        count_of(stats.input.retracted, "alert"),
                        stats.input.corrected);
  if (total.suppressed > 0) line += fmt::format(", {} held back", total.suppressed);
  if (stats.input.bad > 0) line += fmt::format(", {} bad", stats.input.bad);
  if (total.unkeyed > 0) line += fmt::format(", {} without a key", total.unkeyed);
  if (total.emitted_too_long > 0)
    line += fmt::format(", {} too long to become an event", count_of(total.emitted_too_long, "alert"));
  if (stats.stopped)
    line += fmt::format("; stopped by a signal, {} still open", count_of(stats.runs_live, "run"));
  return line + "\n";
}

}  // namespace tocsin::app
