#include "patterns/posix_zone.h"
#include "patterns/time_zone.h"
#include "tests/support/catch.h"

#include <string>

namespace tocsin::patterns {
namespace {

using namespace std::string_literals;

std::string big_endian(std::int64_t value, std::size_t bytes) {
  std::string out;
  for (std::size_t i = bytes; i-- > 0;) out += static_cast<char>(value >> (8 * i) & 0xFF);
  return out;
}

/// A zone file in two parts, the first of which is empty: offsets of 0, then 3600 s from second 1000 on.
std::string zone_file(const std::string& footer) {
  const auto header = [](int times, int types) {
    return "TZif2"s + std::string(15, '\0') + std::string(12, '\0') + big_endian(times, 4) +
           big_endian(types, 4) + big_endian(4, 4);
  };
  const std::string letters = "UTC\0"s;
  const std::string first = header(0, 1) + big_endian(0, 6) + letters;
  return first + header(1, 2) + big_endian(1000, 8) + "\1"s + big_endian(0, 6) + big_endian(3600, 4) +
         "\0\0"s + letters + "\n" + footer + "\n";
}

std::int64_t offset_at(const TimeZone& zone, std::int64_t second) {
  return zone.offset_at(EventTime{std::chrono::seconds{second}}).count();
}

TEST_CASE("zone files", "[patterns]") {
  const auto zone = TimeZone::decode("Made/Up", zone_file(""));
  REQUIRE(zone);
  CHECK(zone->name() == "Made/Up");
  CHECK(offset_at(*zone, 999) == 0);
  CHECK(offset_at(*zone, 1000) == 3600);
  CHECK(zone->offset_at(EventTime{std::chrono::seconds{1000} - Duration{1}}).count() == 0);
  const auto ruled = TimeZone::decode("Made/Up", zone_file("ABC-2"));
  REQUIRE(ruled);
  CHECK(offset_at(*ruled, 999) == 0);
  CHECK(offset_at(*ruled, 1000) == 7200);
}

TEST_CASE("damaged zone files are refused wherever they are cut", "[patterns]") {
  const std::string whole = zone_file("ABC-2");
  const std::size_t body = whole.size() - "\nABC-2\n"s.size();
  for (std::size_t size = 0; size < body; ++size) CHECK_FALSE(TimeZone::decode("z", whole.substr(0, size)));
  CHECK_FALSE(TimeZone::decode("z", zone_file("nonsense")));
  std::string counts = whole;
  counts.replace(20, 24, std::string(24, '\xFF'));
  CHECK_FALSE(TimeZone::decode("z", counts));
}

TEST_CASE("rules for the years to come", "[patterns]") {
  struct Case {
    const char* rule;
    std::int64_t second;
    std::int64_t offset;
  };
  const auto c = GENERATE(values<Case>({
      {"UTC0", 0, 0},
      {"<+0530>-5:30", 0, 19800},
      {"EST5", 0, -18000},
      {"CET-1CEST,M3.5.0,M10.5.0/3", 1711846799, 3600},  // 2024-03-31T00:59:59Z
      {"CET-1CEST,M3.5.0,M10.5.0/3", 1711846800, 7200},
      {"CET-1CEST,M3.5.0,M10.5.0/3", 1729990799, 7200},  // 2024-10-27T00:59:59Z
      {"CET-1CEST,M3.5.0,M10.5.0/3", 1729990800, 3600},
      {"AEST-10AEDT,M10.1.0,M4.1.0/3", 1704067200, 39600},  // January in the south
      {"AEST-10AEDT,M10.1.0,M4.1.0/3", 1719792000, 36000},
      {"ABC0DEF,J60/0,J61/0", 1709251200, 3600},         // 2024-03-01, day 60 for all but leap days
      {"ABC0DEF,J60/0,J61/0", 1709164800, 0},            // 2024-02-29
      {"ABC0DEF,59/0,60/0", 1709164800, 3600},           // the 60th day of 2024
      {"IST-2IDT,M3.4.4/26,M10.5.0", 1711663199, 7200},  // Thursday's 26th hour: Friday 2024-03-29 02:00
      {"IST-2IDT,M3.4.4/26,M10.5.0", 1711670400, 10800},
  }));
  CAPTURE(c.rule, c.second);
  const auto zone = parse_posix_zone(c.rule);
  REQUIRE(zone);
  CHECK(zone->offset_at(std::chrono::sys_seconds{std::chrono::seconds{c.second}}).count() == c.offset);
}

TEST_CASE("what is no rule", "[patterns]") {
  const auto text = GENERATE(values<const char*>({"",
                                                  "CET",
                                                  "-1",
                                                  "<CET-1",
                                                  "CET-1CEST",
                                                  "CET-1CEST,M3.5.0",
                                                  "CET-1CEST,M13.5.0,M10.5.0",
                                                  "CET-1CEST,M3.6.0,M10.5.0",
                                                  "CET-1CEST,M3.5.7,M10.5.0",
                                                  "CET-1CEST,M3.5.0,M10.5.0,",
                                                  "CET-1 ",
                                                  "CET-99999999999"}));
  CAPTURE(text);
  CHECK_FALSE(parse_posix_zone(text));
}

TEST_CASE("the system's zones", "[patterns]") {
  struct Case {
    const char* zone;
    std::int64_t second;
    std::int64_t offset;
  };
  const auto c = GENERATE(values<Case>({
      {"UTC", 1700000000, 0},
      {"Europe/Berlin", 1700000000, 3600},
      {"Europe/Berlin", 1690000000, 7200},
      {"Europe/Berlin", -4000000000, 3208},  // 1843: local mean time
      {"Europe/Berlin", 4118083200, 7200},   // July 2100, by the rule
      {"America/New_York", 1700000000, -18000},
      {"Asia/Kathmandu", 1700000000, 20700},
  }));
  CAPTURE(c.zone, c.second);
  const auto zone = TimeZone::load(c.zone);
  REQUIRE(zone);
  CHECK(offset_at(*zone, c.second) == c.offset);
}

TEST_CASE("names that lead nowhere", "[patterns]") {
  const auto name =
      GENERATE(values<const char*>({"", "Europe", "/etc/passwd", "../UTC", "Europe/Berlin ", "europe\\x"}));
  CAPTURE(name);
  CHECK_FALSE(TimeZone::load(name));
}

}  // namespace
}  // namespace tocsin::patterns
