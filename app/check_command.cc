#include "app/check_command.h"

#include "app/rule_loader.h"
#include "app/terminal.h"
#include "app/wording.h"
#include "base/value.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

namespace tocsin::app {

namespace {

struct CheckOptions {
  std::vector<std::string> paths;
  bool json = false;
};

/// {"ok":…,"rules":…,"files":…,"errors":…,"warnings":…,"diagnostics":[…]}
std::string report_json(const LoadedRules& rules) {
  const dsl::Diagnostics& found = rules.diagnostics;
  std::string text =
      fmt::format(R"({{"ok":{},"rules":{},"files":{},"errors":{},"warnings":{},"diagnostics":[)",
                  !found.has_errors(),
                  rules.rule_count,
                  rules.files.size(),
                  found.error_count(),
                  found.warning_count());
  for (const dsl::Diagnostic& diagnostic : found.all()) {
    if (text.back() != '[') text += ',';
    dsl::append_json(text, diagnostic);
  }
  return text + "]}\n";
}

std::string report_text(const LoadedRules& rules) {
  std::string text = diagnostics_text(rules.diagnostics, shows_color(STDOUT_FILENO));
  if (!rules.diagnostics.has_errors()) {
    text += fmt::format(
        "{} in {}: ok\n", count_of(rules.rule_count, "rule"), count_of(rules.files.size(), "file"));
  }
  return text;
}

ExitCode check(const CheckOptions& options) {
  const auto rules = load_rules(options.paths);
  if (!rules) {
    print_error(rules.error().message);
    return kUsage;
  }
  if (rules->files.empty()) {
    print_error("there are no rule files (*.yaml) here");
    return kUsage;
  }
  print_out(options.json ? report_json(*rules) : report_text(*rules));
  return rules->diagnostics.has_errors() ? kProblems : kOk;
}

}  // namespace

void add_check_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = app.add_subcommand("check", "Check rules and show everything that is wrong with them");
  command->add_option("PATH", options->paths, "Rule files, or folders of them")->required();
  command->add_flag("--json", options->json, "Print one JSON object for machines");
  command->footer(
      "Examples:\n"
      "  tocsin check rules/\n"
      "  tocsin check --json rules/search-funnel/search-without-click.yaml\n");
  command->callback([options, &action] { action = [options] { return check(*options); }; });
}

}  // namespace tocsin::app
