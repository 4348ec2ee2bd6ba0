#include "app/run_session.h"

#include "app/signals.h"
#include "app/terminal.h"
#include "app/wording.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace tocsin::app {

namespace {

constexpr std::chrono::milliseconds kWait{100};  // how long a live input may keep signals and reloads waiting

Status open_if_named(const std::string& path, std::unique_ptr<connectors::Sink>& to) {
  if (path.empty()) return {};
  auto sink = connectors::open_sink(path);
  if (!sink) return fail(sink.error().code, sink.error().message);
  to = std::move(*sink);
  return {};
}

Status write_to(const std::unique_ptr<connectors::Sink>& sink, std::string_view lines) {
  if (sink == nullptr || lines.empty()) return {};
  if (auto written = sink->write(lines); !written) return written;
  return sink->commit();
}

/// The lines of `alerts` in their order: as they are, or put together in `sorted` where they came in another.
std::string_view lines_in_order(const runtime::AlertBatch& alerts, std::string& sorted) {
  std::size_t end = 0;
  const auto follows = [&end](const runtime::Alert& alert) {
    return alert.begin == std::exchange(end, alert.begin + alert.size);
  };
  if (std::all_of(alerts.alerts.begin(), alerts.alerts.end(), follows)) return alerts.lines.text();
  sorted.clear();
  for (const runtime::Alert& alert : alerts.alerts) sorted += alerts.line(alert);
  return sorted;
}

std::string fate_text(const RuleChange& change) {
  switch (change.fate) {
    case RuleChange::Fate::kept:
      return fmt::format("rule {} kept its {}", change.rule, count_of(change.runs, "run"));
    case RuleChange::Fate::restarted:
      return fmt::format(
          "rule {} starts anew (changed, {} dropped)", change.rule, count_of(change.runs, "run"));
    case RuleChange::Fate::added:
      return fmt::format("rule {} is new", change.rule);
    case RuleChange::Fate::dropped:
      return fmt::format("rule {} dropped with its {}", change.rule, count_of(change.runs, "run"));
  }
  return {};
}

Result<LoadedRules> load_and_show(const std::vector<std::string>& paths) {
  auto rules = load_rules(paths);
  if (!rules) return rules;
  print_err(diagnostics_text(rules->diagnostics, shows_color(STDERR_FILENO)));
  if (!rules->compiled) return fail(ErrorCode::bad_data, "the rules have errors");
  if (rules->rule_count == 0) return fail(ErrorCode::bad_data, "there are no rules");
  return rules;
}

}  // namespace

std::string reload_line(const std::vector<RuleChange>& changes) {
  std::string line;
  for (const RuleChange& change : changes) line += (line.empty() ? "reloaded: " : ", ") + fate_text(change);
  return line.empty() ? "reloaded: there are no rules now" : line;
}

Result<std::unique_ptr<RunSession>> RunSession::open(const RunOptions& options) {
  std::unique_ptr<RunSession> session(new RunSession(options));
  auto rules = load_and_show(options.rules);
  if (!rules) return fail(rules.error().code, rules.error().message);
  session->watcher_.also_watch(files_behind(*rules));
  session->pipeline_ = std::make_unique<Pipeline>(std::move(*rules->compiled), options.pipeline);
  if (auto opened = session->open_inputs(); !opened) return fail(opened.error().code, opened.error().message);
  if (auto opened = session->open_outputs(); !opened)
    return fail(opened.error().code, opened.error().message);
  return session;
}

Status RunSession::open_inputs() {
  for (const std::string& path : options_.inputs) {
    auto source = connectors::open_source(path, options_.follow);
    if (!source) return fail(source.error().code, source.error().message);
    pipeline_->add_input(std::move(*source), options_.format.value_or(connectors::format_of(path)));
  }
  return {};
}

Status RunSession::open_outputs() {
  for (const auto& [path, sink] : {std::pair{&options_.output, &alerts_},
                                   std::pair{&options_.late, &late_},
                                   std::pair{&options_.dead_letters, &dead_letters_},
                                   std::pair{&options_.stats, &stats_}}) {
    if (auto opened = open_if_named(*path, *sink); !opened) return opened;
  }
  return {};
}

