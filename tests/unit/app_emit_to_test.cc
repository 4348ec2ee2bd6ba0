/// `emit to:` — rules that see what other rules tell: what these events are, and that they come in their
/// order.

#include "tests/support/catch.h"
#include "tests/support/piping.h"

#include <simdjson.h>

#include <algorithm>
#include <map>
#include <random>

using namespace tocsin;
using namespace tocsin::tests;
using app::PipelineOptions;

namespace {

/// `rule kind time key fields` of each alert.
std::vector<std::string> briefs_of(const std::string& alerts) {
  simdjson::dom::parser parser;
  std::vector<std::string> out;
  for (const std::string& line : lines_of(alerts)) {
    const simdjson::dom::element alert = parser.parse(line);
    std::string text;
    for (const char* name : {"rule", "kind", "time", "key", "fields"}) {
      simdjson::dom::element value;
      if (alert[name].get(value) != simdjson::SUCCESS) continue;
      text += (text.empty() ? "" : " ") + std::string(simdjson::minify(value));
    }
    out.push_back(text);
  }
  return out;
}

std::string run(const std::string& rules, const std::string& input, const PipelineOptions& options = {}) {
  Piping piping(rules, options);
  return piping.input(input).finish().alerts;
}

const std::string kHits = R"(
rule: hits
severity: high
key: [user, device.id, device.os]
events: {a: a}
pattern: a
emit to: hit
on match: {fields: {n: a.n, rule: "'mine'", type: "'none'", time: 5}}
---
)";

const std::string kHit = R"({"ts":1000,"type":"a","user":"ann","device":{"id":7,"os":"x"},"n":3})"
                         "\n";

}  // namespace

TEST_CASE("what an alert is as an event", "[app][emit_to]") {
  const std::string seen =
      "rule: seen\nevents: {h: hit}\npattern: h\non match:\n  fields: {n: h.n, user: h.user, id: "
      "h.device.id, "
      "os: h.device.os, rule: h.rule, kind: h.kind, severity: h.severity, time: h.time, type: h.type}\n";
  const auto briefs = briefs_of(run(kHits + seen, kHit));
  REQUIRE(briefs.size() == 2);
  CHECK(briefs[1] ==
        R"("seen" "match" "1970-01-01T00:00:01.000Z" {} {"n":3,"user":"ann","id":7,"os":"x","rule":"mine",)"
        R"("kind":"match","severity":"high","time":"1970-01-01T00:00:01.000Z","type":"hit"})");
}

TEST_CASE("an alert's event has the alert's id", "[app][emit_to]") {
  const std::string alerts = run(kHits + "rule: seen\nevents: {h: hit}\npattern: h\n", kHit);
  const auto lines = lines_of(alerts);
  REQUIRE(lines.size() == 2);
  const std::string id = lines[0].substr(7, 32);
  CHECK(lines[1].find("\"alert\":\"" + id + "\"}") != std::string::npos);
  CHECK(lines[1].find(R"("device":{"id":7,"os":"x"})") != std::string::npos);
}

TEST_CASE("what the input's end decides becomes an event, too", "[app][emit_to]") {
  const std::string above = "---\nrule: s\nevents: {z: z}\npattern: z\non match: {fields: {kind: z.kind}}\n";
  const auto kinds = [&](const std::string& rule, const std::string& input) {
    std::string out;
    for (const std::string& brief : briefs_of(run(rule + above, input))) {
      const std::size_t at = brief.find("{\"kind\":\"");
      if (at != std::string::npos) out += brief.substr(at + 9, brief.size() - at - 11) + " ";
    }
    return out;
  };
  CHECK(kinds("rule: r\nevents: {a: a, b: b}\npattern: a -> b+\nemit: preferred\nemit to: z\n",
              "{\"ts\":1000,\"type\":\"a\"}\n{\"ts\":2000,\"type\":\"b\"}\n") == "match ");
  // Of an event at nearly the last time there is, the deadline lies beyond it.
  CHECK(kinds("rule: r\nevents: {a: a, b: b}\npattern: a -> b\nwithin: 30d\non timeout: {emit to: z}\n",
              "{\"ts\":4611686018000,\"type\":\"a\"}\n") == "timeout ");
}

TEST_CASE("only what is told becomes an event", "[app][emit_to]") {
  const std::string rules =
      "rule: a\nevents: {a: a, b: b}\npattern: a -> b\nwithin: 2s\nsuppress: 10s\n"
      "on match: none\non timeout: {emit to: late, fields: {n: a.n}}\n---\n"
      "rule: b\nevents: {l: late}\npattern: l\non match: {fields: {n: l.n, kind: l.kind}}\n";
  const std::string input = R"({"ts":1000,"type":"a","n":1}
{"ts":2000,"type":"b","n":2}
{"ts":3000,"type":"a","n":3}
{"ts":6000,"type":"a","n":4}
)";
  const auto briefs = briefs_of(run(rules, input));
  REQUIRE(briefs.size() == 2);
  CHECK(briefs[1] == R"("b" "match" "1970-01-01T00:00:05.000Z" {} {"n":3,"kind":"timeout"})");
}

