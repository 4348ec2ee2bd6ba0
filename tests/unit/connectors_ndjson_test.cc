#include "tests/support/catch.h"
#include "tests/support/decoding.h"

#include <string>

namespace tocsin::connectors {
namespace {

DecodedText decoded(std::string_view text, const DecodeOptions& options = {}) {
  DecodedText out(Format::ndjson, text, options);
  out.decode_all();
  return out;
}

/// What the values of one event of type `a` with the fields `fields` are.
std::string values_of(const std::string& fields) {
  const DecodedText out = decoded(R"({"ts":1,"type":"a",)" + fields + "}\n");
  return out.batch().events.empty() ? out.bad() : values_text(out.batch().events[0], *make_test_schema());
}

/// Why `record` is not admitted; empty if it is.
std::string reason_of(std::string_view record, const DecodeOptions& options = {}) {
  const DecodedText out = decoded(record, options);
  return out.batch().bad.empty() ? "" : out.batch().bad[0].reason;
}

TEST_CASE("lines become events", "[connectors][ndjson]") {
  const DecodedText out = decoded(
      "{\"ts\":5,\"type\":\"a\",\"user\":\"u1\"}\n"
      "\n"
      "  \t\r\n"
      " { \"user\" : \"u2\" , \"type\" : \"b\" , \"ts\" : 6 } \r\n"
      "{\"ts\":7,\"type\":\"c\",\"user\":\"u3\"}");
  CHECK(out.events() ==
        "0 5 a [user=\"u1\"] {\"ts\":5,\"type\":\"a\",\"user\":\"u1\"}\n"
        "38 6 b [user=\"u2\"] { \"user\" : \"u2\" , \"type\" : \"b\" , \"ts\" : 6 }\n"
        "85 7 c? [unseen] {\"ts\":7,\"type\":\"c\",\"user\":\"u3\"}\n");
  CHECK(out.bad().empty());
  CHECK(out.batch().records == 3);
  CHECK(out.batch().events[1].partition == PartitionId{7});
}

TEST_CASE("values are what their JSON says", "[connectors][ndjson]") {
  struct Case {
    const char* fields;
    const char* want;
  };
  const auto c = GENERATE(values<Case>({
      {R"("user":null)", ""},
      {R"("other":1)", ""},
      {R"("user":true,"amount":false)", "user=true amount=false"},
      {R"("amount":0)", "amount=0"},
      {R"("amount":-0)", "amount=0"},
      {R"("amount":9223372036854775807)", "amount=9223372036854775807"},
      {R"("amount":-9223372036854775808)", "amount=-9223372036854775808"},
      {R"("amount":9223372036854775808)", "amount=~9223372036854775808"},
      {R"("amount":57.00)", "amount=~57"},
      {R"("amount":1E2)", "amount=~100"},
      {R"("amount":-1.5e-3)", "amount=~-0.0015"},
      {R"("amount":1e400)", "amount=~null"},  // infinite, which JSON cannot say
      {R"("amount":1e-400)", "amount=~0"},
      {R"("amount":{"a": [1, {}]})", R"(amount={"a": [1, {}]})"},
      {R"("amount":[ ])", "amount=[ ]"},
      {R"("user":"")", R"(user="")"},
      {R"("user":"x,]}:{")", R"(user="x,]}:{")"},
      {R"("user":"first","user":"second")", R"(user="first")"},
      {R"("geo":{"city":"x","country":"FR"})", R"(geo.country="FR")"},
      {R"("geo":{"country":{"code":"FR"}})", R"(geo.country={"code":"FR"})"},
      {R"("geo":{"a":{"country":"x"},"country":null,"country":"FR"})", ""},
      {R"("geo":{})", ""},
      {R"("geo":"country")", ""},
      {R"("geo":[{"country":"FR"}])", ""},
      {R"("geo.country":"FR")", ""},
      {R"("items":[{"sku":"s1"},{"sku":"s2"}])", R"(items[0].sku="s1")"},
      {R"("items":[{"no":1},{"sku":"s2"}])", ""},
      {R"("items":[])", ""},
      {R"("items":{"0":{"sku":"s1"}})", ""},
  }));
  CAPTURE(c.fields);
  CHECK(values_of(c.fields) == c.want);
}

