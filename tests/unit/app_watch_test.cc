/// Rules with `keys:`: silences under the keys of a table.

#include "app/rule_loader.h"
#include "tests/support/catch.h"
#include "tests/support/folder.h"
#include "tests/support/piping.h"

#include <algorithm>

using namespace tocsin;
using namespace tocsin::tests;

namespace {

std::string line(int second, const std::string& type, const std::string& key, const std::string& more = "") {
  return "{\"ts\":" + std::to_string(second) + "000,\"type\":\"" + type + "\",\"d\":\"" + key + "\"" + more +
         "}\n";
}

std::string rule_with(const std::string& table, const std::string& more = "") {
  return "tables: {devices: " + table + "}\n---\nrule: r\nkey: d\nkeys: devices\nevents: {b: beat}\n" +
         "pattern: not b for 5s\n" + more + "on match: {fields: {last: b.n}}\n";
}

/// `x@7` for each alert: its key and second; then the last event before the silence, if there was one.
std::string told(const std::string& alerts) {
  std::string out;
  for (const std::string& alert : lines_of(alerts)) {
    const auto part = [&](const std::string& before, char end) {
      const auto at = alert.find(before) + before.size();
      return alert.substr(at, alert.find(end, at) - at);
    };
    const auto time = parse_rfc3339(part("\"time\":\"", '"'));
    out += (out.empty() ? "" : " ") + part("\"key\":{\"d\":\"", '"') + "@" +
           std::to_string(time->time_since_epoch().count() / 1'000'000'000);
    if (const std::string last = part("\"fields\":{\"last\":", '}'); last != "null") out += "<" + last;
  }
  return out;
}

std::string told_of(const std::string& rules,
                    const std::string& events,
                    const app::PipelineOptions& options = {}) {
  return told(Piping(rules, options).input(events).finish().alerts);
}

compiler::CompiledRules load(const Folder& folder) {
  const std::vector<std::string> paths = {folder.path()};
  auto rules = app::load_rules(paths);
  REQUIRE(rules);
  REQUIRE(rules->compiled);
  return *std::move(rules->compiled);
}

}  // namespace

TEST_CASE("a silence begins with the row, and with each event that is awaited", "[app][watch]") {
  struct Case {
    const char* says;
    std::string events;
    const char* want;
  };
  const auto c = GENERATE(values<Case>({
      {"never a word", line(1, "put", "x") + line(3, "put", "y"), "x@6 y@8"},
      {"a word at the very end counts", line(1, "put", "x") + line(6, "beat", "x", ",\"n\":1"), "x@11<1"},
      {"a word too late", line(1, "put", "x") + line(7, "beat", "x", ",\"n\":1"), "x@6 x@12<1"},
      {"told once until it speaks", line(1, "put", "x") + line(60, "beat", "x", ",\"n\":1"), "x@6 x@65<1"},
      {"no row, no silence", line(1, "beat", "x") + line(2, "put", "y"), "y@7"},
      {"a row that changes is no word", line(1, "put", "x") + line(4, "put", "x"), "x@6"},
      {"a row that goes", line(1, "put", "x") + line(4, "put", "x", ",\"gone\":true"), ""},
      {"a row that goes and comes again",
       line(1, "put", "x") + line(3, "put", "x", ",\"gone\":true") + line(4, "put", "x"),
       "x@9"},
      {"a row that goes at the deadline", line(1, "put", "x") + line(6, "put", "x", ",\"gone\":true"), ""},
      {"a row that goes after it", line(1, "put", "x") + line(7, "put", "x", ",\"gone\":true"), "x@6"},
      {"words while there is no row",
       line(1, "put", "x") + line(2, "put", "x", ",\"gone\":true") + line(3, "beat", "x") +
           line(9, "put", "x"),
       "x@14"},
      {"all at one instant, in the order of arrival",
       line(1, "beat", "x", ",\"n\":1") + line(1, "put", "x") + line(1, "beat", "x", ",\"n\":2"),
       "x@6<2"},
  }));
  CAPTURE(c.says);
  const std::string rule = rule_with("{from: put, key: d, delete: gone}");
  CHECK(told_of(rule, c.events) == c.want);
  for (const std::size_t workers : {1u, 3u}) {
    app::PipelineOptions options;
    options.workers = workers;
    options.batch_bytes = 1;
    options.disorder = std::chrono::seconds{workers};
    CHECK(told_of(rule, c.events, options) == c.want);
  }
}

TEST_CASE("every device that ever spoke", "[app][watch]") {
  CHECK(told_of(rule_with("{from: beat, key: d}"),
                line(1, "beat", "x", ",\"n\":1") + line(4, "beat", "x", ",\"n\":2") +
                    line(5, "beat", "y", ",\"n\":3") + line(20, "beat", "x", ",\"n\":4")) ==
        "x@9<2 y@10<3 x@25<4");
}

TEST_CASE("silences and rules on rules", "[app][watch][emit_to]") {
  const std::string table = "{from: put, key: d}";
  const std::string above =
      "---\nrule: s\nkey: d\nevents: {s: silent}\npattern: s\non match: {fields: {last: s.last}}\n";
  const std::string below =
      "rule: a\nkey: d\nevents: {b: beat}\npattern: b\nemit to: word\non match: {fields: {last: b.n}}\n"
      "---\ntables: {devices: " +
      table +
      "}\n---\nrule: r\nkey: d\nkeys: devices\nevents: {w: word}\npattern: not w for 5s\n"
      "on match: {fields: {last: w.last}}\n";
  const std::string events =
      line(1, "put", "x") + line(3, "beat", "x", ",\"n\":7") + line(20, "put", "y") + line(40, "other", "x");
  for (const std::size_t workers : {1u, 3u}) {
    for (const std::size_t bytes : {1u, 1u << 20}) {
      CAPTURE(workers, bytes);
      app::PipelineOptions options;
      options.workers = workers;
      options.batch_bytes = bytes;
      options.disorder = std::chrono::seconds{workers - 1};
      CHECK(told_of(rule_with(table, "emit to: silent\n") + above, events, options) ==
            "x@8<7 x@8<7 y@25 y@25");
      CHECK(told_of(below, events, options) == "x@3<7 x@8<7 y@25");
    }
  }
}

TEST_CASE("keys of a file are there from the first event on", "[app][watch]") {
  const Folder folder;
  folder.write("devices.csv", "d,room\nx,1\ny,2\nz,3\n");
  folder.write("r.yaml", rule_with("{file: devices.csv, key: d}"));
  const std::string events = line(12, "beat", "y", ",\"n\":1") + line(10, "other", "q") +
                             line(13, "beat", "q") + line(15, "beat", "x", ",\"n\":2") +
                             line(30, "other", "q");
  std::string one;
  for (const std::size_t workers : {1u, 2u, 4u}) {
    for (const std::size_t bytes : {1u, 1u << 20}) {
      app::PipelineOptions options;
      options.workers = workers;
      options.batch_bytes = bytes;
      options.disorder = std::chrono::seconds{3};
      app::Pipeline pipeline(load(folder), options);
      pipeline.add_input(std::make_unique<app::MemorySource>("events", events), connectors::Format::ndjson);
      app::StepOutput out;
      while (*pipeline.step(out, std::chrono::milliseconds{0}) != app::StepState::end) {
      }
      pipeline.drain(out);
      std::string alerts;
      for (const runtime::Alert& alert : out.alerts.alerts) alerts += out.alerts.line(alert);
      CHECK(told(alerts) == "z@15 y@17<1 x@20<2");
      if (one.empty()) one = alerts;
      CHECK(alerts == one);
    }
  }
}

TEST_CASE("a file that changes brings keys and takes them away", "[app][watch]") {
  const Folder folder;
  folder.write("devices.csv", "d\nx\ny\nz\n");
  folder.write("r.yaml", rule_with("{file: devices.csv, key: d}"));
  app::PipelineOptions options;
  options.batch_bytes = 1;
  app::Pipeline pipeline(load(folder), options);
  const std::string events =
      line(1, "beat", "x", ",\"n\":1") + line(7, "beat", "y", ",\"n\":2") + line(9, "other", "q");
  pipeline.add_input(std::make_unique<app::MemorySource>("events", events), connectors::Format::ndjson);
  app::StepOutput out;
  while (pipeline.watermark() < EventTime{std::chrono::seconds{7}}) {
    REQUIRE(pipeline.step(out, std::chrono::milliseconds{0}));
  }
  folder.write("devices.csv", "d\nx\nz\nnew\n");
  const auto changes = pipeline.swap_rules(load(folder));
  CHECK(changes.at(0).fate == app::RuleChange::Fate::kept);
  while (*pipeline.step(out, std::chrono::milliseconds{0}) != app::StepState::end) {
  }
  pipeline.drain(out);
  pipeline.advance(kTimeMax, out);
  std::string alerts;
  for (const runtime::Alert& alert : out.alerts.alerts) alerts += out.alerts.line(alert);
  CHECK(told(alerts) == "z@6 x@6<1 y@6 new@12");  // of one instant and one beginning: by the keys' hashes
}

TEST_CASE("a new rule watches the rows that are there", "[app][watch]") {
  const std::string table = "{from: put, key: d}";
  app::PipelineOptions options;
  options.batch_bytes = 1;
  Piping later(
      "tables: {devices: " + table + "}\n---\nrule: s\nevents: {b: 'beat where devices[d]'}\npattern: b\n",
      options);
  later.input(line(1, "put", "x") + line(3, "put", "y") + line(4, "other", "q") + line(20, "other", "q"));
  while (later.pipeline.watermark() < EventTime{std::chrono::seconds{4}}) later.step();
  later.pipeline.swap_rules(rules_of(rule_with(table)));
  later.finish();
  CHECK(told(later.alerts) == "x@9 y@9");
}

TEST_CASE("what goes with `keys:`", "[app][watch]") {
  struct Case {
    const char* says;
    std::string rule;
    std::vector<std::string> want;
  };
  const std::string table = "tables: {devices: {from: put, key: d}}\n---\nrule: r\n";
  const auto c = GENERATE_COPY(values<Case>({
      {"all is well", "key: d\nkeys: devices\nevents: {b: t, c: u}\npattern: not (b | c) for 5m", {}},
      {"an unknown table", "key: d\nkeys: devces\nevents: {b: t}\npattern: not b for 5m", {"E0335 `devces`"}},
      {"another key", "key: [d, e]\nkeys: devices\nevents: {b: t}\npattern: not b for 5m", {"E0335 `[d, e`"}},
      {"no key", "keys: devices\nevents: {b: t}\npattern: not b for 5m", {"E0335 `devices`"}},
      {"another pattern", "key: d\nkeys: devices\nevents: {b: t}\npattern: b", {"E0336 `b`"}},
      {"no length", "key: d\nkeys: devices\nevents: {b: t}\npattern: not b", {"E0336 `not b`"}},
      {"an unknown variable",
       "key: d\nkeys: devices\nevents: {b: t}\npattern: not c for 5m",
       {"E0315 `b`", "E0302 `c`"}},
      {"no time at all", "key: d\nkeys: devices\nevents: {b: t}\npattern: not b for 0s", {"E0605 `0s`"}},
      {"a limit", "key: d\nkeys: devices\nevents: {b: t}\npattern: not b for 5m\nwithin: 1h", {"E0706 `1h`"}},
      {"a look back",
       "key: d\nkeys: devices\nevents: {b: t where x > b.x}\npattern: not b for 5m",
       {"E0401 `b.x`"}},
  }));
  CAPTURE(c.says);
  auto compiled = compile_texts({table + c.rule + "\n"});
  CHECK(findings(compiled) == c.want);
}