namespace {

const std::vector<std::string> kChain{
    R"(
rule: r0
key: k
events: {a: a, b: b}
pattern: a -> b
within: 3s
after match: skip to next event
emit to: x
on match: {fields: {w: b.w}}
on timeout: {fields: {w: a.w}}
)",
    R"(
rule: r1
key: k
events: {b: b}
window: tumbling 4s
having: count(b) >= 2
emit: close
on match: {emit to: y, fields: {n: count(b), w: last(b).w}}
)",
    R"(
rule: r2
key: w
events: {x: x, y: y where n >= 2}
pattern: x ~> y
within: 6s
after match: no skip
on match: {emit to: z, fields: {w: y.w, k: x.k}}
)",
    R"(
rule: r3
events: {z: z, a: a}
pattern: z -> not a
within: 2s
on match: {fields: {k: z.k}}
)",
    R"(
rule: r4
events: {e: any}
window: sliding 2s
having: count(e) >= 4
emit: each
on match: {fields: {n: count(e), last: e.type, before: "e[-2].type"}}
)",
    R"(
rule: r5
key: k
events: {z: z, x: x}
window: hopping 4s every 2s
pattern: z -> x
after match: skip to next event
on match: {emit to: v}
on timeout: {emit to: u}
)"};

std::string all_rules(const std::vector<std::size_t>& numbers) {
  std::string text;
  for (const std::size_t i : numbers) text += kChain[i] + "---\n";
  return text;
}

/// Lines of one length.
std::vector<std::string> random_lines(std::uint64_t seed) {
  std::mt19937_64 random{seed};
  std::vector<std::string> out;
  int second = 100;
  for (int i = 0; i < 40; ++i) {
    second += static_cast<int>(random() % 3);
    out.push_back("{\"ts\":" + std::to_string(second) + "000,\"type\":\"" + (random() % 2 != 0 ? "a" : "b") +
                  "\",\"k\":\"k" + std::to_string(random() % 3) + "\",\"w\":\"w" +
                  std::to_string(random() % 2) + "\"}\n");
  }
  return out;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

/// The events that alerts of `rule` become, as the chain above has them, for an input of their own.
std::string derived_lines(const std::string& alerts, const std::map<std::string, std::string>& types) {
  simdjson::dom::parser parser;
  std::string out;
  for (const std::string& line : lines_of(alerts)) {
    const simdjson::dom::element alert = parser.parse(line);
    const auto type = types.find(std::string{alert["rule"].get_string().value()} + "/" +
                                 std::string{alert["kind"].get_string().value()});
    if (type == types.end()) continue;
    const EventTime time = parse_rfc3339(alert["time"].get_string().value()).value();
    out += "{\"ts\":" + std::to_string(time.time_since_epoch() / std::chrono::milliseconds(1)) +
           ",\"type\":\"" + type->second + "\"";
    for (const char* name : {"fields", "key"}) {
      simdjson::dom::object members;
      if (alert[name].get(members) != simdjson::SUCCESS) continue;
      for (const auto& member : members)
        out += ",\"" + std::string(member.key) + "\":" + std::string(simdjson::minify(member.value));
    }
    out += "}\n";
  }
  return out;
}

std::vector<std::string> of_rule(const std::vector<std::string>& briefs, const std::string& rule) {
  std::vector<std::string> out;
  std::copy_if(briefs.begin(), briefs.end(), std::back_inserter(out), [&](const std::string& brief) {
    return brief.starts_with("\"" + rule + "\"");
  });
  return out;
}

}  // namespace

TEST_CASE("rules on rules tell what they would tell of these events as input", "[app][emit_to]") {
  const std::uint64_t seed = GENERATE(range(1, 25));
  CAPTURE(seed);
  const std::string input = joined(random_lines(seed));
  const std::string alerts = run(all_rules({0, 1, 2, 3, 4}), input);
  const auto briefs = briefs_of(alerts);
  const std::string derived =
      derived_lines(alerts, {{"r0/match", "x"}, {"r0/timeout", "x"}, {"r1/match", "y"}, {"r2/match", "z"}});
  for (const std::size_t rule : {2, 3, 4}) {
    Piping alone(kChain[rule], {});
    alone.input(input).input(derived).finish();
    const std::string name = "r" + std::to_string(rule);
    CHECK(of_rule(briefs, name) == of_rule(briefs_of(alone.alerts), name));
  }
}

TEST_CASE("an alert longer than a record may be becomes an event", "[app][emit_to]") {
  const std::string rules =
      "rule: low\nevents: {a: a}\npattern: a\nemit to: wide\non match: {fields: {x: a.x, y: a.x}}\n"
      "---\nrule: high\nevents: {w: wide}\npattern: w\non match: {fields: {n: len(w.x) + len(w.y)}}\n";
  const std::string line = R"({"ts":1000,"type":"a","x":")" + std::string(9'000'000, 'x') + "\"}\n";
  CHECK(run(rules, line).find(R"("fields":{"n":18000000})") != std::string::npos);
}