TEST_CASE("strings are unescaped, keys too", "[connectors][ndjson]") {
  struct Case {
    const char* json;
    std::string_view text;
  };
  using namespace std::string_view_literals;
  const auto c = GENERATE(values<Case>({
      {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
      {R"("a\u0041z")", "aAz"},
      {R"("\u0000")", "\0"sv},
      {R"("\u00e9\u20AC\uD83D\uDE00")", "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"},
      {R"("\ud83d")", "\xEF\xBF\xBD"},
      {R"("\ude00x")", "\xEF\xBF\xBDx"},
      {R"("\ud83d\ud83d\ude00")", "\xEF\xBF\xBD\xF0\x9F\x98\x80"},
      {R"("\ud83dA\n")",
       "\xEF\xBF\xBD"
       "A\n"},
      {"\"\xC3\xA9\xF0\x9F\x98\x80\"", "\xC3\xA9\xF0\x9F\x98\x80"},
      {R"("ends with \\")", "ends with \\"},
  }));
  CAPTURE(c.json);
  const DecodedText out = decoded(R"({"ts":1,"t\u0079pe":"\u0061","us\u0065r":)" + std::string(c.json) + "}");
  REQUIRE(out.batch().events.size() == 1);
  CHECK(out.batch().events[0].type_name == "a");
  CHECK(out.batch().events[0].values[0].as_text() == c.text);
}

TEST_CASE("strings without escapes are not copied", "[connectors][ndjson]") {
  const DecodedText out = decoded(R"({"ts":1,"type":"a","user":"u1"})");
  const char* const text = out.batch().events.at(0).values[0].as_text().data();
  CHECK(text == out.text().data() + out.text().find("u1"));
}

TEST_CASE("what is no record says why", "[connectors][ndjson]") {
  struct Case {
    const char* record;
    const char* reason;
  };
  const auto c = GENERATE(values<Case>({
      {R"({"ts":1,"type":"a"})", ""},
      {R"({"ts":1,"type":"a","x":[1,"2",{"y":[]},null]})", ""},
      {"{}", "no time"},
      {R"({"type":"a"})", "no time"},
      {R"({"ts":null,"type":"a"})", "no time"},
      {R"({"x":{"ts":1},"type":"a"})", "no time"},
      {R"({"ts":true,"type":"a"})", "bad time"},
      {R"({"ts":[1],"type":"a"})", "bad time"},
      {R"({"ts":"soon","type":"a"})", "bad time"},
      {R"({"ts":"","type":"a"})", "bad time"},
      {R"({"ts":9223372036855,"type":"a"})", "bad time"},
      {R"({"ts":1})", "no type"},
      {R"({"ts":1,"type":null})", "no type"},
      {R"({"ts":1,"type":7})", "type is not a string"},
      {R"({"ts":1,"type":{}})", "type is not a string"},
      {"7", "not an object"},
      {"\"x\"", "not an object"},
      {"null", "not an object"},
      {R"([{"ts":1,"type":"a"}])", "not an object"},
      {"x", "not JSON"},
      {"[1", "not JSON"},
      {"7 8", "not JSON"},
      {R"({"ts":1,"type":"a"}})", "not JSON"},
      {R"({"ts":1,"type":"a"}{"ts":1,"type":"a"})", "not JSON"},
      {R"({"ts":1,"type":"a"} x)", "not JSON"},
      {R"({"ts":1,"type":"a")", "not JSON"},
      {R"({"ts":1,"type":"a",})", "not JSON"},
      {R"({"ts":1,"type":"a","x")", "not JSON"},
      {R"({"ts":1,"type":"a","x":)", "not JSON"},
      {R"({"ts":1,"type":"a","x":})", "not JSON"},
      {R"({"ts":1,"type":"a","x" 1})", "not JSON"},
      {R"({"ts":1,"type":"a" "x":1})", "not JSON"},
      {R"({"ts":1,"type":"a",x:1})", "not JSON"},
      {R"({"ts":1,"type":"a","x":"y)", "not JSON"},
      {R"({"ts":1,"type":"a","x":"y\"})", "not JSON"},
      {R"({"ts":1,"type":"a","x":"\x"})", "not JSON"},
      {R"({"ts":1,"type":"a","x":"\u12g4"})", "not JSON"},
      {R"({"ts":1,"type":"a","\u12":1})", "not JSON"},
      {"{\"ts\":1,\"type\":\"a\",\"x\":\"\t\"}", "not JSON"},
      {R"({"ts":1,"type":"a","x":tru})", "not JSON"},
      {R"({"ts":1,"type":"a","x":nullx})", "not JSON"},
      {R"({"ts":1,"type":"a","x":01})", "not JSON"},
      {R"({"ts":1,"type":"a","x":1.})", "not JSON"},
      {R"({"ts":1,"type":"a","x":.5})", "not JSON"},
      {R"({"ts":1,"type":"a","x":+1})", "not JSON"},
      {R"({"ts":1,"type":"a","x":1e})", "not JSON"},
      {R"({"ts":1,"type":"a","x":-})", "not JSON"},
      {R"({"ts":1,"type":"a","x":1-2})", "not JSON"},
      {R"({"ts":1,"type":"a","x":NaN})", "not JSON"},
      {R"({"ts":1,"type":"a","x":[1,]})", "not JSON"},
      {R"({"ts":1,"type":"a","x":[1 2]})", "not JSON"},
      {R"({"ts":1,"type":"a","x":[1}})", "not JSON"},
      {R"({"ts":1,"type":"a","x":{"y":1]})", "not JSON"},
      {R"({"ts":1,"type":"a","x":{"y"}})", "not JSON"},
      {R"({"ts":1,"type":"a","x":{,}})", "not JSON"},
      {R"({"ts":1,"type":"a","x":"y"z})", "not JSON"},
      {R"({"ts":1,"type":"a","x":y"z"})", "not JSON"},
      {"{\"ts\":1,\"type\":\"a\",\"x\":\"\xFF\"}", "not UTF-8"},
      {"{\"ts\":1,\"type\":\"\xC3\"}", "not UTF-8"},
      {"{\"ts\":1,\"type\":\"\xED\xA0\x80\"}", "not UTF-8"},
  }));
  CAPTURE(c.record);
  CHECK(reason_of(c.record) == c.reason);
}

TEST_CASE("a record cut off anywhere is no record, and its neighbours stay", "[connectors][ndjson]") {
  const std::string good = R"({"ts":1,"type":"a","user":"u\u0031","geo":{"country":"FR"},"x":[1,-2.5,true]})";
  for (std::size_t size = 1; size < good.size(); ++size) {
    const std::string cut = good.substr(0, size);
    CAPTURE(cut);
    const DecodedText out = decoded(good + '\n' + cut + '\n' + good + '\n');
    CHECK(out.batch().events.size() == 2);
    CHECK(out.bad() == std::to_string(good.size() + 1) + " not JSON: " + cut + '\n');
    CHECK(out.batch().bad.at(0).index == 1);
  }
}

TEST_CASE("nesting has a limit", "[connectors][ndjson]") {
  DecodeOptions options;
  options.depth_max = 4;
  const auto nested = [](std::size_t arrays) {
    return R"({"ts":1,"type":"a","x":)" + std::string(arrays, '[') + std::string(arrays, ']') + "}";
  };
  CHECK(reason_of(nested(3), options).empty());
  CHECK(reason_of(nested(4), options) == "too deep");
  CHECK(reason_of(std::string(100'000, '['), options) == "too deep");
  CHECK(reason_of(R"({"ts":1,"type":"a","x":{"y":{"z":{"w":{}}}}})", options) == "too deep");
  CHECK(reason_of(nested(63)).empty());
  CHECK(reason_of(nested(64)) == "too deep");
}

TEST_CASE("records have a limit of bytes", "[connectors][ndjson]") {
  DecodeOptions options;
  options.record_bytes_max = 30;
  const std::string fits = R"({"ts":1,"type":"a","user":"1"})";
  const std::string too_long = R"({"ts":1,"type":"a","user":"12"})";
  REQUIRE(fits.size() == 30);
  const DecodedText out = decoded(fits + '\n' + too_long + '\n' + fits + '\n', options);
  CHECK(out.batch().events.size() == 2);
  CHECK(out.bad() == "31 record too long: " + too_long + '\n');
  CHECK(reason_of(std::string(1'000'000, 'x'), options) == "record too long");
}

TEST_CASE("records longer than a block are read", "[connectors][ndjson]") {
  const std::string small = "{\"ts\":1,\"type\":\"a\"}\n";
  const std::string user(300'000, 'u');
  std::string text;
  for (int i = 0; i < 5'000; ++i) text += small;
  text += R"({"ts":2,"type":"b","user":")" + user + "\"}\n" + small;
  const DecodedText out = decoded(text);
  REQUIRE(out.batch().events.size() == 5'002);
  CHECK(out.batch().events[5'000].values[0].as_text() == user);
  CHECK(out.batch().events[5'001].offset == text.size() - small.size());
}

TEST_CASE("times come as numbers, numeric strings or RFC 3339", "[connectors][ndjson]") {
  struct Case {
    TimeFormat format;
    const char* time;
    std::int64_t ns;
  };
  const auto c = GENERATE(values<Case>({
      {TimeFormat::milliseconds, "1700000000006", 1'700'000'000'006'000'000},
      {TimeFormat::milliseconds, "\"1700000000006\"", 1'700'000'000'006'000'000},
      {TimeFormat::seconds, "1700000000.25", 1'700'000'000'250'000'000},
      {TimeFormat::seconds, "-1", -1'000'000'000},
      {TimeFormat::nanoseconds, "5", 5},
      {TimeFormat::rfc3339, "\"1970-01-01T00:00:01Z\"", 1'000'000'000},
      {TimeFormat::rfc3339, "\"1970-01-01T00:00:01\\u005A\"", 1'000'000'000},
  }));
  CAPTURE(c.time);
  DecodeOptions options;
  options.time_field = "@timestamp";
  options.time_format = c.format;
  const DecodedText out = decoded(R"({"type":"a","@timestamp":)" + std::string(c.time) + "}", options);
  REQUIRE(out.batch().events.size() == 1);
  CHECK(out.batch().events[0].time.time_since_epoch().count() == c.ns);
  options.time_format = TimeFormat::rfc3339;
  CHECK(reason_of(R"({"type":"a","@timestamp":1})", options) == "bad time");
}

TEST_CASE("times far from the ends of 64 bits are times", "[connectors][ndjson]") {
  struct Case {
    TimeFormat format;
    const char* time;
    const char* reason;
  };
  const auto c = GENERATE(values<Case>({
      {TimeFormat::nanoseconds, "4611686018427387904", ""},
      {TimeFormat::nanoseconds, "4611686018427387905", "bad time"},
      {TimeFormat::nanoseconds, "-4611686018427387904", ""},
      {TimeFormat::nanoseconds, "-4611686018427387905", "bad time"},
      {TimeFormat::nanoseconds, "9223372036854775807", "bad time"},
      {TimeFormat::nanoseconds, "-9223372036854775808", "bad time"},
      {TimeFormat::nanoseconds, "9223372036854775808", "bad time"},
      {TimeFormat::milliseconds, "4611686018427", ""},
      {TimeFormat::milliseconds, "4611686018428", "bad time"},
      {TimeFormat::seconds, "-4611686018.5", "bad time"},
      {TimeFormat::seconds, "1e300", "bad time"},
      {TimeFormat::rfc3339, "\"2116-02-20T23:53:38.427387904Z\"", ""},
      {TimeFormat::rfc3339, "\"2116-02-20T23:53:38.427387905Z\"", "bad time"},
      {TimeFormat::rfc3339, "\"1823-11-12T00:06:21.572612096Z\"", ""},
      {TimeFormat::rfc3339, "\"1823-11-12T00:06:21.572612095Z\"", "bad time"},
      {TimeFormat::rfc3339, "\"0001-01-01T00:00:00Z\"", "bad time"},
      {TimeFormat::rfc3339, "\"9999-12-31T23:59:59Z\"", "bad time"},
  }));
  CAPTURE(c.time);
  DecodeOptions options;
  options.time_format = c.format;
  CHECK(reason_of(R"({"type":"a","ts":)" + std::string(c.time) + "}", options) == c.reason);
}

TEST_CASE("a byte order mark is skipped at the start alone", "[connectors][ndjson]") {
  const std::string record = "{\"ts\":1,\"type\":\"a\"}\n";
  const DecodedText out = decoded("\xEF\xBB\xBF" + record + "\xEF\xBB\xBF" + record);
  CHECK(out.batch().events.size() == 1);
  CHECK(out.batch().events[0].offset == 3);
  CHECK(out.batch().bad.size() == 1);
}

TEST_CASE("how the input is cut does not show", "[connectors][ndjson]") {
  const std::string text =
      "{\"ts\":1,\"type\":\"a\",\"user\":\"u\\n1\"}\r\n\n{\"ts\":2\n{\"ts\":3,\"type\":\"b\"}\n"
      "\"x\"\n{\"ts\":4,\"type\":\"c\"}";
  DecodedText whole(Format::ndjson, text);
  whole.decode_all();
  REQUIRE(whole.batch().records == 5);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    CAPTURE(cut);
    DecodedText pieces(Format::ndjson, text);
    const std::size_t first = pieces.codec().whole_records(pieces.text().substr(0, cut), false);
    CHECK(first <= cut);
    pieces.decode(pieces.text().substr(0, first)).decode(pieces.text().substr(first));
    CHECK(pieces.events() == whole.events());
    CHECK(pieces.bad() == whole.bad());
  }
  for (std::size_t parts = 1; parts < 12; ++parts) {
    DecodedText pieces(Format::ndjson, text);
    std::vector<std::string_view> split;
    pieces.codec().split(pieces.text(), parts, split);
    CHECK(split.size() <= parts);
    for (const std::string_view piece : split) pieces.decode(piece);
    CHECK(pieces.events() == whole.events());
    CHECK(pieces.bad() == whole.bad());
  }
  CHECK(whole.decodes_again_alike());
}

TEST_CASE("framing waits for the line's end", "[connectors][ndjson]") {
  const auto codec = make_codec(Format::ndjson, {});
  CHECK(codec->whole_records("", false) == 0);
  CHECK(codec->whole_records("abc", false) == 0);
  CHECK(codec->whole_records("abc", true) == 3);
  CHECK(codec->whole_records("a\nbc", false) == 2);
  CHECK(codec->whole_records("a\nbc\n", false) == 5);
  std::vector<std::string_view> pieces{"before"};
  codec->split("", 4, pieces);
  CHECK(pieces.empty());
}

TEST_CASE("the format goes by the name", "[connectors][codec]") {
  CHECK(format_of("day.csv") == Format::csv);
  CHECK(format_of("day.csv.gz") == Format::csv);
  CHECK(format_of("day.csv.zst") == Format::csv);
  CHECK(format_of("day.ndjson.gz") == Format::ndjson);
  CHECK(format_of("-") == Format::ndjson);
}

}  // namespace
}  // namespace tocsin::connectors
