#include "app/bench_command.h"
#include "app/check_command.h"
#include "app/explain_command.h"
#include "app/run_command.h"
#include "app/test_command.h"

#include <CLI/CLI.hpp>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <string>
#include <utility>

namespace {

using tocsin::app::Action;

void log_to_stderr() {
  auto logger = spdlog::stderr_color_st("tocsin");
  logger->set_pattern("%H:%M:%S %^%l%$ %v");
  spdlog::set_default_logger(std::move(logger));
}

void add_commands(CLI::App& app, Action& action) {
  app.set_version_flag("--version", "tocsin " TOCSIN_VERSION);
  app.require_subcommand(1);
  app.footer("`tocsin COMMAND --help` shows the flags of a command, with examples.\n");
  tocsin::app::add_check_command(app, action);
  tocsin::app::add_test_command(app, action);
  tocsin::app::add_run_command(app, action);
  tocsin::app::add_explain_command(app, action);
  tocsin::app::add_bench_command(app, action);
}

}  // namespace

int main(int argc, char** argv) {
  log_to_stderr();
  CLI::App app("Tocsin: rules over streams of events. Write what matters, be told when it happens.",
               "tocsin");
  Action action;
  add_commands(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? tocsin::app::kOk : tocsin::app::kUsage;
  }
  return action();
}
