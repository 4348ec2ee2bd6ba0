/// Expressions as text over one event: what they come to, what is null, what is counted as making no sense
/// (!).

#include "tests/support/catch.h"
#include "tests/support/evaluation.h"

namespace tocsin {
namespace {

struct Case {
  const char* expression;
  const char* want;
};

/// What every table below is evaluated over.
constexpr const char* kEvent = R"({
  "i": 7, "r": 2.5, "b": true, "s": "Search", "none": null, "ip": "10.1.2.3", "at": "2023-07-14T22:30:00Z",
  "tags": ["vip", 3, 2.0, true, null, "q\"uo\u00e9\ud83d\ude00", {"x": [1]}, ["in"]], "empty": [], "map": {"k": 1},
  "geo": {"country": "FR"}, "items": [{"sku": "k1"}, {"sku": "k2"}]
})";

void check(const Case& c) {
  CAPTURE(c.expression);
  CHECK(tests::evaluate_text(c.expression, kEvent) == c.want);
}

TEST_CASE("paths, comparisons and logic", "[runtime][evaluator]") {
  check(GENERATE(values<Case>({
      {"geo.country", "string \"FR\""},
      {"items[1].sku", "string \"k2\""},
      {"items[2].sku", "null null"},
      {"time", "time \"2023-11-14T22:13:20.000Z\""},
      {"type", "string \"t\""},
      {"i == 7.0 and r < i", "bool true"},
      {"none == 1", "null null"},
      {"not none == 1", "bool true"},
      {"none or i == 7", "bool true"},
      {"s == 7", "null null!"},
      {"i between 7 and 8", "bool true"},
      {"i between 8 and 9", "bool false"},
      {"i not in [1, 2]", "bool true"},
      {"none not in [1, 2]", "bool false"},
      {"i in [r, i]", "bool true"},
      {"i between none and 9", "null null"},
      {"s between 'A' and 'Z'", "bool true"},
      {"i between 'a' and 'b'", "null null!"},
      {"case when i > 100 then 'a' when i > 5 then 'b' else 'c' end", "string \"b\""},
      {"case when none > 1 then 'a' end", "null null"},
      {"case when none > 1 then 1 else r end", "float 2.5"},
      {"s contains 'arc'", "bool true"},
      {"s contains 'ARC'", "bool false"},
      {"s contains_i 'ARC'", "bool true"},
      {"s startswith_i 'se'", "bool true"},
      {"s startswith 'se'", "bool false"},
      {"s endswith_i 'CH'", "bool true"},
      {"s endswith 'CH'", "bool false"},
      {"s like 'S*r?h'", "bool true"},
      {"s like 's*'", "bool false"},
      {"s like_i 's*'", "bool true"},
      {"s matches '^S.a'", "bool true"},
      {"s matches_i 'ARCH$'", "bool true"},
      {"s matches '^a'", "bool false"},
      {"none contains 'x'", "null null"},
      {"i contains s", "null null!"},
      {"i like '7'", "null null!"},
      {"-i + 2 * r", "float -2"},
      {"i % 4", "int 3"},
      {"i / 2", "float 3.5"},
      {"i / 0", "null null!"},
      {"9223372036854775807 + i", "null null!"},
      {"none + 1", "null null"},
  })));
}

