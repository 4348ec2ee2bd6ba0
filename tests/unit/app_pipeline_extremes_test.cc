/// The pipeline with what few streams have: objects as values, the ends of time.

#include "tests/support/catch.h"
#include "tests/support/piping.h"

#include <string>

using namespace tocsin;
using namespace tocsin::tests;
using app::PipelineOptions;

namespace {

const std::string kOpaque = R"(
rule: slide
key: k
events: {a: a}
window: sliding 4s
having: count(a) >= 2
emit: each
on match:
  fields: {n: count(a.v), d: distinct(a.v), lo: min(a.v), hi: max(a.v), s: sum(a.v), sd: stddev(a.v)}
---
rule: loop
key: k
events: {a: a}
pattern: a{3}
within: 9s
on match: {fields: {n: count(a.v), d: distinct(a.v), lo: min(a.v), hi: max(a.v), s: sum(a.v)}}
)";

/// Rules of which each adds something to the time of an event.
const std::string kTimed = R"(
rule: pair
events: {a: a, b: b}
pattern: a ->[90d] b
within: 400d
on timeout: {message: no b}
---
rule: absence
events: {a: a, b: b}
pattern: a ->[2d] not b
---
rule: tumbling
events: {x: a|b}
window: tumbling 7d
having: count(x) >= 1
emit: close
---
rule: hopping
events: {x: a|b}
window: hopping 100d every 30d
having: count(x) >= 1
emit: close
---
rule: sliding
events: {x: a|b}
window: sliding 400d
having: count(x) >= 1
---
rule: session
events: {x: a|b}
window: session 9d
having: count(x) >= 1
emit: close
)";

std::string event(const std::string& time, const std::string& type, const std::string& v) {
  return R"({"ts":)" + time + R"(,"type":")" + type + R"(","k":1,"v":)" + v + "}\n";
}

/// Of every alert line, the text from `fields` to the next member.
std::vector<std::string> fields_of(const std::vector<std::string>& lines) {
  std::vector<std::string> out;
  for (const std::string& line : lines) {
    const std::size_t begin = line.find("\"fields\":") + 9;
    out.push_back(line.substr(begin, line.find('}', begin) + 1 - begin));
  }
  return out;
}

}  // namespace

TEST_CASE("objects and arrays are counted, and gone with their batch", "[app][pipeline]") {
  const std::size_t batch_bytes = GENERATE(std::size_t{1}, std::size_t{90}, std::size_t{1} << 20);
  CAPTURE(batch_bytes);
  PipelineOptions options;
  options.batch_bytes = batch_bytes;
  Piping piping(kOpaque, options);
  std::string text;
  for (int second = 1; second <= 5; ++second) {
    const std::string v = second % 2 == 1 ? R"({"deep":["an object that no small buffer holds"]})" : "[1,2]";
    text += event(std::to_string(second) + "000", "a", v);
  }
  piping.input(text).finish();
  const auto slide = fields_of(piping.alerts_of("slide"));
  const auto told = [](int n) {
    return "{\"n\":" + std::to_string(n) + R"(,"d":0,"lo":null,"hi":null,"s":0,"sd":null})";
  };
  CHECK(slide == std::vector<std::string>{told(2), told(3), told(4), told(4)});
  const std::string three = R"({"n":3,"d":0,"lo":null,"hi":null,"s":0})";
  CHECK(fields_of(piping.alerts_of("loop")) == std::vector<std::string>{three});
}

TEST_CASE("floats whose sum overflows have none", "[app][pipeline]") {
  Piping piping(kOpaque, {});
  piping.input(event("1000", "a", "1.7e308") + event("2000", "a", "1.7e308") + event("3000", "a", "1"))
      .finish();
  const std::string extremes = R"("lo":1,"hi":1.7e+308,"s":null)";
  CHECK(fields_of(piping.alerts_of("slide")).back() == R"({"n":3,"d":2,)" + extremes + R"(,"sd":null})");
  CHECK(fields_of(piping.alerts_of("loop")) == std::vector<std::string>{R"({"n":3,"d":2,)" + extremes + "}"});
  const auto counters = piping.pipeline.rule_counters();
  REQUIRE(counters.size() == 2);
  CHECK(counters[0].counts.null_operations == 1);  // loop: the sum
  CHECK(counters[1].counts.null_operations == 4);  // slide: sum and deviation of two alerts
}

TEST_CASE("no rule and no bound leads beyond the ends of time", "[app][pipeline]") {
  const auto disorder = GENERATE(values<Duration>({Duration{0}, std::chrono::hours(24 * 365), kForever}));
  const std::size_t batch_bytes = GENERATE(std::size_t{1}, std::size_t{1} << 20);
  CAPTURE(disorder.count(), batch_bytes);
  PipelineOptions options;
  options.batch_bytes = batch_bytes;
  options.disorder = disorder;
  options.decode.time_format = TimeFormat::nanoseconds;
  Piping piping(kTimed, options);
  piping.input(event("-9223372036854775808", "a", "1") + event("-4611686018427387905", "a", "1") +
               event("-4611686018427387904", "a", "1") + event("0", "b", "1") +
               event("4611686018427387904", "a", "1") + event("4611686018427387905", "a", "1") +
               event("9223372036854775807", "a", "1"));
  piping.finish();
  const app::PipelineCounters& counters = piping.pipeline.counters();
  CHECK(counters.records == 7);
  CHECK(counters.events == 3);
  CHECK(counters.bad == 4);
  const auto letters = lines_of(piping.dead_letters);
  REQUIRE(letters.size() == 4);
  for (const std::string& letter : letters)
    CHECK(letter.find("\"reason\":\"bad time\"") != std::string::npos);
  CHECK(piping.alerts_of("pair").size() == 2);  // timeouts
  CHECK(piping.alerts_of("absence").size() == 2);
  CHECK(piping.alerts_of("tumbling").size() == 3);
  CHECK(piping.alerts_of("hopping").size() >= 9);
  CHECK(piping.alerts_of("sliding").size() == 3);
  CHECK(piping.alerts_of("session").size() == 3);
  CHECK(piping.pipeline.runs_live() == 0);
}