Status RunSession::run() {
  start_ = std::chrono::steady_clock::now();
  const Status read = read_inputs();
  progress_.clear();
  if (!read) return read;
  if (const auto closed = close(); !closed) return closed;
  if (const auto failure = pipeline_->failure()) return fail(ErrorCode::limit, *failure);
  return {};
}

Status RunSession::read_inputs() {
  while (true) {
    stopped_ = stop_requested();
    if (stopped_) {
      pipeline_->drain(out_);  // what was read is not lost; open runs stay open, and are counted
      return write_step();
    }
    const auto state = pipeline_->step(out_, kWait);
    if (!state) return fail(state.error().code, state.error().message);
    if (auto written = write_step(); !written) return written;
    if (*state == StepState::end) return pipeline_->failure() ? Status{} : end_of_input();
    if (pipeline_->failure()) return {};
    warn_of_limits();
    const auto now = std::chrono::steady_clock::now();
    reload_if_asked(now);
    show_progress(now);
  }
}

Status RunSession::end_of_input() {
  pipeline_->drain(out_);
  if (auto written = write_step(); !written) return written;
  if (options_.at_end.kind != AtEnd::Kind::keep) {
    const EventTime to = options_.at_end.kind == AtEnd::Kind::flush ? kTimeMax : options_.at_end.to;
    for (bool there = pipeline_->failure().has_value(); !there;) {
      there = pipeline_->advance_part(to, out_);
      if (auto written = write_step(); !written) return written;
    }
  }
  warn_of_limits();
  return {};
}

Status RunSession::write_step() {
  if (auto written = write_to(alerts_, lines_in_order(out_.alerts, lines_)); !written) return written;
  if (auto written = write_to(late_, out_.late); !written) return written;
  if (auto written = write_to(dead_letters_, out_.dead_letters); !written) return written;
  out_.clear();
  return {};
}

Status RunSession::close() {
  RunStats stats = collect_stats(*pipeline_, seconds_since_start());
  stats.reloads = reloads_;
  stats.reloads_failed = reloads_failed_;
  stats.stopped = stopped_;
  print_err(summary_line(stats));
  return write_to(stats_, stats_json(stats, peak_memory_bytes()));
}

/// Once for each rule that loses runs to its limit: what it tells is no longer all that there is.
void RunSession::warn_of_limits() {
  if (std::exchange(runs_lost_, pipeline_->runs_lost()) == pipeline_->runs_lost()) return;
  for (const RuleCounters& rule : pipeline_->rule_counters()) {
    if (rule.counts.runs_refused + rule.counts.runs_dropped == 0 || !limited_.insert(rule.rule).second)
      continue;
    progress_.clear();
    spdlog::warn("rule {}: a key has as many runs open as it may; {} (`max runs per key`)",
                 rule.rule,
                 rule.counts.runs_dropped > 0 ? "the oldest are dropped" : "no more are begun");
  }
}

void RunSession::reload_if_asked(std::chrono::steady_clock::time_point now) {
  const bool asked = take_reload_request();
  const bool changed = options_.watch && watcher_.changed(now);
  if (asked || changed) reload();
}

void RunSession::reload() {
  progress_.clear();
  auto rules = load_and_show(options_.rules);
  if (!rules) {
    ++reloads_failed_;
    spdlog::error("not reloaded, the rules stay as they were: {}", rules.error().message);
    return;
  }
  ++reloads_;
  watcher_.also_watch(files_behind(*rules));
  spdlog::info("{}", reload_line(pipeline_->swap_rules(std::move(*rules->compiled))));
}

void RunSession::show_progress(std::chrono::steady_clock::time_point now) {
  if (!progress_.due(now)) return;
  ProgressState state;
  state.position_bytes = pipeline_->input_position_bytes();
  state.size_bytes = pipeline_->input_size_bytes();
  state.events = pipeline_->counters().events;
  state.alerts = alert_count(pipeline_->rule_counters());
  state.seconds = seconds_since_start();
  progress_.draw(state, now);
}

double RunSession::seconds_since_start() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

}  // namespace tocsin::app
