/// `late: stream NAME`: late events as events of another type, which other rules see.

#include "tests/support/catch.h"
#include "tests/support/piping.h"

#include <simdjson.h>

#include <algorithm>
#include <random>

using namespace tocsin;
using namespace tocsin::tests;
using app::PipelineOptions;

namespace {

const std::string kRules = R"(
rule: r
events: {a: a, b: b}
pattern: a -> b
within: 9s
late: stream tardy
---
rule: q
events: {b: b}
pattern: b
late: stream slow
---
rule: s
events: {c: c, l: tardy}
pattern: c -> l -> c
within: 9s
on match: {fields: {w: l.w, happened: l.at, type: l.type}}
---
rule: either
key: k
events: {l: tardy | slow, d: d}
pattern: l -> d
within: 4s
on match: {fields: {w: l.w, d: d.w, type: l.type}}
on timeout: {fields: {w: l.w, type: l.type}}
)";

std::string line_of(const std::string& type, const std::string& w, int ts, int second) {
  return "{\"ts\":" + std::to_string(ts) + "000,\"type\":\"" + type + "\",\"w\":\"" + w +
         "\",\"k\":" + std::to_string(second % 2) + ",\"at\":" + std::to_string(second) + "}\n";
}

struct Arrival {
  char type;
  int second;
};

std::string word_of(const Arrival& a) {
  return a.type + std::to_string(a.second);
}

std::string received(const std::vector<Arrival>& arrivals) {
  std::string out;
  for (const Arrival& a : arrivals) out += line_of({a.type}, word_of(a), a.second, a.second);
  return out;
}

/// What rules are to see: late events written down as what they become.
std::string as_seen(const std::vector<Arrival>& arrivals, int disorder) {
  std::string out;
  int newest = -1000;
  for (const Arrival& a : arrivals) {
    const int watermark = newest - disorder;
    if (a.second >= watermark) {
      newest = std::max(newest, a.second);
      out += line_of({a.type}, word_of(a), a.second, a.second);
      continue;
    }
    if (a.type == 'b') out += line_of("slow", word_of(a), watermark, a.second);
    if (a.type == 'a' || a.type == 'b') out += line_of("tardy", word_of(a), watermark, a.second);
  }
  return out;
}

std::vector<Arrival> random_arrivals(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Arrival> out;
  for (int second = 10; second < 40; ++second) {
    const int behind = random() % 3 == 0 ? static_cast<int>(random() % 9) : 0;
    out.push_back({"abcd"[random() % 4], second - behind});
  }
  return out;
}

/// `s 1970-01-01T00:00:05.000Z {"w":"b3"}`, in order.
std::vector<std::string> told(const std::string& alerts) {
  simdjson::dom::parser parser;
  std::vector<std::string> out;
  for (const std::string& line : lines_of(alerts)) {
    const simdjson::dom::element alert = parser.parse(line);
    out.push_back(simdjson::minify(alert["rule"]) + " " + simdjson::minify(alert["time"]));
    simdjson::dom::element fields;
    if (alert["fields"].get(fields) == simdjson::SUCCESS) out.back() += " " + simdjson::minify(fields);
  }
  return out;
}

PipelineOptions options_of(std::size_t workers, std::size_t batch_bytes, int disorder) {
  PipelineOptions options;
  options.workers = workers;
  options.batch_bytes = batch_bytes;
  options.disorder = std::chrono::seconds(disorder);
  return options;
}

}  // namespace

TEST_CASE("late events become events of the stream at the watermark", "[app][late]") {
  const std::string events = line_of("c", "c5", 5, 5) + line_of("b", "b3", 3, 3) + line_of("c", "c7", 7, 7) +
                             line_of("d", "d2", 2, 2);
  Piping piping(kRules, options_of(1, 1, 0));
  piping.input(events).finish();
  CHECK(told(piping.alerts) ==
        std::vector<std::string>{R"("s" "1970-01-01T00:00:07.000Z" {"w":"b3","happened":3,"type":"tardy"})",
                                 R"("either" "1970-01-01T00:00:09.000Z" {"w":"b3","type":"slow"})",
                                 R"("either" "1970-01-01T00:00:09.000Z" {"w":"b3","type":"tardy"})"});
  const auto lines = piping.alerts_of("either");
  CHECK(lines[0].substr(0, 40) != lines[1].substr(0, 40));
  CHECK(piping.late == line_of("b", "b3", 3, 3) + line_of("d", "d2", 2, 2));
  CHECK(piping.pipeline.counters().late == 2);
  CHECK(piping.pipeline.counters().streamed == 2);
  CHECK(piping.pipeline.counters().events == 2);
}

TEST_CASE("rows of CSV that come late have the same attributes", "[app][late]") {
  Piping piping(kRules, options_of(1, 1, 0));
  piping.input("ts,type,w,at\n5000,c,c5,5\n3000,b,b3,3\n7000,c,c7,7\n", connectors::Format::csv).finish();
  CHECK(told(piping.alerts).front() ==
        R"("s" "1970-01-01T00:00:07.000Z" {"w":"b3","happened":3,"type":"tardy"})");
}

TEST_CASE("late events are seen as if they were written so", "[app][late]") {
  const std::uint64_t seed = GENERATE(range<std::uint64_t>(1, 60));
  const std::size_t inputs = 1 + seed % 2;
  const int disorder = static_cast<int>(seed % 3);
  const auto run = [&](const PipelineOptions& options, bool as_they_become, bool snapshots) {
    Piping piping(kRules, options);
    for (std::size_t i = 0; i < inputs; ++i) {
      const auto arrivals = random_arrivals(seed * 10 + i);
      piping.input(as_they_become ? as_seen(arrivals, disorder) : received(arrivals));
    }
    while (piping.step()) {
      if (snapshots) REQUIRE(piping.pipeline.restore_state(piping.pipeline.save_state()).has_value());
    }
    return told(piping.drain().advance(kTimeMax).alerts);
  };
  const auto want = run(options_of(1, 1u << 20, disorder), true, false);
  for (const std::size_t workers : {1u, 3u}) {
    for (const std::size_t bytes : {1u, 200u, 1u << 20}) {
      CAPTURE(seed, workers, bytes);
      CHECK(run(options_of(workers, bytes, disorder), false, false) == want);
    }
  }
  CHECK(run(options_of(2, 1, disorder), false, true) == want);
}

TEST_CASE("a reload keeps runs that late events have begun", "[app][late]") {
  const std::string more =
      "rule: more\nevents: {l: tardy where aa == 1 or zz == 2}\npattern: l\n---" + kRules;
  const auto arrivals = random_arrivals(7);
  const std::size_t inputs = GENERATE(1u, 2u);
  const auto run = [&](int reload_at) {
    Piping piping(kRules, options_of(2, 1, 1));
    for (std::size_t i = 0; i < inputs; ++i) piping.input(received(random_arrivals(7 + i)));
    for (int i = 0; i < reload_at; ++i) piping.step();
    if (reload_at >= 0) piping.pipeline.swap_rules(rules_of(more));
    return told(piping.finish().alerts);
  };
  const auto want = run(-1);
  REQUIRE(want.size() > 3);
  for (int at = 0; at <= static_cast<int>(arrivals.size()); ++at) {
    CAPTURE(at);
    CHECK(run(at) == want);
  }
}
