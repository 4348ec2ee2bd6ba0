/// `late: apply`: what is taken back and told anew when events come late.

#include "tests/support/catch.h"
#include "tests/support/piping.h"

#include <simdjson.h>

#include <map>

using namespace tocsin;
using namespace tocsin::tests;
using app::PipelineOptions;

namespace {

/// `a1 b4`: an event of type `a` at 1 s, then one of type `b` at 4 s, in the order in which they come.
std::string events_of(const std::string& words) {
  std::istringstream in(words);
  std::string out;
  for (std::string word; in >> word;)
    out += "{\"ts\":" + word.substr(1) + "000,\"type\":\"" + word[0] + "\",\"w\":\"" + word + "\"}\n";
  return out;
}

/// `match(a1 b4) retract(a1 b4)`; of windows with their fields.
std::string told(const std::string& alerts) {
  simdjson::dom::parser parser;
  std::map<std::string, std::string> by_id;
  std::string out;
  for (const std::string& line : lines_of(alerts)) {
    const simdjson::dom::element alert = parser.parse(line);
    std::string text;
    simdjson::dom::element retracts;
    if (alert["retracts"].get(retracts) == simdjson::SUCCESS) {
      text = by_id.at(std::string{retracts.get_string().value()});
    } else {
      for (const auto& variable : alert["events"].get_object()) {
        for (const auto& event : variable.value.get_array())
          text += (text.empty() ? "" : " ") + std::string{event["w"].get_string().value()};
      }
      simdjson::dom::element fields;
      if (alert["fields"].get(fields) == simdjson::SUCCESS) text += std::string(simdjson::minify(fields));
      by_id[std::string{alert["id"].get_string().value()}] = text;
    }
    out += (out.empty() ? "" : " ") + std::string{alert["kind"].get_string().value()} + "(" + text + ")";
  }
  return out;
}

std::string rule_with(const std::string& rest) {
  return "rule: r\nfrom: any\nevents: {a: a, b: b}\n" + rest + "\nlate: apply\nallowed lateness: 5s\n";
}

}  // namespace

TEST_CASE("late events are applied", "[app][late]") {
  struct Case {
    const char* says;
    const char* rule;
    const char* events;
    const char* want;
  };
  const auto c = GENERATE(values<Case>({
      {"in order nothing is taken back", "pattern: a -> b\nwithin: 9s", "a1 b3 c20", "match(a1 b3)"},
      {"a match that was missed", "pattern: a -> b\nwithin: 9s", "a1 c5 b3 c20", "match(a1 b3)"},
      {"at the end of the input", "pattern: a -> b\nwithin: 9s", "a1 c5 b3", "match(a1 b3)"},
      {"as late as may be", "pattern: a -> b\nwithin: 9s", "a1 c8 b3 c20", "match(a1 b3)"},
      {"later than that", "pattern: a -> b\nwithin: 9s", "a1 c9 b3 c20", ""},
      {"another match",
       "pattern: a -> b\nwithin: 9s",
       "a1 b4 b2 c20",
       "match(a1 b4) match(a1 b2) retract(a1 b4)"},
      {"a match that should not have been",
       "pattern: a -> not x -> b\nwithin: 9s",
       "a1 b4 x2 c20",
       "match(a1 b4) retract(a1 b4)"},
      {"a timeout that was none",
       "pattern: a -> b\nwithin: 3s\non timeout: {}",
       "a1 c7 b3 c20",
       "timeout(a1) match(a1 b3) retract(a1)"},
      {"a window that had closed",
       "window: tumbling 5s\nemit: close\nhaving: count(a) > 0 or count(b) > 0\non match: {fields: {n: "
       "count(a)}}",
       "a1 c7 a2 c20",
       "match(a1{\"n\":1}) retract(a1{\"n\":1}) match(a2{\"n\":2})"},
      {"what was held back",
       "pattern: a -> b\nwithin: 9s\nsuppress: 9s",
       "a4 b5 a1 b2 c20",
       "match(a4 b5) match(a1 b2) retract(a4 b5)"},
  }));
  CAPTURE(c.says);
  std::string rule = rule_with(c.rule);
  if (std::string(c.rule).find('x') != std::string::npos) rule.replace(rule.find("b: b"), 4, "b: b, x: x");
  const std::string events = events_of(c.events);
  std::string one_by_one;
  for (const std::size_t workers : {1u, 2u}) {
    for (const std::size_t bytes : {1u, 90u, 1u << 20}) {
      CAPTURE(workers, bytes);
      PipelineOptions options;
      options.workers = workers;
      options.batch_bytes = bytes;
      const std::string alerts = Piping(rule, options).input(events).finish().alerts;
      CHECK(told(alerts) == c.want);
      if (one_by_one.empty()) one_by_one = alerts;
      CHECK(alerts == one_by_one);
    }
  }
}

