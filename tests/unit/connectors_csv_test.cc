#include "tests/support/catch.h"
#include "tests/support/decoding.h"

#include <string>

namespace tocsin::connectors {
namespace {

DecodedText decoded(std::string_view text, const DecodeOptions& options = {}) {
  DecodedText out(Format::csv, text, options);
  out.decode_all();
  return out;
}

TEST_CASE("rows become events with the header's names", "[connectors][csv]") {
  const DecodedText out = decoded(
      "ts,type,user,amount\r\n"
      "1,a,u1,2.50\r\n"
      "\n"
      "2,b,,7\n"
      "3,c,u3,1");
  CHECK(out.events() ==
        "21 1 a [user=\"u1\" amount=~2.5] {\"ts\":1,\"type\":\"a\",\"user\":\"u1\",\"amount\":2.50}\n"
        "35 2 b [amount=7] {\"ts\":2,\"type\":\"b\",\"amount\":7}\n"
        "42 3 c? [unseen] {\"ts\":3,\"type\":\"c\",\"user\":\"u3\",\"amount\":1}\n");
  CHECK(out.bad().empty());
  CHECK(out.batch().records == 3);
}

TEST_CASE("cells are what they look like", "[connectors][csv]") {
  struct Case {
    const char* cell;
    const char* want;
  };
  const auto c = GENERATE(values<Case>({
      {"", ""},
      {"\"\"", ""},
      {"12", "user=12"},
      {"-1.5e3", "user=~-1500"},
      {"007", "user=\"007\""},
      {"+1", "user=\"+1\""},
      {"1 ", "user=\"1 \""},
      {"true", "user=true"},
      {"True", "user=\"True\""},
      {"null", "user=\"null\""},
      {"\"12\"", "user=12"},
      {"\"a,b\"", "user=\"a,b\""},
      {"\"a\"\"b\"", "user=\"a\\\"b\""},
      {"\"\"\"\"", "user=\"\\\"\""},
      {"\"a\nb\r\nc\"", "user=\"a\\nb\\r\\nc\""},
      {"a\"b\"", "user=\"a\\\"b\\\"\""},
      {"a\\b", "user=\"a\\\\b\""},
      {"\xC3\xA9", "user=\"\xC3\xA9\""},
      {"{}", "user=\"{}\""},
  }));
  CAPTURE(c.cell);
  const DecodedText out = decoded("user,ts,type\n" + std::string(c.cell) + ",1,a\n");
  REQUIRE(out.batch().events.size() == 1);
  CHECK(values_text(out.batch().events[0], *make_test_schema()) == c.want);
}

TEST_CASE("rows that are no records say why", "[connectors][csv]") {
  struct Case {
    const char* row;
    const char* reason;
  };
  const auto c = GENERATE(values<Case>({
      {"1,a,u", ""},
      {"1,a", "wrong number of cells"},
      {"1,a,u,x", "wrong number of cells"},
      {"1,a,u,", "wrong number of cells"},
      {"1,a,\"u\"x", "not CSV"},
      {"1,a,\"u", "not CSV"},
      {"1,a,\xFF", "not UTF-8"},
      {",a,u", "no time"},
      {"soon,a,u", "bad time"},
      {"9223372036854,a,u", "bad time"},
      {"-9223372036854,a,u", "bad time"},
      {"1,,u", "no type"},
      {"1,a,this cell is too long for a record", "record too long"},
  }));
  CAPTURE(c.row);
  DecodeOptions options;
  options.record_bytes_max = 30;
  const DecodedText out = decoded("ts,type,user\n1,a,u\n" + std::string(c.row) + "\n", options);
  CHECK(out.batch().records == 2);
  CHECK((out.batch().bad.empty() ? std::string() : out.batch().bad[0].reason) == c.reason);
}

TEST_CASE("the type is always text", "[connectors][csv]") {
  const DecodedText out = decoded("ts,type\n1,7\n2,true\n");
  CHECK(out.events() ==
        "8 1 7? [unseen] {\"ts\":1,\"type\":\"7\"}\n12 2 true? [unseen] {\"ts\":2,\"type\":\"true\"}\n");
}

TEST_CASE("columns without a name or with a taken one are left out", "[connectors][csv]") {
  const DecodedText out = decoded("ts,type,user,,user\n1,a,u1,x,u2\n");
  CHECK(out.events() == "19 1 a [user=\"u1\"] {\"ts\":1,\"type\":\"a\",\"user\":\"u1\"}\n");
}

TEST_CASE("a repeated header is no record", "[connectors][csv]") {
  const DecodedText out = decoded("\xEF\xBB\xBFts,type\n1,a\nts,type\r\n2,a\n");
  CHECK(out.events() == "11 1 a [] {\"ts\":1,\"type\":\"a\"}\n24 2 a [] {\"ts\":2,\"type\":\"a\"}\n");
  CHECK(out.batch().records == 2);
}

TEST_CASE("what stands in for a long row ends where the row ends", "[connectors][csv]") {
  const auto codec = make_codec(Format::csv, {});
  const std::string beginning =
      GENERATE(as<std::string>{}, "1,a", "1,\"a", "1,\"a\nb", "1,\"a\"\"", "1,\"a\"", "1,\"a\",b");
  const std::string rest = GENERATE(as<std::string>{}, "x\nnext", "\"\nnext", "\"x\n\"\nnext", "\n\"\nnext");
  CAPTURE(beginning, rest);
  const std::size_t end = codec->first_record(beginning + rest);
  if (end == std::string::npos || end <= beginning.size()) return;  // not long enough to be stood in for
  const std::string stand_in(codec->stand_in(beginning));
  CHECK(codec->first_record(stand_in + rest) == end - beginning.size() + stand_in.size());
}

TEST_CASE("how the rows are cut does not show", "[connectors][csv]") {
  const std::string text =
      "ts,type,user\n1,a,\"x\ny\"\r\n2,b,\"\"\"\n\"\"\"\n3,a\n\n4,a,\"\n\n\"\n5,b,z\"\n6,a,\"broken\"x\n7,c,"
      "u";
  DecodedText whole(Format::csv, text);
  whole.decode_all();
  REQUIRE(whole.batch().events.size() == 5);
  REQUIRE(whole.batch().bad.size() == 2);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    CAPTURE(cut);
    DecodedText pieces(Format::csv, text);
    const std::size_t first = pieces.codec().whole_records(pieces.text().substr(0, cut), false);
    CHECK(first <= cut);
    pieces.decode(pieces.text().substr(0, first)).decode(pieces.text().substr(first));
    CHECK(pieces.events() == whole.events());
    CHECK(pieces.bad() == whole.bad());
  }
  for (std::size_t parts = 1; parts < 10; ++parts) {
    DecodedText pieces(Format::csv, text);
    std::vector<std::string_view> split;
    pieces.codec().split(pieces.text(), parts, split);
    CHECK(split.size() <= parts);
    for (const std::string_view piece : split) pieces.decode(piece);
    CHECK(pieces.events() == whole.events());
    CHECK(pieces.bad() == whole.bad());
  }
  CHECK(whole.decodes_again_alike());
}

}  // namespace
}  // namespace tocsin::connectors
