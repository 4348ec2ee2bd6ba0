/// The pipeline's promises: one answer whatever the batches, workers and order of arrival; nothing gets lost.

#include "tests/support/catch.h"
#include "tests/support/piping.h"

#include <algorithm>
#include <random>

using namespace tocsin;
using namespace tocsin::tests;
using app::PipelineOptions;

namespace {

const std::string kRules = R"(
rule: pair
key: k
events: {a: a, b: b where v >= a.v}
pattern: a -> b
within: 9s
on match: {message: "{a.v} then {b.v}"}
on timeout: {message: no b}
---
rule: loop
key: k
events: {a: a, b: b, c: c}
pattern: a{2,} ~> b -> not c
within: 15s
on match: {fields: {n: count(a), s: sum(a.v)}}
---
rule: all
events: {a: a, b: b}
pattern: a ~> b
within: 2s
after match: no skip
---
rule: slide
key: k
events: {a: a}
window: sliding 20s
having: sum(a.v) > 9
emit: each
on match: {fields: {s: sum(a.v), d: distinct(a.v)}}
---
rule: hop
events: {x: a|b|c}
window: hopping 10s every 5s
having: count(x) > 12
emit: close
on match: {fields: {n: count(x)}}
---
rule: session
key: k
events: {c: c}
window: session 12s
having: count(c) >= 2
emit: close
on match: {fields: {n: count(c)}}
)";

struct Record {
  std::int64_t ms;
  std::string line;
};

/// Seeded: types a, b, c under five keys, times that rise by what `pause_ms` allows.
std::vector<Record> some_records(unsigned seed, int count, unsigned pause_ms) {
  std::mt19937 random(seed);
  std::vector<Record> records;
  std::int64_t ms = 1'000'000;
  for (int n = 0; n < count; ++n) {
    ms += 1 + static_cast<std::int64_t>(random() % pause_ms);
    const char type = "abc"[random() % 3];
    records.push_back({ms,
                       "{\"ts\":" + std::to_string(ms) + ",\"type\":\"" + type + "\",\"k\":\"k" +
                           std::to_string(random() % 5) + "\",\"v\":" + std::to_string(random() % 9) + "}"});
  }
  return records;
}

std::string text_of(const std::vector<Record>& records) {
  std::string text;
  for (const Record& record : records) text += record.line + "\n";
  return text;
}

/// None comes later than one that is more than `bound_ms` newer.
std::vector<Record> shuffled(const std::vector<Record>& records, unsigned seed, unsigned bound_ms) {
  std::mt19937 random(seed);
  std::vector<std::pair<std::int64_t, Record>> moved;
  for (const Record& record : records) {
    moved.emplace_back(record.ms + static_cast<std::int64_t>(random() % (bound_ms + 1)), record);
  }
  std::stable_sort(
      moved.begin(), moved.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Record> out;
  for (const auto& [place, record] : moved) out.push_back(record);
  return out;
}

PipelineOptions options_of(std::size_t batch_bytes,
                           std::size_t workers = 1,
                           Duration disorder = Duration{0}) {
  PipelineOptions options;
  options.batch_bytes = batch_bytes;
  options.read_ahead_bytes = 0;  // always
  options.workers = workers;
  options.disorder = disorder;
  return options;
}

std::string alerts_of(const std::string& text, const PipelineOptions& options) {
  return Piping(kRules, options).input(text).finish().alerts;
}

std::string event(std::int64_t ms, const std::string& type) {
  return "{\"ts\":" + std::to_string(ms) + ",\"type\":\"" + type + "\",\"k\":1,\"v\":1}\n";
}

EventTime at_ms(std::int64_t ms) {
  return EventTime{std::chrono::milliseconds(ms)};
}

constexpr std::size_t kWhole = 1u << 20;

}  // namespace