TEST_CASE("an alert too long to be an event is told and counted", "[app][emit_to]") {
  const std::string rules =
      "rule: low\nevents: {a: a}\npattern: a\nemit to: wide\non match: {fields: {x: a.x}}\n"
      "---\nrule: high\nevents: {w: wide}\npattern: w\n";
  PipelineOptions options;
  options.emitted_bytes_max = 1000;
  Piping piping(rules, options);
  const std::string narrow = R"({"ts":1000,"type":"a","x":"x"})"
                             "\n";
  const std::string last = R"({"ts":3000,"type":"a","x":"x"})"
                           "\n";
  const std::string wide = R"({"ts":2000,"type":"a","x":")" + std::string(1000, 'x') + "\"}\n";
  piping.input(joined({narrow, wide, last})).finish();
  const auto counters = piping.pipeline.rule_counters();
  CHECK(counters.at(0).counts.alerts == 2);  // by rule id: `high`
  CHECK(counters.at(1).counts.alerts == 3);
  CHECK(counters.at(1).counts.emitted_too_long == 1);
}

TEST_CASE("rules on rules do not depend on workers and batches", "[app][emit_to]") {
  const std::uint64_t seed = GENERATE(range(1, 13));
  CAPTURE(seed);
  const auto lines = random_lines(seed);
  const std::vector<std::size_t> rules{0, 2, 3, 4, 5};
  const std::string whole = run(all_rules(rules), joined(lines));
  for (const std::size_t workers : {1, 2, 4}) {
    for (const std::size_t records : {1, 3, 1000}) {
      PipelineOptions options;
      options.workers = workers;
      options.batch_bytes = records * lines.front().size();
      CAPTURE(workers, records);
      CHECK(run(all_rules(rules), joined(lines), options) == whole);
    }
  }
}

namespace {

/// Those of one second come together, up to three seconds late.
std::vector<std::string> delayed(const std::vector<std::string>& lines, std::uint64_t seed) {
  std::mt19937_64 random{seed};
  std::map<int, int> delays;
  std::vector<std::pair<int, std::string>> arrivals;
  for (const std::string& line : lines) {
    const int second = std::stoi(line.substr(std::string("{\"ts\":").size())) / 1000;
    const auto delay = delays.emplace(second, static_cast<int>(random() % 4)).first->second;
    arrivals.emplace_back(second + delay, line);
  }
  std::stable_sort(
      arrivals.begin(), arrivals.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> out;
  for (auto& [second, line] : arrivals) out.push_back(std::move(line));
  return out;
}

}  // namespace

TEST_CASE("rules on rules do not depend on the order of arrival", "[app][emit_to]") {
  const std::uint64_t seed = GENERATE(range(1, 13));
  CAPTURE(seed);
  const auto lines = random_lines(seed);
  const std::string rules = all_rules({0, 1, 2, 3, 4});
  const auto in_order = briefs_of(run(rules, joined(lines)));
  PipelineOptions options;
  options.disorder = std::chrono::seconds(3);
  options.workers = 1 + seed % 3;
  options.batch_bytes = (1 + seed % 4) * lines.front().size();
  CHECK(briefs_of(run(rules, joined(delayed(lines, seed)), options)) == in_order);
}

TEST_CASE("a reload keeps the runs of rules on rules, and what waits for them", "[app][emit_to]") {
  const auto lines = random_lines(7);
  const auto lines_but_r1 = [](const std::string& alerts) {
    auto out = lines_of(alerts);
    std::erase_if(out,
                  [](const std::string& line) { return line.find("\"rule\":\"r1\"") != std::string::npos; });
    return out;
  };
  const std::string without = run(all_rules({0, 3}), joined(lines));
  const std::string with = run(all_rules({0, 2, 3}), joined(lines));
  for (std::size_t at = 1; at < lines.size(); ++at) {
    CAPTURE(at);
    PipelineOptions options;
    options.workers = 1 + at % 3;
    options.batch_bytes = lines.front().size();
    Piping same(all_rules({0, 2, 3}), options);
    same.input(joined(lines));
    for (std::size_t i = 0; i < at; ++i) same.step();
    same.pipeline.swap_rules(rules_of(all_rules({0, 1, 2, 3})));  // one more that emits what r2 sees
    same.pipeline.swap_rules(rules_of(all_rules({0, 2, 3})));
    same.finish();
    CHECK(lines_but_r1(same.alerts) == lines_of(with));

    Piping higher(all_rules({0, 3}), options);  // r3 comes to see what another emits, and is on its own again
    higher.input(joined(lines));
    for (std::size_t i = 0; i < at; ++i) higher.step();
    higher.pipeline.swap_rules(
        rules_of(all_rules({0, 3}) + "rule: never\nevents: {n: nothing}\npattern: n\nemit to: a\n"));
    higher.step();
    higher.pipeline.swap_rules(rules_of(all_rules({0, 3})));
    higher.finish();
    CHECK(lines_of(higher.alerts) == lines_of(without));
  }
}
