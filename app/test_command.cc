#include "app/test_command.h"

#include "app/rule_loader.h"
#include "app/setting_flags.h"
#include "app/terminal.h"
#include "app/test_report.h"
#include "app/test_runner.h"
#include "connectors/sink.h"

#include <CLI/CLI.hpp>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace tocsin::app {

namespace {

struct TestCommand {
  std::vector<std::string> paths;
  bool json = false;
  bool update = false;
  std::string junit;
  SettingFlags flags;
};

Result<std::vector<TestCase>> read_tests(const std::vector<std::string>& paths,
                                         dsl::Diagnostics& diagnostics) {
  const auto files = find_test_files(paths);
  if (!files) return fail(files.error().code, files.error().message);
  if (files->empty()) return fail(ErrorCode::not_found, "there are no tests (*.test.yaml) here");
  std::vector<TestCase> tests;
  for (const std::string& name : *files) {
    auto text = read_text_file(name);
    if (!text) return fail(text.error().code, text.error().message);
    auto cases = read_test_file(std::make_shared<const dsl::SourceFile>(name, std::move(*text)), diagnostics);
    for (TestCase& test : cases) tests.push_back(std::move(test));
  }
  return tests;
}

Status write_file(const std::string& path, const std::string& text) {
  auto sink = connectors::open_sink(path);
  if (!sink) return fail(sink.error().code, sink.error().message);
  if (auto written = (*sink)->write(text); !written) return written;
  return (*sink)->commit();
}

/// Prints and writes what was asked for.
Status report(const TestCommand& command, const std::vector<TestResult>& results) {
  print_out(command.json ? report_json(results) : report_text(results, shows_color(STDOUT_FILENO)));
  if (command.junit.empty()) return {};
  return write_file(command.junit, report_junit(results));
}

ExitCode usage(const Error& error) {
  print_error(error.message);
  return kUsage;
}

ExitCode test(const TestCommand& command) {
  RunOptions settings;
  if (const Status set = command.flags.apply(settings); !set) return usage(set.error());
  dsl::Diagnostics diagnostics;
  const auto tests = read_tests(command.paths, diagnostics);
  if (!tests) return usage(tests.error());
  print_err(diagnostics_text(diagnostics, shows_color(STDERR_FILENO)));
  TestOptions options;
  options.pipeline = settings.pipeline;
  options.update_golden = command.update;
  std::vector<TestResult> results;
  for (const TestCase& one : *tests) results.push_back(run_test(one, options));
  if (const Status reported = report(command, results); !reported) return usage(reported.error());
  return diagnostics.has_errors() || failed_count(results) > 0 ? kProblems : kOk;
}

}  // namespace

void add_test_command(CLI::App& app, Action& action) {
  auto command = std::make_shared<TestCommand>();
  CLI::App* test_app = app.add_subcommand("test", "Run the tests beside rules");
  test_app->add_option("PATH", command->paths, "Test files (*.test.yaml), or folders of them")->required();
  test_app->add_flag("--json", command->json, "Print one JSON object for machines");
  test_app->add_option("--junit", command->junit, "Also write the results as JUnit XML")->type_name("FILE");
  test_app->add_flag("--update", command->update, "Write golden files anew instead of comparing");
  static constexpr std::array<std::string_view, 2> kFlags = {"workers", "batch-bytes"};
  command->flags.add_to(*test_app, kFlags);
  test_app->footer(
      "Examples:\n"
      "  tocsin test rules/\n"
      "  tocsin test rules/search-funnel --junit results.xml\n");
  test_app->callback([command, &action] { action = [command] { return test(*command); }; });
}

}  // namespace tocsin::app
