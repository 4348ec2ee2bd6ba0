#include "app/bench_command.h"

#include "app/memory_run.h"
#include "app/rule_loader.h"
#include "app/setting_flags.h"
#include "app/stats.h"
#include "app/terminal.h"
#include "app/wording.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace tocsin::app {

namespace {

struct BenchCommand {
  SettingFlags flags;
  std::string mode = "memory";
  std::size_t repeat = 5;
  bool json = false;
};

/// One turn from the file to the counted alerts, decompression and decoding included.
Result<MemoryRun> run_file(const compiler::CompiledRules& rules, const RunOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  Pipeline pipeline(rules, options.pipeline);
  for (const std::string& path : options.inputs) {
    auto source = connectors::open_source(path, false);
    if (!source) return fail(source.error().code, source.error().message);
    pipeline.add_input(std::move(*source), options.format.value_or(connectors::format_of(path)));
  }
  StepOutput out;
  while (true) {
    const auto state = pipeline.step(out, std::chrono::milliseconds(100));
    if (!state) return fail(state.error().code, state.error().message);
    out.clear();
    if (*state == StepState::end) break;
  }
  pipeline.drain(out);
  pipeline.advance(kTimeMax, out);
  MemoryRun run;
  run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  run.events = pipeline.counters().events;
  for (const RuleCounters& rule : pipeline.rule_counters()) {
    run.matches += rule.counts.matches;
    run.timeouts += rule.counts.timeouts;
  }
  return run;
}

Result<std::vector<MemoryRun>> run_all(const BenchCommand& command,
                                       const compiler::CompiledRules& rules,
                                       const RunOptions& options) {
  if (command.mode == "memory") {
    auto source = connectors::open_source(options.inputs[0], false);
    if (!source) return fail(source.error().code, source.error().message);
    const auto format = options.format.value_or(connectors::format_of(options.inputs[0]));
    return run_in_memory(rules, options.pipeline, std::move(*source), format, command.repeat);
  }
  std::vector<MemoryRun> runs;
  for (std::size_t i = 0; i < command.repeat; ++i) {
    auto run = run_file(rules, options);
    if (!run) return fail(run.error().code, run.error().message);
    runs.push_back(*run);
  }
  return runs;
}

double median_seconds(const std::vector<MemoryRun>& runs) {
  std::vector<double> seconds;
  for (const MemoryRun& run : runs) seconds.push_back(run.seconds);
  std::sort(seconds.begin(), seconds.end());
  const std::size_t middle = seconds.size() / 2;
  return seconds.size() % 2 == 1 ? seconds[middle] : (seconds[middle - 1] + seconds[middle]) / 2;
}

std::string report(const BenchCommand& command,
                   const RunOptions& options,
                   const std::vector<MemoryRun>& runs) {
  const double seconds = median_seconds(runs);
  const MemoryRun& run = runs.front();
  const double rate = static_cast<double>(run.events) / std::max(seconds, 1e-9);
  if (!command.json) {
    return fmt::format("{} events, {} matches, {} timeouts: median of {} {:.3f} s, {} events/s ({}, {})\n",
                       run.events,
                       run.matches,
                       run.timeouts,
                       count_of(runs.size(), "run"),
                       seconds,
                       short_number(rate),
                       command.mode,
                       count_of(options.pipeline.workers, "worker"));
  }
  std::string all;
  for (const MemoryRun& one : runs) all += fmt::format("{}{:.6f}", all.empty() ? "" : ",", one.seconds);
  return fmt::format(
      R"({{"mode":"{}","workers":{},"events":{},"matches":{},"timeouts":{},"seconds_median":{:.6f},)"
      R"("events_per_second":{:.1f},"seconds":[{}],"peak_memory_bytes":{}}})"
      "\n",
      command.mode,
      options.pipeline.workers,
      run.events,
      run.matches,
      run.timeouts,
      seconds,
      rate,
      all,
      peak_memory_bytes());
}

ExitCode usage(const std::string& why) {
  print_error(why);
  return kUsage;
}

ExitCode bench(const BenchCommand& command) {
  RunOptions options;
  Status status = command.flags.apply(options);
  if (status) status = check_run_options(options);
  if (!status) return usage(status.error().message);
  if (command.mode == "memory" && options.inputs.size() > 1) return usage("`--mode memory` takes one input");
  if (command.repeat > 1 && options.inputs[0] == "-" && command.mode == "file") {
    return usage("standard input can be read only once: give `--repeat 1`, or `--mode memory`");
  }
  const auto rules = load_rules(options.rules);
  if (!rules) return usage(rules.error().message);
  print_err(diagnostics_text(rules->diagnostics, shows_color(STDERR_FILENO)));
  if (!rules->compiled) return kProblems;
  const auto runs = run_all(command, *rules->compiled, options);
  if (!runs) return usage(runs.error().message);
  print_out(report(command, options, *runs));
  return kOk;
}

}  // namespace

void add_bench_command(CLI::App& app, Action& action) {
  auto command = std::make_shared<BenchCommand>();
  CLI::App* bench_app = app.add_subcommand("bench", "Measure how fast rules go through a file");
  static constexpr std::array<std::string_view, 8> kFlags = {
      "rules", "input", "format", "time", "type", "disorder", "workers", "batch-bytes"};
  command->flags.add_to(*bench_app, kFlags);
  bench_app
      ->add_option("--mode",
                   command->mode,
                   "memory: decoded and routed once, then only the engine is timed; file: from the file on")
      ->check(CLI::IsMember({"memory", "file"}));
  bench_app->add_option("--repeat", command->repeat, "How often; the median counts")
      ->check(CLI::Range(1, 1000));
  bench_app->add_flag("--json", command->json, "Print one JSON object for machines");
  bench_app->footer(
      "Examples:\n"
      "  tocsin bench --rules rules/search-funnel --input search.ndjson\n"
      "  tocsin bench --rules rules/ --input day.ndjson.gz --mode file --workers 4 --repeat 3 --json\n");
  bench_app->callback([command, &action] { action = [command] { return bench(*command); }; });
}

}  // namespace tocsin::app
