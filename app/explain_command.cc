#include "app/explain_command.h"

#include "app/rule_loader.h"
#include "app/terminal.h"
#include "compiler/explain.h"
#include "runtime/executor.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::app {

namespace {

struct ExplainOptions {
  std::string rule;
  std::vector<std::string> paths;
};

std::vector<std::string> ids_of(const LoadedRules& rules) {
  std::vector<std::string> ids;
  for (const auto& program : rules.compiled->programs) ids.push_back(program->id);
  return ids;
}

ExitCode unknown_rule(const std::string& id, const LoadedRules& rules) {
  const std::vector<std::string> ids = ids_of(rules);
  const std::string_view near = dsl::nearest(id, {ids.begin(), ids.end()});
  print_error(fmt::format(
      "there is no rule `{}`{}", id, near.empty() ? "" : fmt::format("; did you mean `{}`?", near)));
  return kUsage;
}

/// How long a run is kept at most.
std::string lifetime_of(const patterns::Program& program) {
  if (program.within_events != 0) return fmt::format("each for at most {} events", program.within_events);
  if (program.within != kForever) return fmt::format("each for at most {}", format_duration(program.within));
  if (program.window.kind != patterns::WindowKind::none) return "each no longer than its window";
  return "each until it ends by itself: there is no `within`";
}

std::string cost_text(const patterns::Program& program, const runtime::ExecutorChoice& choice) {
  std::string text = fmt::format("--- cost\nan event {}\n", choice.event_cost);
  if (choice.kept.empty()) return text;
  return text +
         fmt::format(
             "a key has at most {} {}, {}\n", program.run_limit.per_key, choice.kept, lifetime_of(program));
}

std::string executor_text(const std::string& id, const LoadedRules& rules) {
  const auto& programs = rules.compiled->programs;
  const auto program =
      std::find_if(programs.begin(), programs.end(), [&](const auto& p) { return p->id == id; });
  const auto choice = runtime::choose_executor(**program);
  return fmt::format("--- executor\n{}: {}\n", choice.name, choice.reason) + cost_text(**program, choice);
}

ExitCode explain_all(const std::vector<std::string>& ids, const LoadedRules& rules) {
  std::string text;
  for (const std::string& id : ids) {
    const auto explained = compiler::explain(rules.files, *rules.compiled, id);
    if (!explained) return unknown_rule(id, rules);
    text += (text.empty() ? "" : "\n") + *explained + executor_text(id, rules);
  }
  print_out(text);
  return kOk;
}

/// A path is explained whole; an id is looked for in `paths`.
ExitCode explain(const ExplainOptions& options) {
  const bool is_path = options.paths.empty() && std::filesystem::exists(options.rule);
  if (!is_path && options.paths.empty()) {
    print_error(
        fmt::format("there is no file `{}`; if it is a rule's id, say where rules are with `--rules PATH`",
                    options.rule));
    return kUsage;
  }
  const auto rules = load_rules(is_path ? std::vector{options.rule} : options.paths);
  if (!rules) {
    print_error(rules.error().message);
    return kUsage;
  }
  print_err(diagnostics_text(rules->diagnostics, shows_color(STDERR_FILENO)));
  if (!rules->compiled) return kProblems;
  return explain_all(is_path ? ids_of(*rules) : std::vector{options.rule}, *rules);
}

}  // namespace

void add_explain_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<ExplainOptions>();
  CLI::App* command =
      app.add_subcommand("explain", "Show what becomes of a rule, from its text to its program");
  command->add_option("RULE", options->rule, "A rule's id, or a path of rules")->required();
  command->add_option("--rules", options->paths, "Where to look for the id")->type_name("PATH");
  command->footer(
      "Examples:\n"
      "  tocsin explain search-without-click --rules rules/\n"
      "  tocsin explain rules/search-funnel/search-without-click.yaml\n");
  command->callback([options, &action] { action = [options] { return explain(*options); }; });
}

}  // namespace tocsin::app
