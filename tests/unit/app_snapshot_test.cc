/// Snapshots: an engine that goes on from one tells what it would have told, and bytes that are none are an
/// error.

#include "runtime/snapshot.h"
#include "tests/support/catch.h"
#include "tests/support/piping.h"

#include <array>
#include <random>

using namespace tocsin;
using namespace tocsin::tests;
using app::PipelineOptions;

namespace {

/// One rule for each thing that a key may hold.
const std::string kRules = R"(
tables: {rows: {from: put, key: k}}
---
rule: sequence
key: k
events: {a: a, b: b where x == a.x}
pattern: a -> b
within: 9s
suppress: 4s
on match: {fields: {x: a.x, t: a.t}}
on timeout: {}
---
rule: forks
key: k
events: {a: a, b: b, c: c}
pattern: a{1,2} ~> (b | c)+ ->[3s] not a
within: 8s
after match: no skip
---
rule: best
key: k
events: {a: a, b: b where x >= prior.x, c: c}
pattern: not c for 2s -> a -> b*
emit: preferred
within: 6 events
---
rule: visit
key: k
events: {a: a, b: b}
window: session 3s
pattern: a -> not b
on match: {fields: {t: a.t}}
---
rule: minute
key: k
events: {a: a|b}
window: tumbling 10s
emit: close
having: count(a) > 0
on match:
  fields: {n: count(a), s: sum(a.y), least: min(a.t), all: collect(a.t), d: distinct(a.t), f: first(a).x, sd: stddev(a.y)}
---
rule: sliding
key: k
events: {a: a|b|c}
window: sliding 7s
having: count(a) > 2
on match: {fields: {m: max(a.t), x: max(a.x), d: distinct(a.t), all: collect(a.x), f: first(a).t}}
---
rule: hops
key: k
events: {a: a, b: b}
window: hopping 10s every 5s
pattern: a -> b
on timeout: {}
---
rule: three
key: k
events: {a: any}
window: count 3 or 9s
emit: close
having: count(a) > 0
on match: {fields: {n: count(a), t: a.t}}
---
rule: asks
key: k
events: {a: a}
pattern: a
emit to: asked
on match: {fields: {v: 'rows[a.k].v'}}
---
rule: above
events: {z: asked, c: c}
pattern: z -> c
within: 5s
on match: {fields: {v: z.v}}
---
rule: quiet
key: k
keys: rows
events: {a: a|b}
pattern: not a for 6s
)";

std::string events_of(std::uint64_t seed, int count) {
  std::mt19937_64 random{seed};
  std::string out;
  int second = 0;
  for (int i = 0; i < count; ++i) {
    second += static_cast<int>(random() % 3);
    const int at = std::max(0, second - static_cast<int>(random() % 3));
    const char* const type = std::array{"a", "b", "c", "put"}[random() % 4];
    out += "{\"ts\":" + std::to_string(at) + "000,\"type\":\"" + type + "\",\"k\":\"" +
           std::array{"p", "q", "a key that is longer than twenty"}[random() % 3] +
           "\",\"x\":" + std::to_string(random() % 3) + ",\"y\":" + std::to_string(random() % 9) +
           ".5,\"t\":\"" + std::array{"one", "t\\u00e4wo", "\\\"three\\\""}[random() % 3] +
           "\",\"v\":" + std::array{"1", "2", "null"}[random() % 3] + "}\n";
  }
  return out;
}

PipelineOptions options_of(std::size_t workers) {
  PipelineOptions options;
  options.workers = workers;
  options.batch_bytes = 100;  // about an event
  options.disorder = std::chrono::seconds{2};
  return options;
}

/// A snapshot amid a stream.
std::string some_snapshot() {
  Piping piping(kRules, options_of(1));
  piping.input(events_of(7, 60));
  for (int i = 0; i < 40; ++i) piping.step();
  return piping.pipeline.save_state();
}

bool restores(const std::string& snapshot) {
  Piping piping(kRules, options_of(1));
  return piping.pipeline.restore_state(snapshot).has_value();
}

}  // namespace

TEST_CASE("an engine goes on from a snapshot as if nothing had been", "[app][snapshot]") {
  for (std::uint64_t seed = 1; seed < 6; ++seed) {
    for (const std::size_t workers : {1u, 3u}) {
      CAPTURE(seed, workers);
      const std::string events = events_of(seed, 60);
      const std::string plain = Piping(kRules, options_of(workers)).input(events).finish().alerts;
      Piping piping(kRules, options_of(workers));
      piping.input(events);
      while (piping.step()) {
        const std::string snapshot = piping.pipeline.save_state();
        REQUIRE(piping.pipeline.restore_state(snapshot));
        REQUIRE(piping.pipeline.save_state() == snapshot);
      }
      CHECK(piping.drain().advance(kTimeMax).alerts == plain);
      CHECK(piping.pipeline.runs_live() == 0);
    }
  }
}

TEST_CASE("every rule of these tells something", "[app][snapshot]") {
  Piping piping(kRules, options_of(1));
  piping.input(events_of(3, 200)).finish();
  for (const char* rule : {"sequence",
                           "forks",
                           "best",
                           "visit",
                           "minute",
                           "sliding",
                           "hops",
                           "three",
                           "asks",
                           "above",
                           "quiet"}) {
    CAPTURE(rule);
    CHECK_FALSE(piping.alerts_of(rule).empty());
  }
}

TEST_CASE("bytes that are no snapshot", "[app][snapshot]") {
  const std::string snapshot = some_snapshot();
  CHECK(restores(snapshot));
  CHECK_FALSE(restores(""));
  CHECK_FALSE(restores("tocsin"));
  CHECK_FALSE(restores(snapshot.substr(0, snapshot.size() - 1)));
  CHECK_FALSE(restores(snapshot + " "));
  std::mt19937_64 random{1};
  for (int i = 0; i < 100; ++i) {
    std::string damaged = snapshot;
    damaged[random() % damaged.size()] ^= static_cast<char>(1u << random() % 8);
    CHECK_FALSE(restores(damaged));
  }
}

/// As if the checksum were no help.
TEST_CASE("a snapshot that holds what cannot be is an error", "[app][snapshot]") {
  const std::string snapshot = some_snapshot();
  const std::string payload{*runtime::open_snapshot(snapshot)};
  CHECK(runtime::seal_snapshot(payload) == snapshot);
  std::mt19937_64 random{2};
  std::size_t refused = 0;
  for (int i = 0; i < 200; ++i) {
    std::string damaged = payload;
    for (auto changes = 1 + random() % 3; changes > 0; --changes)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    if (i % 4 == 0) damaged.resize(random() % damaged.size());
    refused += restores(runtime::seal_snapshot(damaged)) ? 0 : 1;
  }
  CHECK(refused > 50);
}

TEST_CASE("a snapshot of other rules or workers is an error", "[app][snapshot]") {
  const std::string snapshot = some_snapshot();
  Piping others(kRules + "---\nrule: more\nevents: {a: a}\npattern: a\n", options_of(1));
  const Status by_rules = others.pipeline.restore_state(snapshot);
  REQUIRE_FALSE(by_rules);
  CHECK(by_rules.error().message == "the snapshot was made under other rules");
  Piping workers(kRules, options_of(2));
  CHECK_FALSE(workers.pipeline.restore_state(snapshot));
}
