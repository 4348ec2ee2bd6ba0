#include "app/test_runner.h"

#include "app/alert_match.h"
#include "app/memory_source.h"
#include "app/rule_loader.h"
#include "app/wording.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

namespace tocsin::app {

namespace {

/// What a case's rules made of its events.
struct Outcome {
  std::vector<std::string> alerts;  // lines, without their line breaks
  std::string dead_letters;
  PipelineCounters counters;
};

std::vector<std::string> rule_paths(const TestCase& test) {
  const std::filesystem::path folder = std::filesystem::path(test.file->name()).parent_path();
  if (test.rule_files.empty()) return {folder.empty() ? "." : folder.string()};
  std::vector<std::string> paths;
  for (const auto& file : test.rule_files) paths.push_back((folder / file.value).string());
  return paths;
}

/// Leaves the rules that the case names. Each name that is no rule gives an error at its place.
void keep_named(const TestCase& test, LoadedRules& rules) {
  if (test.rules.empty()) return;
  std::vector<std::string_view> ids;
  for (const dsl::RuleFile& file : rules.files) {
    for (const dsl::Rule& rule : file.rules) ids.push_back(rule.id.value);
  }
  const auto is_named = [&](const std::string& id) {
    return std::any_of(
        test.rules.begin(), test.rules.end(), [&](const auto& named) { return named.value == id; });
  };
  for (const auto& named : test.rules) {
    if (std::find(ids.begin(), ids.end(), named.value) != ids.end()) continue;
    const std::string_view near = dsl::nearest(named.value, ids);
    rules.diagnostics.error(test.file,
                            named.span,
                            "E1003",
                            fmt::format("there is no rule `{}` beside this test", named.value),
                            near.empty() ? std::string{} : fmt::format("did you mean `{}`?", near));
  }
  for (dsl::RuleFile& file : rules.files) {
    std::erase_if(file.rules, [&](const dsl::Rule& rule) { return !is_named(rule.id.value); });
  }
}

Result<compiler::CompiledRules> rules_of(const TestCase& test) {
  auto rules = parse_rules(rule_paths(test));
  if (!rules) return fail(rules.error().code, rules.error().message + "\n");
  keep_named(test, *rules);
  compile_rules(*rules);
  if (!rules->compiled) return fail(ErrorCode::bad_data, diagnostics_text(rules->diagnostics, false));
  return std::move(*rules->compiled);
}

Result<std::unique_ptr<connectors::Source>> source_of(const TestCase& test) {
  if (test.stream) return connectors::open_source(*test.stream, false);
  return std::make_unique<MemorySource>("events", test.events);
}

void take_lines(StepOutput& out, Outcome& outcome) {
  for (const runtime::Alert& alert : out.alerts.alerts) {
    const std::string_view line = out.alerts.line(alert);
    outcome.alerts.emplace_back(line.substr(0, line.size() - 1));
  }
  outcome.dead_letters += out.dead_letters;
  out.clear();
}

Result<Outcome> outcome_of(const TestCase& test, compiler::CompiledRules rules, PipelineOptions options) {
  options.disorder = test.disorder;
  options.decode = test.decode;
  auto source = source_of(test);
  if (!source) return fail(source.error().code, source.error().message + "\n");
  Pipeline pipeline(std::move(rules), options);
  const auto format = test.stream ? connectors::format_of(*test.stream) : connectors::Format::ndjson;
  pipeline.add_input(std::move(*source), format);
  Outcome outcome;
  StepOutput out;
  while (true) {
    const auto state = pipeline.step(out, std::chrono::milliseconds(0));
    if (!state) return fail(state.error().code, state.error().message + "\n");
    take_lines(out, outcome);
    if (*state == StepState::end || pipeline.failure()) break;
  }
  if (!pipeline.failure()) pipeline.drain(out);
  if (test.advance && !pipeline.failure())
    pipeline.advance(saturating_add(pipeline.watermark(), *test.advance), out);
  take_lines(out, outcome);
  if (const auto failure = pipeline.failure()) return fail(ErrorCode::limit, *failure + "\n");
  outcome.counters = pipeline.counters();
  return outcome;
}

/// The first line in which the two differ.
std::string compare_to_golden(const std::string& path, const std::vector<std::string>& lines) {
  const auto golden = read_text_file(path);
  if (!golden) return golden.error().message + "; `tocsin test --update` writes it\n";
  std::string_view rest = *golden;
  for (std::size_t number = 1; number <= lines.size() || !rest.empty(); ++number) {
    const std::string_view want = rest.substr(0, rest.find('\n'));
    const bool more = !rest.empty();
    rest.remove_prefix(std::min(rest.size(), want.size() + 1));
    const bool came = number <= lines.size();
    if (came && more && lines[number - 1] == want) continue;
    return fmt::format("differs from {} in line {}\n  expected  {}\n  got       {}\n",
                       path,
                       number,
                       more ? want : "the end",
                       came ? lines[number - 1] : "the end");
  }
  return {};
}

std::string write_golden(const std::string& path, const std::vector<std::string>& lines) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  for (const std::string& line : lines) out << line << '\n';
  out.flush();
  return out ? std::string{} : fmt::format("cannot write `{}`\n", path);
}

std::string notes_on(const TestCase& test, const Outcome& outcome) {
  std::string notes;
  if (outcome.counters.late > 0) {
    notes += fmt::format("note: {} came late and no rule saw them; `disorder: {}` would let them in\n",
                         count_of(outcome.counters.late, "event"),
                         format_duration(outcome.counters.furthest_behind));
  }
  if (outcome.counters.bad > 0) {
    notes += fmt::format("note: {} could not be read\n{}",
                         count_of(outcome.counters.bad, "record"),
                         test.stream ? std::string{} : outcome.dead_letters);
  }
  return notes;
}

/// Everything in which the outcome is not what the case expects.
std::string compare(const TestCase& test, const TestOptions& options, const Outcome& outcome) {
  std::string report;
  if (test.alerts) {
    std::vector<std::string> expected;
    for (const ExpectedAlert& alert : *test.alerts) expected.push_back(alert.json);
    report += compare_alerts(expected, outcome.alerts);
  }
  if (test.count && *test.count != outcome.alerts.size()) {
    report += fmt::format("expected {}, got {}\n", count_of(*test.count, "alert"), outcome.alerts.size());
  }
  if (test.golden) {
    report += options.update_golden ? write_golden(*test.golden, outcome.alerts)
                                    : compare_to_golden(*test.golden, outcome.alerts);
  }
  return report;
}

/// Why the case failed; empty if it passed.
std::string run_and_compare(const TestCase& test, const TestOptions& options) {
  auto rules = rules_of(test);
  if (!rules) return rules.error().message;
  const auto outcome = outcome_of(test, std::move(*rules), options.pipeline);
  if (!outcome) return outcome.error().message;
  std::string report = compare(test, options, *outcome);
  const bool unread = outcome->counters.bad > 0 && !test.stream;
  if (!report.empty() || unread) report += notes_on(test, *outcome);
  return report;
}

}  // namespace

TestResult run_test(const TestCase& test, const TestOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  TestResult result;
  result.name = test.name.value;
  result.file = test.file->name();
  result.line = test.file->place(test.name.span.begin).line;
  result.report = run_and_compare(test, options);
  result.passed = result.report.empty();
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace tocsin::app