TEST_CASE("alerts are the same for any batch and any number of workers", "[app][pipeline]") {
  struct Mode {
    std::size_t batch_bytes;
    std::size_t workers;
    Duration disorder;
  };
  const auto mode = GENERATE(values<Mode>({
      {1, 1, Duration{0}},
      {61, 1, Duration{0}},
      {1000, 1, Duration{0}},
      {kWhole, 2, Duration{0}},
      {kWhole, 4, Duration{0}},
      {500, 2, Duration{0}},
      {97, 4, Duration{0}},
      {kWhole, 1, std::chrono::seconds(3)},
      {200, 2, std::chrono::seconds(3)},
  }));
  CAPTURE(mode.batch_bytes, mode.workers, mode.disorder.count());
  const std::string text = text_of(some_records(1, 200, 1500));
  static const std::string want = alerts_of(text, options_of(kWhole));
  REQUIRE(lines_of(want).size() > 100);
  for (const char* rule : {"pair", "loop", "all", "slide", "hop", "session"}) {
    CAPTURE(rule);
    CHECK(want.find(std::string("\"rule\":\"") + rule + "\"") != std::string::npos);
  }
  CHECK(alerts_of(text, options_of(mode.batch_bytes, mode.workers, mode.disorder)) == want);
}

TEST_CASE("the order of arrival within the bound does not show", "[app][pipeline]") {
  const auto seed = GENERATE(1u, 2u, 3u);
  const auto workers = GENERATE(std::size_t{1}, std::size_t{2});
  const std::size_t batch_bytes = GENERATE(std::size_t{300}, kWhole);
  CAPTURE(seed, workers, batch_bytes);
  const std::vector<Record> records = some_records(seed, 150, 1500);
  const auto options = options_of(batch_bytes, workers, std::chrono::milliseconds(4000));
  Piping piping(kRules, options);
  piping.input(text_of(shuffled(records, seed + 9, 4000))).finish();
  CHECK(piping.pipeline.counters().late == 0);
  const auto want = lines_of(alerts_of(text_of(records), options_of(kWhole)));
  CHECK(without_ids(lines_of(piping.alerts)) == without_ids(want));
}

TEST_CASE("two inputs are merged by time", "[app][pipeline]") {
  const std::size_t batch_bytes = GENERATE(std::size_t{10}, std::size_t{150}, std::size_t{1000}, kWhole);
  const auto workers = GENERATE(std::size_t{1}, std::size_t{2});
  CAPTURE(batch_bytes, workers);
  const std::vector<Record> records = some_records(4, 120, 1500);
  std::vector<Record> parts[2];
  for (std::size_t n = 0; n < records.size(); ++n) parts[n % 7 == 0 ? 0 : 1].push_back(records[n]);
  Piping piping(kRules, options_of(batch_bytes, workers));
  piping.input(text_of(parts[0])).input(text_of(parts[1])).finish();
  CHECK(piping.pipeline.counters().late == 0);
  CHECK(piping.pipeline.counters().events == records.size());
  const auto want = lines_of(alerts_of(text_of(records), options_of(kWhole)));
  CHECK(without_ids(lines_of(piping.alerts)) == without_ids(want));
}

TEST_CASE("at equal times the first input comes first", "[app][pipeline]") {
  const std::size_t batch_bytes = GENERATE(std::size_t{10}, kWhole);
  CAPTURE(batch_bytes);
  const std::string a = event(1000, "a") + event(2000, "c");
  const std::string b = event(500, "c") + event(1000, "b") + event(2000, "c");
  CHECK(Piping(kRules, options_of(batch_bytes)).input(a).input(b).finish().alerts_of("all").size() == 1);
  CHECK(Piping(kRules, options_of(batch_bytes)).input(b).input(a).finish().alerts_of("all").empty());
}