TEST_CASE("functions of text", "[runtime][evaluator]") {
  check(GENERATE(values<Case>({
      {"substr(s, 2)", "string \"arch\""},
      {"substr(s, 0, 1)", "string \"S\""},
      {"substr(s, -4, 2)", "string \"ar\""},
      {"substr(s, -40)", "string \"Search\""},
      {"substr(s, 40)", "string \"\""},
      {"substr('aé€😀z', 1, 3)", "string \"é€😀\""},
      {"substr(s, 1, 0)", "string \"\""},
      {"substr(s, 1, -1)", "null null!"},
      {"substr(s, r)", "null null!"},
      {"substr(i, 1)", "null null!"},
      {"substr(none, 1)", "null null"},
      {"substr(s, none)", "null null"},
      {"substr(s, -9223372036854775808)", "string \"Search\""},
      {"split(s, 'ar')", R"(list ["Se","ch"])"},
      {"split(s, s)", R"(list ["",""])"},
      {"split('', ',')", R"(list [""])"},
      {"split(none, ',')", "null null"},
      {"split(i, ',')", "null null!"},
      {"split(s, substr(s, 9))", "null null!"},
      {"entropy('aaaa')", "float 0"},
      {"entropy('')", "float 0"},
      {"entropy('aabb')", "float 1"},
      {"entropy(i)", "null null!"},
      {"levenshtein('kitten', 'sitting')", "int 3"},
      {"levenshtein('', 'abc')", "int 3"},
      {"levenshtein('aé', 'ae')", "int 1"},
      {"levenshtein(s, s)", "int 0"},
      {"levenshtein(s, none)", "null null"},
      {"levenshtein(s, i)", "null null!"},
      {"hash(7) == hash(7.0)", "bool true"},
      {"hash(s) == hash('Search')", "bool true"},
      {"hash(s, i) == hash(i, s)", "bool false"},
      {"hash('a', 'bc') == hash('ab', 'c')", "bool false"},
      {"hash(s) >= 0", "bool true"},
      {"hash(s, none)", "null null"},
      {"len(s)", "int 6"},
      {"len(i)", "null null!"},
      {"concat(s, i, none)", "null null"},
  })));
}

TEST_CASE("the dear functions are bounded", "[runtime][evaluator]") {
  const auto of = [](const std::string& expression, std::size_t length) {
    return tests::evaluate_text(expression, "{\"s\": \"" + std::string(length, 'x') + "\"}");
  };
  CHECK(of("levenshtein(s, 'x')", 256) == "int 255");
  CHECK(of("levenshtein(s, 'x')", 257) == "null null!");
  CHECK(of("entropy(s)", 64 * 1024) == "float 0");
  CHECK(of("entropy(s)", 64 * 1024 + 1) == "null null!");
}

TEST_CASE("times, durations and zones", "[runtime][evaluator]") {
  check(GENERATE(values<Case>({
      {"time(at)", "time \"2023-07-14T22:30:00.000Z\""},
      {"time(i)", "time \"1970-01-01T00:00:07.000Z\""},
      {"time(r)", "time \"1970-01-01T00:00:02.500Z\""},
      {"time(i, 'ms')", "time \"1970-01-01T00:00:00.007Z\""},
      {"time(2.5, 'us')", "time \"1970-01-01T00:00:00.0000025Z\""},
      {"time(time)", "time \"2023-11-14T22:13:20.000Z\""},
      {"time(none)", "null null"},
      {"time(s)", "null null!"},
      {"time(b)", "null null!"},
      {"time(i * 1000000000000)", "null null!"},
      {"duration(i)", "duration \"7s\""},
      {"duration(r, 'ms')", "duration \"2.5ms\""},
      {"duration('-5m')", "duration \"-5m\""},
      {"duration(s)", "null null!"},
      {"duration(1h)", "duration \"1h\""},
      {"time - time('2023-11-14') > 22h", "bool true"},
      {"hour(time)", "int 22"},
      {"hour(time(at), 'America/New_York')", "int 18"},
      {"weekday(time(at))", "int 5"},
      {"weekday(time(at), 'Europe/Berlin')", "int 6"},
      {"date(time(at), 'Europe/Berlin')", "string \"2023-07-15\""},
      {"date(time('1969-12-31T23:59:59.5Z'))", "string \"1969-12-31\""},
      {"hour(time('1969-12-31T23:59:59.5Z'))", "int 23"},
      {"hour(at)", "null null!"},
      {"hour(none)", "null null"},
  })));
}

