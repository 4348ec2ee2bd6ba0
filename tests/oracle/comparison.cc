#include "tests/oracle/comparison.h"

#include "tests/oracle/answers.h"
#include "tests/oracle/matcher.h"
#include "tests/support/compiled.h"
#include "tests/support/piping.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tocsin::oracle {
namespace {

constexpr std::array kModes{Mode{2, 1, 1},
                            Mode{4, 7, 0, false, false, 5},
                            Mode{1, 1, 2, false, false, 1, false, 0},
                            Mode{1, 1, 0, false, true, 1, false, 0},
                            Mode{2, 1, 3, false, true, 4, false, 2},
                            Mode{1, 1000, 0, false, false, 7},
                            Mode{1, 3, 4, false, true, 1, true},
                            Mode{1, 1000, 0, false, false, 1, true, 0},
                            Mode{1, 5, 6, false, true, 1, true, 1}};

/// `r`, and `s` where there is one above it.
std::string rules_of(const Case& question) {
  const std::string r = yaml_of(question.rule, "r");
  return question.above ? r + "---\n" + yaml_of(*question.above, "s") : r;
}

std::optional<compiler::CompiledRules> compiled(const Case& question) {
  return tests::compile_texts({rules_of(question)}).rules;
}

/// Both answers in full; nothing if they are the same.
std::string both(const char* a_name, const Answer& a, const char* b_name, const Answer& b) {
  if (a == b) return {};
  std::string out;
  out += fmt::format("{}:\n", a_name);
  for (const std::string& line : a) out += "  " + line + "\n";
  out += fmt::format("{}:\n", b_name);
  for (const std::string& line : b) out += "  " + line + "\n";
  return out;
}

/// Ids speak of where in the input events were: without them, and those in events that were alerts.
std::vector<std::string> comparable(const std::string& alerts) {
  static constexpr std::string_view kAlert = ",\"alert\":\"";
  static constexpr std::size_t kIdSize = 33;  // with the closing quote
  std::vector<std::string> lines = tests::without_ids(tests::lines_of(alerts));
  for (std::string& line : lines) {
    for (std::size_t at = line.find(kAlert); at != std::string::npos; at = line.find(kAlert, at))
      line.erase(at, kAlert.size() + kIdSize);
  }
  return lines;
}

Comparison compare_compiled(const compiler::CompiledRules& rules, const Case& question, std::string& alerts) {
  Answer oracle;
  try {
    oracle = oracle_answer(rules, question.events);
  } catch (const TooManyRuns&) {
    return {true, true, 0, {}};
  }
  alerts = engine_alerts(rules, question.events, Mode{});
  Answer engine = engine_answer(alerts);
  const auto hops = [](const auto& program) { return program->window.kind == patterns::WindowKind::hopping; };
  if (std::any_of(rules.programs.begin(), rules.programs.end(), hops)) {
    // Alerts of windows that overlap have an order of their own. The modes compare it.
    std::sort(engine.begin(), engine.end());
    std::sort(oracle.begin(), oracle.end());
  }
  return {true, false, engine.size(), both("oracle", oracle, "engine", engine)};
}

/// With `late: apply` what late events lead to is in the end what the sorted stream does, and every batch and
/// number of workers says the same on the way.
std::string compare_late(const Case& question) {
  const std::string text =
      yaml_of(question.rule, "r") + fmt::format("late: apply\nallowed lateness: {}s\n", kLateness);
  const auto rules = tests::compile_texts({text}).rules;
  if (!rules) return {};
  auto sorted = comparable(engine_alerts(*rules, question.events, Mode{}));
  std::sort(sorted.begin(), sorted.end());
  for (const std::uint64_t shuffle : {1u, 2u}) {
    const std::string late = engine_alerts(*rules, question.events, Mode{1, 1, shuffle, true});
    auto net = comparable(net_alerts(late));
    std::sort(net.begin(), net.end());
    std::string difference = both("the sorted stream", sorted, "late events applied", net);
    for (const Mode& mode : {Mode{1, 5, shuffle, true}, Mode{3, 2, shuffle, true, true}}) {
      if (!difference.empty()) return difference;
      const std::string other = engine_alerts(*rules, question.events, mode);
      difference =
          both("late events one by one", tests::lines_of(late), "in batches", tests::lines_of(other));
    }
    if (!difference.empty()) return difference;
  }
  return {};
}

/// Where matches are not told, they are counted the same.
std::string compare_counted(const Case& question, const std::string& alerts) {
  const auto& settings = question.rule.settings;
  if (settings.count("on match") > 0 || settings.count("suppress") > 0) return {};
  const auto rules = tests::compile_texts({rules_of(question) + "on match: none\n"}).rules;
  if (!rules) return {};
  std::size_t told = 0;
  for (const std::string& line : tests::lines_of(alerts))
    told += line.find("\"kind\":\"match\"") != std::string::npos ? 1 : 0;
  for (const Mode& mode : {Mode{}, Mode{1, 1, 5, false, true}, Mode{3, 2, 0, false, false, 1, true}}) {
    const std::uint64_t counted = engine_matches(*rules, question.events, mode);
    if (counted != told) return fmt::format("told {} matches, counted {}\n", told, counted);
  }
  return {};
}

}  // namespace

Comparison compare(const Case& question) {
  const auto rules = compiled(question);
  std::string alerts;
  return rules ? compare_compiled(*rules, question, alerts) : Comparison{};
}

Comparison compare_in_all_modes(const Case& question) {
  const auto rules = compiled(question);
  if (!rules) return {};
  std::string alerts;
  Comparison out = compare_compiled(*rules, question, alerts);
  if (out.too_large) return out;
  const auto lines = comparable(alerts);
  for (const Mode& mode : kModes) {
    if (!out.difference.empty()) break;
    const auto other = comparable(engine_alerts(*rules, question.events, mode));
    const std::string name = fmt::format(
        "{} workers, {} records a batch, shuffle {}, snapshots {}, {} copies, general only {}, {} runs "
        "scanned",
        mode.workers,
        mode.batch_records,
        mode.shuffle,
        mode.snapshots,
        mode.copies,
        mode.general_only,
        mode.runs_scanned);
    out.difference = both("in order, one batch, one worker", lines, name.c_str(), other);
  }
  if (out.difference.empty() && !question.above) out.difference = compare_counted(question, alerts);
  if (out.difference.empty() && !question.above) out.difference = compare_late(question);
  return out;
}

std::string to_string(const Case& question) {
  std::string out = rules_of(question) + "---\n";
  for (std::size_t i = 0; i < question.events.size(); ++i) {
    const Record& record = question.events[i];
    out += fmt::format("{}: {}s {}", i, record.second, record.type);
    if (!record.k.empty()) out += " k=" + record.k;
    if (!record.j.empty()) out += " j=" + record.j;
    if (record.x) out += fmt::format(" x={}", *record.x);
    if (record.y_halves) out += fmt::format(" y={}", *record.y_halves / 2.0);
    out += "\n";
  }
  return out;
}

}  // namespace tocsin::oracle
