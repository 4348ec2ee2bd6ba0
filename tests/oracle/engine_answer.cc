#include "app/memory_source.h"
#include "app/pipeline.h"
#include "base/check.h"
#include "tests/oracle/answers.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <sstream>

namespace tocsin::oracle {
namespace {

constexpr int kDisorderSeconds = 3;

/// `n` tells the alerts' events apart.
std::string json_of(const Record& record, std::size_t n) {
  std::string out = fmt::format(R"({{"ts":{},"type":"{}","n":{})", record.second * 1000, record.type, n);
  if (!record.k.empty()) out += fmt::format(R"(,"k":"{}")", record.k);
  if (!record.j.empty()) out += fmt::format(R"(,"j":"{}")", record.j);
  if (record.x) out += fmt::format(R"(,"x":{})", *record.x);
  if (record.y_halves) out += fmt::format(R"(,"y":{}.{})", *record.y_halves / 2, *record.y_halves % 2 * 5);
  return out + "}\n";
}

/// The numbers of the events as they arrive: delayed by up to so many seconds, those of one second together.
std::vector<std::size_t> arrivals(const std::vector<Record>& events, std::uint64_t seed, int delay_max) {
  std::vector<std::size_t> out;
  std::map<int, std::uint64_t> delays;
  std::mt19937_64 random{seed};
  for (std::size_t i = 0; i < events.size(); ++i) {
    out.push_back(i);
    delays.emplace(events[i].second, seed == 0 ? 0 : random() % static_cast<std::uint64_t>(delay_max + 1));
  }
  const auto arrival = [&](std::size_t i) {
    return static_cast<std::uint64_t>(events[i].second) + delays.at(events[i].second);
  };
  std::stable_sort(out.begin(), out.end(), [&](auto a, auto b) { return arrival(a) < arrival(b); });
  return out;
}

std::string ndjson_of(const std::vector<Record>& events, const Mode& mode) {
  const int delay_max = kDisorderSeconds + (mode.late ? kLateness : 0);
  std::string out;
  for (const std::size_t i : arrivals(events, mode.shuffle, delay_max)) out += json_of(events[i], i);
  return out;
}

/// Appends the alerts of the rules from number `first_rule` on.
void append(std::string& lines, const Mode& mode, app::StepOutput& out, std::size_t first_rule) {
  for (const runtime::Alert& alert : out.alerts.alerts) {
    if (alert.order.rule >= first_rule) lines += out.alerts.line(alert);
  }
  TOCSIN_CHECK((mode.late || out.late.empty()) && out.dead_letters.empty(), "no late or bad events");
  out.clear();
}

void go_on_from_snapshot(app::Pipeline& pipeline) {
  const std::string snapshot = pipeline.save_state();
  const Status restored = pipeline.restore_state(snapshot);
  TOCSIN_CHECK(restored.has_value(), "what an engine saves it can go on from");
  TOCSIN_CHECK(pipeline.save_state() == snapshot, "and what it then saves is the same");
}

std::string text_of(const simdjson::dom::element& value) {
  return std::string{value.get_string().value()};
}

std::string seconds_of(const simdjson::dom::element& time) {
  const auto parsed = parse_rfc3339(text_of(time));
  TOCSIN_CHECK(parsed.has_value(), "an alert has times");
  return format_duration(parsed->time_since_epoch());
}

/// `3`; of an event that was an alert `z@12s/match`.
std::string name_of(const simdjson::dom::element& event) {
  simdjson::dom::element n;
  if (event["n"].get(n) == simdjson::SUCCESS) return simdjson::minify(n);
  return text_of(event["type"]) + "@" + seconds_of(event["time"]) + "/" + text_of(event["kind"]);
}

/// `[0,3]`.
std::string names_of(const simdjson::dom::element& events) {
  std::string out;
  for (const auto& event : events.get_array()) out += (out.empty() ? "" : ",") + name_of(event);
  return "[" + out + "]";
}

std::string waiting_of(const simdjson::dom::element& alert) {
  std::vector<std::string> names;
  for (const auto& name : alert["waiting"].get_array()) names.push_back(text_of(name));
  std::sort(names.begin(), names.end());
  return fmt::format(" waiting=[{}]", fmt::join(names, ","));
}

std::string line_of(const simdjson::dom::element& alert) {
  const std::string kind = text_of(alert["kind"]);
  std::map<std::string, std::string> taken;
  for (const auto& variable : alert["events"].get_object()) {
    taken[std::string{variable.key}] = names_of(variable.value);
  }
  std::string out = kind + " " + seconds_of(alert["time"]);
  for (const auto& [name, numbers] : taken) out += " " + name + "=" + numbers;
  simdjson::dom::element window;
  if (alert["window"].get(window) == simdjson::SUCCESS) {
    out += " [" + seconds_of(window["start"]) + ".." + seconds_of(window["end"]) + "]";
  }
  simdjson::dom::element fields;
  if (alert["fields"].get(fields) == simdjson::SUCCESS) out += " " + simdjson::minify(fields);
  simdjson::dom::element suppressed;
  if (alert["suppressed"].get(suppressed) == simdjson::SUCCESS) {
    out += " suppressed=" + simdjson::minify(suppressed);
  }
  return kind == "timeout" ? out + waiting_of(alert) : out;
}

/// `r {"k":"k1"}`.
std::string rule_and_key_of(const simdjson::dom::element& alert) {
  simdjson::dom::element key;
  const bool keyed = alert["key"].get(key) == simdjson::SUCCESS;
  return text_of(alert["rule"]) + " " + (keyed ? std::string(simdjson::minify(key)) : "{}");
}

bool emits(const patterns::Program& program) {
  const auto makes_events = [](const auto& output) { return output && output->emit_to; };
  return makes_events(program.on_match) || makes_events(program.on_timeout);
}

/// The rules, after copies of those that no other rule sees.
compiler::CompiledRules among_copies(const compiler::CompiledRules& rules, std::size_t copies) {
  compiler::CompiledRules out = rules;
  out.programs.clear();
  for (const auto& program : rules.programs) {
    if (!emits(*program)) out.programs.insert(out.programs.end(), copies - 1, program);
  }
  out.programs.insert(out.programs.end(), rules.programs.begin(), rules.programs.end());
  return out;
}

app::PipelineOptions options_of(const Mode& mode) {
  app::PipelineOptions options;
  options.workers = mode.workers;
  options.disorder = std::chrono::seconds(mode.shuffle == 0 ? 0 : kDisorderSeconds);
  options.general_only = mode.general_only;
  options.runs_scanned = mode.runs_scanned;
  return options;
}

/// Takes all of `events` in, to the end of time, and hands what comes of each step to `use`.
template <class Use>
void run_to_end(app::Pipeline& pipeline, const Mode& mode, Use&& use) {
  app::StepOutput out;
  for (app::StepState state = app::StepState::more; state != app::StepState::end;) {
    state = pipeline.step(out, std::chrono::milliseconds{0}).value();
    if (mode.snapshots) go_on_from_snapshot(pipeline);
    use(out);
  }
  pipeline.drain(out);
  use(out);
  pipeline.advance(kTimeMax, out);
  use(out);
}

/// The pipeline that runs `rules` over `events` by `mode`.
std::unique_ptr<app::Pipeline> pipeline_of(compiler::CompiledRules rules,
                                           const std::vector<Record>& events,
                                           const Mode& mode) {
  app::PipelineOptions options = options_of(mode);
  const std::string bytes = ndjson_of(events, mode);
  options.batch_bytes =
      std::max<std::size_t>(1, mode.batch_records * bytes.size() / std::max<std::size_t>(1, events.size()));
  auto pipeline = std::make_unique<app::Pipeline>(std::move(rules), options);
  pipeline->add_input(std::make_unique<app::MemorySource>("events", bytes), connectors::Format::ndjson);
  return pipeline;
}

}  // namespace

std::string engine_alerts(const compiler::CompiledRules& rules,
                          const std::vector<Record>& events,
                          const Mode& mode) {
  compiler::CompiledRules all = among_copies(rules, mode.copies);
  const std::size_t first_rule = all.programs.size() - rules.programs.size();
  const auto pipeline = pipeline_of(std::move(all), events, mode);
  std::string alerts;
  run_to_end(*pipeline, mode, [&](app::StepOutput& out) { append(alerts, mode, out, first_rule); });
  return alerts;
}

std::uint64_t engine_matches(const compiler::CompiledRules& rules,
                             const std::vector<Record>& events,
                             const Mode& mode) {
  const auto pipeline = pipeline_of(rules, events, mode);
  run_to_end(*pipeline, mode, [](app::StepOutput& out) { out.clear(); });
  return pipeline->rule_counters().back().counts.matches;
}

std::string net_alerts(const std::string& alerts) {
  simdjson::dom::parser parser;
  std::istringstream lines{alerts};
  std::vector<std::pair<std::string, std::string>> told;  // id and time, line
  for (std::string line; std::getline(lines, line);) {
    const simdjson::dom::element alert = parser.parse(line);
    const std::string time = text_of(alert["time"]);
    simdjson::dom::element retracts;
    if (alert["retracts"].get(retracts) != simdjson::SUCCESS) {
      told.emplace_back(text_of(alert["id"]) + time, line);
      continue;
    }
    const std::string name = text_of(retracts) + time;
    const auto at =
        std::find_if(told.begin(), told.end(), [&](const auto& one) { return one.first == name; });
    TOCSIN_CHECK(at != told.end(), "what is taken back was told");
    told.erase(at);
  }
  std::string out;
  for (const auto& [name, line] : told) out += line + "\n";
  return out;
}

Answer engine_answer(const std::string& alerts) {
  simdjson::dom::parser parser;
  std::map<std::string, Answer> keys;
  std::istringstream lines{alerts};
  for (std::string line; std::getline(lines, line);) {
    const simdjson::dom::element alert = parser.parse(line);
    keys[rule_and_key_of(alert)].push_back(line_of(alert));
  }
  Answer out;
  for (const auto& [key, answers] : keys) {
    for (const std::string& answer : answers) out.push_back(key + " " + answer);
  }
  return out;
}

}  // namespace tocsin::oracle