TEST_CASE("addresses and places", "[runtime][evaluator]") {
  check(GENERATE(values<Case>({
      {"cidr(ip, '10.0.0.0/8')", "bool true"},
      {"cidr(ip, '10.2.0.0/16', '11.0.0.0/8')", "bool false"},
      {"cidr(ip, ['11.0.0.0/8', '10.1.2.3'])", "bool true"},
      {"cidr(s, '10.0.0.0/8')", "null null!"},
      {"cidr(i, '10.0.0.0/8')", "null null!"},
      {"cidr(none, '10.0.0.0/8')", "null null"},
      {"haversine(0, 0, 0, 0)", "float 0"},
      {"floor(haversine(0, 0, 0, 180))", "float 20015"},
      {"floor(haversine(90, 0, -90, 0))", "float 20015"},
      {"haversine(0, none, 0, 0)", "null null"},
      {"haversine(90.1, 0, 0, 0)", "null null!"},
      {"haversine(0, 0, 0, -181)", "null null!"},
      {"haversine(0, s, 0, 0)", "null null!"},
  })));
}

TEST_CASE("lists and arrays", "[runtime][evaluator]") {
  check(GENERATE(values<Case>({
      {"[1, 2.0, 'x', 1h, null, true]", R"(list [1,2,"x","1h",null,true])"},
      {"[i, [s]]", R"(list [7,["Search"]])"},
      {"[]", "list []"},
      {"len([])", "int 0"},
      {"len(tags)", "int 8"},
      {"len(empty)", "int 0"},
      {"len(map)", "null null!"},
      {"'vip' in this.tags", "bool true"},
      {"3.0 in this.tags", "bool true"},
      {"2 in this.tags", "bool true"},
      {"true in this.tags", "bool true"},
      {"'q\"uoé😀' in this.tags", "bool true"},
      {"'in' in this.tags", "bool false"},
      {"none in this.tags", "null null"},
      {"i in this.none", "null null"},
      {"i in this.empty", "bool false"},
      {"i in this.map", "null null!"},
      {"i in this.s", "null null!"},
      {"i not in this.tags", "bool true"},
      {"tags[7][0]", "string \"in\""},
      {"coalesce(tags, 'x')[5]", "string \"q\\\"uoé😀\""},
      {"coalesce(tags, 'x')[-2]", "json {\"x\":[1]}"},
      {"split('a,b', ',')[1]", "string \"b\""},
      {"split('a,b', ',')[-2]", "string \"a\""},
      {"split('a,b', ',')[2]", "null null"},
      {"split('a,b', ',')[-3]", "null null"},
      {"split(none, ',')[0]", "null null"},
      {"coalesce(s)[0]", "null null!"},
      {"'b' in split('a,b', ',')", "bool true"},
      {"2.5 in case when b then [r] else [i] end", "bool true"},
      {"exists([none])", "bool true"},
      {"concat('x', [1, 'y'])", "string \"x[1,\\\"y\\\"]\""},
  })));
}

TEST_CASE("what can be known to be wrong beforehand is an error at its place", "[runtime][evaluator]") {
  check(GENERATE(values<Case>({
      {"time('2023-13-01')", "E0510 `'2023-13-01'`"},
      {"time('yesterday')", "E0510 `'yesterday'`"},
      {"time(99999999999999)", "E0510 `99999999999999`"},
      {"time(true)", "E0510 `true`"},
      {"time(i, 'h')", "E0510 `'h'`"},
      {"time(i, s)", "E0506 `s`"},
      {"duration('1 hour')", "E0510 `'1 hour'`"},
      {"cidr(ip, '10.0.0.0/33')", "E0510 `'10.0.0.0/33'`"},
      {"cidr(ip, '10.0.0/8', '::/129')", "E0510 `'10.0.0/8'` E0510 `'::/129'`"},
      {"cidr(ip, ['10.0.0.0/8', 'x'])", "E0510 `'x'`"},
      {"cidr(ip, s)", "E0506 `s`"},
      {"cidr(ip)", "E0504 `cidr(ip)`"},
      {"hour(time, 'Mars/Olympus')", "E0510 `'Mars/Olympus'`"},
      {"hour(time, '../../etc/passwd')", "E0510 `'../../etc/passwd'`"},
      {"hour(time, s)", "E0506 `s`"},
      {"hour('12:00')", "E0501 `'12:00'`"},
      {"split(s, '')", "E0510 `''`"},
      {"substr(s)", "E0504 `substr(s)`"},
      {"haversine(1, 2, 3)", "E0504 `haversine(1, 2, 3)`"},
      {"lower([s])", "E0501 `[s]`"},
      {"split(s, ',') == 'x'", "E0502 `==`"},
      {"[1] + 2", "E0503 `+`"},
      {"i in 5", "E0505 `5`"},
      {"i in lst", "E0505 `lst`"},
      {"lower(s)[0]", "E0306 `lower(s)`"},
      {"split(s, ',').x", "E0306 `split(s, ',')`"},
      {"levenstein(s, s)", "E0304 `levenstein`"},
  })));
}