TEST_CASE("what is applied is counted, and what is too late is put aside", "[app][late]") {
  PipelineOptions options;
  options.batch_bytes = 1;
  Piping piping(rule_with("pattern: a -> b\nwithin: 9s"), options);
  piping.input(events_of("a1 b4 b2 c20 b3 a19 c30")).finish();
  const app::PipelineCounters& counters = piping.pipeline.counters();
  CHECK(counters.applied == 2);
  CHECK(counters.late == 1);
  CHECK(counters.events == 6);
  CHECK(counters.retracted == 1);
  CHECK(counters.corrected == 1);
  CHECK(piping.late == events_of("b3"));
}

TEST_CASE("a retraction names what it takes back", "[app][late]") {
  PipelineOptions options;
  options.batch_bytes = 1;
  Piping piping(rule_with("pattern: a -> b\nwithin: 9s\nkey: k"), options);
  const auto line = [](int at, char type) {
    return "{\"ts\":" + std::to_string(at) + "000,\"type\":\"" + type + "\",\"k\":\"q\\\"q\"}\n";
  };
  piping.input(line(1, 'a') + line(4, 'b') + line(2, 'b') + line(20, 'c')).finish();
  const auto lines = lines_of(piping.alerts);
  REQUIRE(lines.size() == 3);
  const std::string id = lines[0].substr(7, 32);
  CHECK(lines[2].substr(7, 32) != id);
  const std::string version = lines[0].substr(lines[0].find("\"version\":\"") + 11, 16);
  CHECK(lines[2].substr(39) == "\",\"rule\":\"r\",\"version\":\"" + version +
                                   "\",\"kind\":\"retract\",\"severity\":\"medium\","
                                   "\"time\":\"1970-01-01T00:00:04.000Z\",\"key\":{\"k\":\"q\\\"q\"},"
                                   "\"retracts\":\"" +
                                   id + "\"}");
}

TEST_CASE("rules that do not apply late events do not see them", "[app][late]") {
  const std::string rules = rule_with("pattern: a -> b\nwithin: 9s") +
                            "---\nrule: s\nevents: {a: a, b: b}\npattern: a -> b\nwithin: 9s\n" +
                            "---\nrule: t\nevents: {a: a, b: b}\npattern: a -> b\nwithin: 9s\nlate: apply\n" +
                            "allowed lateness: 2s\n";
  PipelineOptions options;
  options.batch_bytes = 1;
  Piping piping(rules, options);
  piping.input(events_of("a1 b4 a6 b3 b5 c30")).finish();
  CHECK(told(piping.alerts) == "match(a1 b4) match(a1 b4) match(a1 b4) match(a1 b3) retract(a1 b4)");
  CHECK(piping.alerts_of("s").size() == 1);
  CHECK(piping.alerts_of("t").size() == 1);
}

TEST_CASE("a reload keeps what may still be corrected", "[app][late]") {
  const std::string rules = rule_with("pattern: a -> b\nwithin: 9s");
  const std::string more = rules + "---\nrule: q\nevents: {a: a, c: c}\npattern: a -> c\nwithin: 20s\n" +
                           "late: apply\nallowed lateness: 5s\n";
  const std::string events = events_of("a1 b4 c6 b2 c7 a6 c20");
  for (int at = 0; at < 7; ++at) {
    CAPTURE(at);
    PipelineOptions options;
    options.batch_bytes = 1;
    Piping piping(rules, options);
    piping.input(events);
    for (int i = 0; i < at; ++i) piping.step();
    piping.pipeline.swap_rules(rules_of(more));
    piping.finish();
    std::string alerts;
    for (const std::string& line : piping.alerts_of("r")) alerts += line + "\n";
    CHECK(told(alerts) == "match(a1 b4) match(a1 b2) retract(a1 b4)");
    // What begins with the reload has told nothing before.
    alerts.clear();
    for (const std::string& line : piping.alerts_of("q")) alerts += line + "\n";
    CHECK(told(alerts).find("retract") == std::string::npos);
    if (at == 0) CHECK(told(alerts) == "match(a1 c6) match(a6 c7)");
  }
}
