#include "base/time.h"
#include "tests/support/catch.h"

#include <string>

namespace tocsin {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

EventTime at(std::int64_t ns) {
  return EventTime{Duration{ns}};
}

std::string rfc3339(EventTime t) {
  std::string out;
  append_rfc3339(out, t);
  return out;
}

TEST_CASE("durations are read and written back", "[base][time]") {
  struct Case {
    const char* text;
    std::int64_t ns;
    const char* shortest;
  };
  const auto c = GENERATE(values<Case>({
      {"0s", 0, "0s"},
      {"1ns", 1, "1ns"},
      {"1us", 1'000, "1us"},
      {"500ms", 500'000'000, "500ms"},
      {"1s", 1'000'000'000, "1s"},
      {"1.5s", 1'500'000'000, "1.5s"},
      {"1s500ms", 1'500'000'000, "1.5s"},
      {"0.000000001s", 1, "1ns"},
      {"1.0000000000000000000000s", 1'000'000'000, "1s"},
      {"90m", 5'400'000'000'000, "1h30m"},
      {"1h30m", 5'400'000'000'000, "1h30m"},
      {"1.5h", 5'400'000'000'000, "1h30m"},
      {"2w", 1'209'600'000'000'000, "14d"},
      {"1d1ns", 86'400'000'000'001, "1d1ns"},
      {"1m1.25s", 61'250'000'000, "1m1.25s"},
      {"-1h30m", -5'400'000'000'000, "-1h30m"},
      {"9223372036854775807ns", kMax, "106751d23h47m16.854775807s"},
      {"-9223372036854775808ns", kMin, "-106751d23h47m16.854775808s"},
  }));
  CAPTURE(c.text);
  const auto read = parse_duration(c.text);
  REQUIRE(read.has_value());
  CHECK(read->count() == c.ns);
  CHECK(format_duration(*read) == c.shortest);
  CHECK(parse_duration(c.shortest) == read);
}

TEST_CASE("what is no duration is refused", "[base][time]") {
  const std::string text = GENERATE(values<std::string>({
      "",
      "-",
      "1",
      "s",
      "1x",
      "1 s",
      " 1s",
      "1s ",
      "1.s",
      ".5s",
      "1..5s",
      "1e3s",
      "+1s",
      "--1s",
      "1S",
      "1h-1m",
      "1m1h",
      "1h1h",
      "1.5ns",
      "0.0000000001s",
      "9223372036854775808ns",
      "1000000000w",
      "99999999999999999999s",
      "1sec",
  }));
  CAPTURE(text);
  CHECK_FALSE(parse_duration(text).has_value());
}

TEST_CASE("RFC 3339 is read and written back", "[base][time]") {
  struct Case {
    const char* text;
    std::int64_t ns;
    const char* written;
  };
  const auto c = GENERATE(values<Case>({
      {"1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00.000Z"},
      {"2023-11-14T22:13:20Z", 1'700'000'000'000'000'000, "2023-11-14T22:13:20.000Z"},
      {"2023-11-14t23:13:20.5+01:00", 1'700'000'000'500'000'000, "2023-11-14T22:13:20.500Z"},
      {"2023-11-14 16:43:20.123456789-05:30", 1'700'000'000'123'456'789, "2023-11-14T22:13:20.123456789Z"},
      {"2023-11-14T22:13:20.1234Z", 1'700'000'000'123'400'000, "2023-11-14T22:13:20.1234Z"},
      {"2000-02-29T00:00:00z", 951'782'400'000'000'000, "2000-02-29T00:00:00.000Z"},
      {"2016-12-31T23:59:60Z", 1'483'228'800'000'000'000, "2017-01-01T00:00:00.000Z"},
      {"1969-12-31T23:59:59.999Z", -1'000'000, "1969-12-31T23:59:59.999Z"},
      {"1677-09-21T00:12:43.145224192Z", kMin, "1677-09-21T00:12:43.145224192Z"},
      {"2262-04-11T23:47:16.854775807Z", kMax, "2262-04-11T23:47:16.854775807Z"},
  }));
  CAPTURE(c.text);
  const auto read = parse_rfc3339(c.text);
  REQUIRE(read.has_value());
  CHECK(read->time_since_epoch().count() == c.ns);
  CHECK(rfc3339(*read) == c.written);
}

TEST_CASE("every day from 1678 to 2261 is read back as written", "[base][time]") {
  std::size_t wrong = 0;
  for (std::int64_t day = -106'000; day < 106'000; ++day) {
    const EventTime t = at(day * 86'400'000'000'000 + 1);
    if (parse_rfc3339(rfc3339(t)) != t) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("one writer writes times of any days", "[base][time]") {
  TimeWriter writer;
  std::array<char, TimeWriter::kBytesMax> text;
  for (const std::int64_t ns : {std::int64_t{0},
                                std::int64_t{86'399'999'999'999},
                                std::int64_t{86'400'000'000'000},
                                std::int64_t{-1},
                                std::int64_t{5'000'000'001},
                                kMin,
                                kMax}) {
    const std::string_view written{text.data(),
                                   static_cast<std::size_t>(writer.put(text.data(), at(ns)) - text.data())};
    CHECK(written == rfc3339(at(ns)));
    CHECK(parse_rfc3339(written) == at(ns));
  }
}

TEST_CASE("what is no RFC 3339 time is refused", "[base][time]") {
  const std::string text = GENERATE(values<std::string>({
      "",
      "2023-11-14",
      "2023-11-14T22:13:20",
      "2023-11-14T22:13Z",
      "2023-13-14T22:13:20Z",
      "2023-00-14T22:13:20Z",
      "2023-11-31T22:13:20Z",
      "2023-02-29T22:13:20Z",
      "1900-02-29T22:13:20Z",
      "2023-11-00T22:13:20Z",
      "2023-11-14T24:13:20Z",
      "2023-11-14T22:60:20Z",
      "2023-11-14T22:13:61Z",
      "2023-11-14T22:13:20.Z",
      "2023-11-14T22:13:20.1234567890Z",
      "2023-11-14T22:13:20+1:00",
      "2023-11-14T22:13:20+24:00",
      "2023-11-14T22:13:20ZZ",
      "23-11-14T22:13:20Z",
      "2263-01-01T00:00:00Z",
      "1677-09-21T00:12:43.145224191Z",
  }));
  CAPTURE(text);
  CHECK_FALSE(parse_rfc3339(text).has_value());
}

TEST_CASE("times are read in the unit given", "[base][time]") {
  struct Case {
    const char* text;
    TimeFormat format;
    std::int64_t ns;
  };
  const auto c = GENERATE(values<Case>({
      {"1700000000", TimeFormat::seconds, 1'700'000'000'000'000'000},
      {"1700000000.123456789", TimeFormat::seconds, 1'700'000'000'123'456'789},
      {"1700000000.1234567899", TimeFormat::seconds, 1'700'000'000'123'456'789},
      {"1.7e9", TimeFormat::seconds, 1'700'000'000'000'000'000},
      {"-1.5", TimeFormat::seconds, -1'500'000'000},
      {"1700000000006", TimeFormat::milliseconds, 1'700'000'000'006'000'000},
      {"1.5", TimeFormat::milliseconds, 1'500'000},
      {"7", TimeFormat::microseconds, 7'000},
      {"9223372036854775807", TimeFormat::nanoseconds, kMax},
      {"-9223372036854775808", TimeFormat::nanoseconds, kMin},
      {"1970-01-01T00:00:01Z", TimeFormat::rfc3339, 1'000'000'000},
  }));
  CAPTURE(c.text);
  const auto read = parse_time(c.text, c.format);
  REQUIRE(read.has_value());
  CHECK(read->time_since_epoch().count() == c.ns);
}

TEST_CASE("times that do not fit are refused", "[base][time]") {
  CHECK_FALSE(parse_time("9223372036854775808", TimeFormat::nanoseconds).has_value());
  CHECK_FALSE(parse_time("9223372037", TimeFormat::seconds).has_value());
  CHECK_FALSE(parse_time("1e300", TimeFormat::seconds).has_value());
  CHECK_FALSE(parse_time("1e", TimeFormat::seconds).has_value());
  CHECK_FALSE(parse_time("", TimeFormat::seconds).has_value());
  CHECK_FALSE(parse_time("nan", TimeFormat::seconds).has_value());
  CHECK_FALSE(parse_time("1.5", TimeFormat::rfc3339).has_value());
  CHECK_FALSE(time_from_units(kMax, TimeFormat::microseconds).has_value());
  CHECK_FALSE(time_from_units(1, TimeFormat::rfc3339).has_value());
  CHECK(time_from_units(-2, TimeFormat::seconds) == at(-2'000'000'000));
}

TEST_CASE("adding to a time saturates", "[base][time]") {
  CHECK(saturating_add(at(5), Duration{6}) == at(11));
  CHECK(saturating_add(kTimeMax, Duration{1}) == kTimeMax);
  CHECK(saturating_add(kTimeMin, Duration{-1}) == kTimeMin);
}

}  // namespace
}  // namespace tocsin
