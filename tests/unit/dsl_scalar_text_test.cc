#include "dsl/rule_file.h"
#include "dsl/scalar_text.h"
#include "tests/support/catch.h"

#include <string>

namespace tocsin::dsl {
namespace {

std::shared_ptr<const SourceFile> file_of(const std::string& text) {
  return std::make_shared<const SourceFile>("rule.yaml", text);
}

/// The value, each byte that stands for itself as it is, the others as what was written: `<''>` for a quote.
std::string trace(const std::string& written, const std::string& value) {
  const auto file = file_of(written);
  const ScalarText scalar = map_scalar(file, 0, value);
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string source(file->text(scalar.text.span(i, i + 1)));
    out += source == value.substr(i, 1) ? source : "<" + source + ">";
  }
  return out;
}

}  // namespace

TEST_CASE("each byte of a scalar knows where it was written", "[dsl][scalar]") {
  struct Row {
    const char* says;
    const char* written;
    const char* value;
    const char* want;
  };
  const auto c = GENERATE(values<Row>({
      {"plain", "a == b\nnext: c", "a == b", "a == b"},
      {"plain on two lines", "a and\n    b", "a and b", "a and<\n>b"},
      {"plain with a blank line", "a\n\n  b", "a\nb", "a\nb"},
      {"single quotes", "'it''s'", "it's", "it<''>s"},
      {"single quotes on two lines", "'a  \n   b'", "a b", "a b"},
      {"double quotes", R"("a\"b\\c\x41\u00e9")", "a\"b\\cA\xC3\xA9", R"(a<\">b<\\>c<\x41><\u00e9><\u00e9>)"},
      {"an escaped line break", "\"ab\\\n   cd\"", "abcd", "abcd"},
      {"named escapes", R"("\t\n\e\_")", "\t\n\x1b\xC2\xA0", R"(<\t><\n><\e><\_><\_>)"},
      {"a literal block", "|\n  ab\n  cd\n", "ab\ncd\n", "ab\ncd\n"},
      {"a literal block, stripped", "|-\n  ab\n  cd\n", "ab\ncd", "ab\ncd"},
      {"a literal block, kept", "|+\n  ab\n\n\nx: 1", "ab\n\n\n", "ab\n\n\n"},
      {"a literal block with an indicator", "|2\n    ab\n  cd\n", "  ab\ncd\n", "  ab\ncd\n"},
      {"a literal block with a comment", "| # note\n ab\n", "ab\n", "ab\n"},
      {"a literal block with a deeper line", "|\n ab\n   cd\n", "ab\n  cd\n", "ab\n  cd\n"},
      {"a literal block after blank lines", "|\n\n  ab\n", "\nab\n", "\nab\n"},
      {"a literal block with other line ends", "|\r\n  ab\r\n  cd\r\n", "ab\ncd\n", "ab<\r>cd<\r>"},
      {"a folded block", ">\n  ab\n  cd\n", "ab cd\n", "ab<\n>cd\n"},
      {"a folded block with a blank line", ">\n  ab\n\n  cd\n", "ab\ncd\n", "ab\ncd\n"},
      {"a folded block with a deeper line", ">-\n  ab\n    cd\n  ef\n", "ab\n  cd\nef", "ab\n  cd\nef"},
      {"an empty text", "''", "", ""},
  }));
  CAPTURE(c.says);
  CHECK(trace(c.written, c.value) == c.want);
}

TEST_CASE("a value that is not what is written is mapped to its start", "[dsl][scalar]") {
  for (const char* written : {"plain", "'plain", "\"pl\\qain\"", "|\n  other\n", ">\n\n\n", ""}) {
    CAPTURE(written);
    const ScalarText scalar = map_scalar(file_of(written), 0, "value");
    CHECK(scalar.text.text() == "value");
    CHECK(scalar.text.span(0, 5).begin == 0);
    CHECK(scalar.text.span(0, 5).end <= 1);
  }
}

TEST_CASE("a caret finds its token through every style of YAML", "[dsl][scalar]") {
  const char* written = GENERATE("a ==  1 &&  b",
                                 "'a ==  ''x'' &&  b'",
                                 R"("a ==  \"x\" &&  b")",
                                 R"("\x61 ==\t1 \x26&  b")",
                                 "a ==\n   1\n\n   &&  b",
                                 "|\n    a == 1\n\n    &&  b",
                                 "|+2\n    a == 1\n    &&  b\n\n",
                                 ">\n    a ==\n    1\n    &&  b",
                                 ">-\n    \xC3\xA4 ==\n      1\n    &&  b");
  CAPTURE(written);
  for (const std::string mark : {"", "\xEF\xBB\xBF"}) {
    const auto file =
        file_of(mark + "rule: r\nevents: {x: y}\nwindow: sliding 1h\nhaving: " + written + "\n");
    Diagnostics diagnostics;
    parse_rule_file(file, diagnostics);
    REQUIRE(diagnostics.error_count() >= 1);
    const std::string_view rest = file->text().substr(diagnostics.all().front().span.begin);
    const bool at_operator =
        rest.starts_with("&&  b") || rest.starts_with("\\x26&  b") || rest.starts_with("\xC3\xA4 ==");
    CHECK(at_operator);
  }
}

}  // namespace tocsin::dsl