TEST_CASE("formats of messages", "[runtime][evaluator]") {
  const auto c = GENERATE(values<Case>({
      {"{i:.2f}|{r:.0f}|{none:.2f}|{s:.2f}", "7.00|2|null|Search"},
      {"{9223372036854775807:,.1f}", "9,223,372,036,854,775,807.0"},
      {"{-1234567:,d}|{-123:,d}|{1234.5:,}", "-1,234,567|-123|1,234.5"},
      {"{i:5}|{i:<5}|{i:^5}|{s:8}|{s:>8}", "    7|7    |  7  |Search  |  Search"},
      {"{i:+d}|{-i:+d}|{i:05d}|{-i:05d}|{i:+05d}", "+7|-7|00007|-0007|+0007"},
      {"{r:%}|{r:.0%}|{r:e}", "250.000000%|250%|2.500000e+00"},
      {"{'aé€z':.3s}|{'aé':4s}|", "aé€|aé  |"},
      {"{90s:.2m}|{90s:m}|{1500ms:.1s}|{36h:.1d}|{1500us:ms}", "1.50|2|1.5|1.5|2"},
      {"{-90s:%T}|{25h:%R}|{1ms:%S.%L}", "-00:01:30|25:00|00.001"},
      {"{time:%Y-%m-%d %H:%M:%S.%f}", "2023-11-14 22:13:20.000000"},
      {"{time:%A %B %j %I%p %u %s %%}", "Tuesday November 318 10PM 2 1700000000 %"},
      {"{time:%R%z@Asia/Kolkata}|{time:%z@America/New_York}", "03:43+05:30|-05:00"},
      {"{i:%H:%M}|{s:%F}", "7|Search"},
      {"{[1, 2]:>6}|{b:6}|", " [1,2]|true  |"},
      {"{i:.2g}", "E0511 `.2g`"},
      {"{i:.f}", "E0511 `.f`"},
      {"{i:.2}", "E0511 `.2`"},
      {"{i:.31f}", "E0511 `.31f`"},
      {"{i:201}", "E0511 `201`"},
      {"{i:99999999999999999999}", "E0511 `99999999999999999999`"},
      {"{i:<05d}", "E0511 `<05d`"},
      {"{time:%Q}", "E0511 `%Q`"},
      {"{time:%H:%M%}", "E0511 `%H:%M%`"},
      {"{time:%H@Nowhere}", "E0511 `%H@Nowhere`"},
      {"{time:.2f}", "E0511 `.2f`"},
      {"{1h:%Y %H}", "E0511 `%Y %H`"},
      {"{'x':d}", "E0511 `d`"},
      {"{len(s):%H:%M}", "E0511 `%H:%M`"},
      {"{i:}", "E0214 `:`"},
  }));
  CAPTURE(c.expression);
  CHECK(tests::write_message(c.expression, kEvent) == c.want);
}

}  // namespace
}  // namespace tocsin
