#include "app/run_command.h"

#include "app/config.h"
#include "app/rule_loader.h"
#include "app/run_session.h"
#include "app/setting_flags.h"
#include "app/signals.h"
#include "app/terminal.h"

#include <CLI/CLI.hpp>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

namespace tocsin::app {

namespace {

struct RunCommand {
  SettingFlags flags;
  std::string config;
};

/// The flags, and below them the configuration file. Nothing if something is wrong, which it has shown.
std::optional<RunOptions> read_options(const RunCommand& command) {
  RunOptions options;
  Status status = command.flags.apply(options);
  if (status && !command.config.empty()) {
    auto text = read_text_file(command.config);
    if (!text) {
      print_error(text.error().message);
      return std::nullopt;
    }
    dsl::Diagnostics diagnostics;
    const auto file = std::make_shared<const dsl::SourceFile>(command.config, std::move(*text));
    apply_config(file, command.flags.given(), options, diagnostics);
    print_err(diagnostics_text(diagnostics, shows_color(STDERR_FILENO)));
    if (diagnostics.has_errors()) return std::nullopt;
  }
  if (status) status = check_run_options(options);
  if (!status) {
    print_error(status.error().message);
    return std::nullopt;
  }
  options.progress = options.progress || shows_progress(STDERR_FILENO);
  return options;
}

ExitCode run(const RunCommand& command) {
  const auto options = read_options(command);
  if (!options) return kUsage;
  catch_signals();
  const auto session = RunSession::open(*options);
  if (!session) {
    print_error(session.error().message);
    return session.error().code == ErrorCode::bad_data ? kProblems : kUsage;
  }
  const Status status = (*session)->run();
  if (!status) {
    print_error(status.error().message);
    return kUsage;
  }
  return kOk;
}

}  // namespace

void add_run_command(CLI::App& app, Action& action) {
  auto command = std::make_shared<RunCommand>();
  CLI::App* run_app = app.add_subcommand("run", "Run rules over events and write alerts");
  run_app
      ->add_option(
          "--config", command->config, "Settings in a file, under the names of these flags; flags win")
      ->type_name("FILE");
  std::vector<std::string_view> names;
  for (const Setting& setting : run_settings()) names.push_back(setting.name);
  command->flags.add_to(*run_app, names);
  run_app->footer(
      "Examples:\n"
      "  tocsin run --rules rules/ --input day.ndjson.gz --output alerts.ndjson\n"
      "  tail -F app.log | tocsin run --rules rules/ --input - --time at:rfc3339 --disorder 5s\n"
      "  tocsin run --config tocsin.yaml --follow --watch\n");
  run_app->callback([command, &action] { action = [command] { return run(*command); }; });
}

}  // namespace tocsin::app