TEST_CASE("late events are counted and given out", "[app][pipeline]") {
  const std::size_t batch_bytes = GENERATE(std::size_t{1}, std::size_t{50}, kWhole);
  CAPTURE(batch_bytes);
  Piping piping(kRules, options_of(batch_bytes, 1, std::chrono::seconds(2)));
  piping.input(event(10'000, "a") + event(8'000, "a") + event(7'999, "b") + event(13'000, "c") +
               event(10'999, "b"));
  piping.finish();
  const app::PipelineCounters& counters = piping.pipeline.counters();
  CHECK(counters.records == 5);
  CHECK(counters.events == 3);
  CHECK(counters.late == 2);
  CHECK(counters.furthest_behind == std::chrono::milliseconds(2001));
  CHECK(piping.late == event(7'999, "b") + event(10'999, "b"));
  CHECK(piping.alerts_of("all").empty());
}

TEST_CASE("how far late events were behind does not depend on the batches", "[app][pipeline]") {
  const std::size_t batch_bytes = GENERATE(std::size_t{1}, std::size_t{150}, std::size_t{1000}, kWhole);
  const auto workers = GENERATE(std::size_t{1}, std::size_t{3});
  CAPTURE(batch_bytes, workers);
  const std::vector<Record> records = shuffled(some_records(8, 150, 1500), 3, 9000);
  std::uint64_t late = 0;
  std::int64_t furthest_ms = 0;
  std::int64_t newest_ms = 0;
  for (const Record& record : records) {
    newest_ms = std::max(newest_ms, record.ms);
    if (record.ms >= newest_ms - 2000) continue;
    ++late;
    furthest_ms = std::max(furthest_ms, newest_ms - record.ms);
  }
  REQUIRE(late > 10);
  Piping piping(kRules, options_of(batch_bytes, workers, std::chrono::seconds(2)));
  piping.input(text_of(records)).finish();
  CHECK(piping.pipeline.counters().late == late);
  CHECK(piping.pipeline.counters().furthest_behind == std::chrono::milliseconds(furthest_ms));
}

TEST_CASE("every record is an event, late or bad", "[app][pipeline]") {
  const std::size_t batch_bytes = GENERATE(std::size_t{1}, std::size_t{50}, kWhole);
  const auto workers = GENERATE(std::size_t{1}, std::size_t{2});
  CAPTURE(batch_bytes, workers);
  Piping piping(kRules, options_of(batch_bytes, workers));
  const std::string first = event(1000, "a");
  piping.input(first + "oops\n\n" + event(2000, "b") + "{\"type\":\"a\"}\n" + event(1000, "a") + "[1]")
      .finish();
  const app::PipelineCounters& counters = piping.pipeline.counters();
  CHECK(counters.records == 6);
  CHECK(counters.events == 2);
  CHECK(counters.late == 1);
  CHECK(counters.bad == 3);
  const auto letters = lines_of(piping.dead_letters);
  REQUIRE(letters.size() == 3);
  const std::string where =
      "{\"source\":\"in-0\",\"offset\":" + std::to_string(first.size()) + ",\"record\":1,";
  CHECK(letters[0].substr(0, where.size()) == where);
  CHECK(letters[0].find("\"raw\":\"oops\"") != std::string::npos);
  CHECK(letters[1].find("\"record\":3,") != std::string::npos);
  CHECK(letters[2].find("\"record\":5,") != std::string::npos);
  CHECK(piping.alerts_of("pair").size() == 1);
}

TEST_CASE("an overlong record is skipped and counted once", "[app][pipeline]") {
  const std::size_t batch_bytes = GENERATE(std::size_t{1}, std::size_t{50}, std::size_t{130}, kWhole);
  CAPTURE(batch_bytes);
  PipelineOptions options = options_of(batch_bytes);
  options.decode.record_bytes_max = 100;
  Piping piping(kRules, options);
  const std::string overlong =
      "{\"ts\":1500,\"type\":\"b\",\"k\":1,\"v\":\"" + std::string(300, 'x') + "\"}\n";
  piping.input(event(1000, "a") + overlong + event(2000, "b") + overlong).finish();
  const app::PipelineCounters& counters = piping.pipeline.counters();
  CHECK(counters.records == 4);
  CHECK(counters.events == 2);
  CHECK(counters.bad == 2);
  const auto letters = lines_of(piping.dead_letters);
  REQUIRE(letters.size() == 2);
  CHECK(letters[0].find("\"record\":1,\"reason\":\"record too long\"") != std::string::npos);
  CHECK(letters[1].find("\"record\":3,\"reason\":\"record too long\"") != std::string::npos);
  CHECK(piping.alerts_of("pair").size() == 1);
}

TEST_CASE("an overlong row ends where its quotes say", "[app][pipeline]") {
  const std::size_t batch_bytes = GENERATE(std::size_t{1}, std::size_t{50}, std::size_t{130}, kWhole);
  CAPTURE(batch_bytes);
  PipelineOptions options = options_of(batch_bytes);
  options.decode.record_bytes_max = 100;
  Piping piping(kRules, options);
  const std::string lines = "1200,a,1,1\n1300,\"\"b\"\",1,1\n";  // what looks like rows, in one cell
  std::string cell;
  while (cell.size() < 300) cell += lines;
  const std::string rows = "ts,type,k,v\n1000,a,1,1\n1500,b,1,\"" + cell + "\"\n2000,b,1,1\n";
  piping.input(rows, connectors::Format::csv).finish();
  const app::PipelineCounters& counters = piping.pipeline.counters();
  CHECK(counters.records == 3);
  CHECK(counters.events == 2);
  CHECK(counters.bad == 1);
  CHECK(piping.alerts_of("pair").size() == 1);
}

TEST_CASE("what waits at the end can be kept, taken or timed out", "[app][pipeline]") {
  Piping piping(kRules, options_of(kWhole, 1, std::chrono::seconds(5)));
  piping.input(event(1000, "a") + event(2000, "b") + event(3000, "a")).run();
  CHECK(piping.alerts.empty());  // the watermark has not got there
  CHECK(piping.pipeline.watermark() == at_ms(-2000));
  piping.drain();
  CHECK(piping.alerts_of("pair").size() == 1);
  CHECK(piping.pipeline.runs_live() > 0);
  piping.advance(at_ms(12'000));
  CHECK(piping.alerts_of("pair").size() == 1);  // a deadline itself still counts
  piping.advance(at_ms(12'000) + Duration{1});
  CHECK(piping.alerts_of("pair").size() == 2);
  piping.advance(kTimeMax);
  CHECK(piping.pipeline.runs_live() == 0);
}

TEST_CASE("time runs out a part at a time, with the same alerts", "[app][pipeline]") {
  const std::size_t workers = GENERATE(1u, 2u);
  const std::string text = text_of(some_records(7, 20'000, 400));
  const std::string rules = R"(
rule: alone
key: k
events: {a: a, b: b}
pattern: a -> b
within: 900s
after match: no skip
runs: all
on match: none
on timeout: {message: no b}
---
rule: told
key: v
events: {a: a, c: c where v > 100}
pattern: a -> c
within: 1d
on timeout: {message: no c}
)";
  Piping whole(rules, options_of(kWhole, workers));
  whole.input(text).run().drain().advance(kTimeMax);
  Piping parts(rules, options_of(kWhole, workers));
  parts.input(text).run().drain();
  std::string alerts = parts.alerts;
  std::size_t most = 0;
  std::size_t count = 1;
  app::StepOutput out;
  for (bool there = false; !there; ++count) {
    there = parts.pipeline.advance_part(kTimeMax, out);
    most = std::max(most, out.alerts.alerts.size());
    for (const runtime::Alert& alert : out.alerts.alerts) alerts += out.alerts.line(alert);
    out.clear();
  }
  CHECK(count > 3);
  CHECK(most < 4'000);
  CHECK(alerts == whole.alerts);
  CHECK(parts.pipeline.runs_live() == 0);
}
