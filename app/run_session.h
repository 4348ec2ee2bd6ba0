#pragma once
/// One `tocsin run`, from open files to closing counts: takes the pipeline through its inputs, writes what
/// comes out, swaps rules when asked to. One thread.

#include "app/pipeline.h"
#include "app/progress.h"
#include "app/rule_loader.h"
#include "app/rule_watcher.h"
#include "app/run_options.h"
#include "app/stats.h"
#include "base/result.h"
#include "connectors/sink.h"

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace tocsin::app {

class RunSession {
 public:
  /// Reads the rules, opens inputs and outputs. When rules are wrong it has shown their diagnostics.
  static Result<std::unique_ptr<RunSession>> open(const RunOptions& options);

  /// Runs to the end of the inputs, or until a signal asks for a stop, and writes the stats.
  Status run();

 private:
  /// Where one kind of lines goes; counted but not written if it has no sink.
  using SinkPtr = std::unique_ptr<connectors::Sink>;

  explicit RunSession(const RunOptions& options)
      : options_{options}, watcher_{options.rules}, progress_{options.progress} {}

  Status open_outputs();
  Status open_inputs();
  Status read_inputs();
  Status end_of_input();
  Status write_step();
  Status close();
  void reload_if_asked(std::chrono::steady_clock::time_point now);
  void reload();
  void warn_of_limits();
  void show_progress(std::chrono::steady_clock::time_point now);
  double seconds_since_start() const;

  RunOptions options_;
  RuleWatcher watcher_;
  Progress progress_;
  std::unique_ptr<Pipeline> pipeline_;
  SinkPtr alerts_;
  SinkPtr late_;
  SinkPtr dead_letters_;
  SinkPtr stats_;
  StepOutput out_;
  std::string lines_;  // the alerts of a step, where they had to be put in order
  std::uint64_t reloads_ = 0;
  std::uint64_t reloads_failed_ = 0;
  std::uint64_t runs_lost_ = 0;
  std::set<std::string> limited_;  // rules that were warned of
  bool stopped_ = false;
  std::chrono::steady_clock::time_point start_;
};

/// `reloaded: rule a kept its 3 runs, rule b starts anew (changed), rule c is new, rule d dropped`.
std::string reload_line(const std::vector<RuleChange>& changes);

}  // namespace tocsin::app
