/// Windows on a wall clock: where they begin and end when clocks are put on and back.

#include "patterns/window_grid.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::patterns {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// A zone that has followed `rule` for ever.
TimeZone zone_of(const std::string& rule) {
  const std::string header = "TZif2" + std::string(15, '\0') + std::string(15, '\0') + '\0' +
                             std::string(3, '\0') + '\1' + std::string(3, '\0') + '\4';
  const std::string body = std::string(6, '\0') + "UTC" + '\0';
  return TimeZone::decode("Made/Up", header + body + header + body + "\n" + rule + "\n").value();
}

Window tumbling(Duration size, TimeZone zone) {
  Window window;
  window.kind = WindowKind::tumbling;
  window.size = size;
  window.zone = std::move(zone);
  return window;
}

EventTime at(const std::string& text) {
  return parse_rfc3339(text).value();
}

/// `begin end` of each window that holds an event at `t`.
std::vector<std::string> holding(WindowGrid& grid, EventTime t) {
  std::vector<std::string> out;
  grid.for_each_holding(t, [&](ClockReading start) {
    std::string text;
    append_rfc3339(text, grid.begin(start));
    text += ' ';
    append_rfc3339(text, grid.end(start));
    out.push_back(text);
  });
  return out;
}

const std::string kBerlin = "CET-1CEST,M3.5.0,M10.5.0/3";

}  // namespace

TEST_CASE("windows of a day begin at midnight of their zone", "[patterns][window]") {
  WindowGrid grid(tumbling(hours(24), zone_of(kBerlin)));
  const auto day = [&](const char* t) { return holding(grid, at(t)); };
  using Spans = std::vector<std::string>;
  CHECK(day("2024-01-10T23:30:00Z") == Spans{"2024-01-10T23:00:00.000Z 2024-01-11T23:00:00.000Z"});
  CHECK(day("2024-03-30T23:00:00Z") == Spans{"2024-03-30T23:00:00.000Z 2024-03-31T22:00:00.000Z"});
  CHECK(day("2024-03-31T21:59:59Z") == Spans{"2024-03-30T23:00:00.000Z 2024-03-31T22:00:00.000Z"});
  CHECK(day("2024-03-31T22:00:00Z") == Spans{"2024-03-31T22:00:00.000Z 2024-04-01T22:00:00.000Z"});
  CHECK(day("2024-10-27T01:30:00Z") == Spans{"2024-10-26T22:00:00.000Z 2024-10-27T23:00:00.000Z"});
  CHECK(day("2024-10-27T23:00:00Z") == Spans{"2024-10-27T23:00:00.000Z 2024-10-28T23:00:00.000Z"});
}

TEST_CASE("an offset moves windows on the clock of their zone", "[patterns][window]") {
  Window window = tumbling(hours(24), zone_of(kBerlin));
  window.offset = hours(6);
  WindowGrid grid(window);
  CHECK(holding(grid, at("2024-03-31T03:59:59Z")).front() ==
        "2024-03-30T05:00:00.000Z 2024-03-31T04:00:00.000Z");
  window.zone = {};
  window.size = hours(24 * 7);
  window.offset = hours(24 * 4);
  WindowGrid weeks(window);
  CHECK(holding(weeks, at("2024-05-15T10:00:00Z")).front() ==
        "2024-05-13T00:00:00.000Z 2024-05-20T00:00:00.000Z");
  CHECK(holding(weeks, at("1969-12-31T10:00:00Z")).front() ==
        "1969-12-29T00:00:00.000Z 1970-01-05T00:00:00.000Z");
}

TEST_CASE("an hour that the clock repeats belongs to the window before it", "[patterns][window]") {
  WindowGrid grid(tumbling(hours(1), zone_of(kBerlin)));
  CHECK(holding(grid, at("2024-10-27T00:30:00Z")).front() ==
        "2024-10-27T00:00:00.000Z 2024-10-27T02:00:00.000Z");
  CHECK(holding(grid, at("2024-10-27T01:30:00Z")).front() ==
        "2024-10-27T00:00:00.000Z 2024-10-27T02:00:00.000Z");
  CHECK(holding(grid, at("2024-03-31T01:30:00Z")).front() ==
        "2024-03-31T01:00:00.000Z 2024-03-31T02:00:00.000Z");
}

TEST_CASE("every minute around a change lies in the windows that a clock tells", "[patterns][window]") {
  struct Case {
    const char* rule;
    const char* from;
    Duration size;
    Duration every;
    Duration offset;
  };
  const auto c = GENERATE(values<Case>({
      {"CET-1CEST,M3.5.0,M10.5.0/3", "2024-03-29T00:00:00Z", hours(24), hours(24), hours(0)},
      {"CET-1CEST,M3.5.0,M10.5.0/3", "2024-10-25T00:00:00Z", hours(24), hours(24), hours(5)},
      {"CET-1CEST,M3.5.0,M10.5.0/3", "2024-10-25T00:00:00Z", hours(6), hours(1), minutes(10)},
      {"CET-1CEST,M3.5.0,M10.5.0/3", "2024-03-29T00:00:00Z", minutes(15), minutes(15), hours(0)},
      {"CET-1CEST,M3.5.0,M10.5.0/3", "2024-10-25T00:00:00Z", minutes(40), minutes(25), hours(0)},
      {"<-0330>3:30<-0230>,M3.2.0/0:01,M11.1.0/0:01", "2024-11-01T00:00:00Z", hours(24), hours(12), hours(0)},
      {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2024-04-05T00:00:00Z", hours(2), hours(3), hours(1)},
  }));
  CAPTURE(c.rule, c.from, c.size.count(), c.every.count());
  Window window = tumbling(c.size, zone_of(c.rule));
  window.kind = WindowKind::hopping;
  window.every = c.every;
  window.offset = c.offset;
  WindowGrid grid(window);

  const EventTime first = at(c.from) - hours(48);
  std::map<ClockReading, EventTime> begins;  // by start: the first minute that shows it or later
  std::map<ClockReading, EventTime> ends;
  ClockReading latest = kTimeMin;
  for (EventTime t = first; t < at(c.from) + hours(96); t += minutes(1)) {
    const ClockReading shown = t + window.zone.offset_at(t);
    ClockReading next = latest == kTimeMin ? shown : latest + minutes(1);
    for (; next <= shown; next += minutes(1)) {
      const Duration since = next.time_since_epoch() - c.offset;
      if (since % c.every == Duration{0}) begins[next] = t;
      if ((since - c.size) % c.every == Duration{0}) ends[next - c.size] = t;
    }
    latest = std::max(latest, shown);
  }
  for (EventTime t = at(c.from); t < at(c.from) + hours(72); t += minutes(1)) {
    std::vector<ClockReading> want;
    for (const auto& [start, begin] : begins) {
      if (begin <= t && (!ends.contains(start) || ends.at(start) > t)) want.push_back(start);
    }
    std::vector<ClockReading> got;
    grid.for_each_holding(t, [&](ClockReading start) { got.push_back(start); });
    REQUIRE(got == want);
    for (const ClockReading start : got) {
      REQUIRE(grid.begin(start) == begins.at(start));
      REQUIRE((!ends.contains(start) || grid.end(start) == ends.at(start)));
    }
  }
}

}  // namespace tocsin::patterns
