#include "dsl/grammar.h"
#include "dsl/message_template.h"
#include "dsl/printer.h"
#include "tests/support/catch.h"

#include <optional>
#include <string>

namespace tocsin::dsl {
namespace {

MappedText text_of(const std::string& text) {
  const auto file = std::make_shared<const SourceFile>("rule.yaml", text);
  MappedText out(file);
  for (std::uint32_t i = 0; i < text.size(); ++i) out.append(file->text().substr(i, 1), {i, i + 1});
  return out;
}

std::string code_of(const Diagnostics& diagnostics) {
  return diagnostics.all().empty() ? "no tree and no error" : diagnostics.all().front().code;
}

/// `text` as the grammar reads and the printer writes it, or the code of the first error.
template <class Tree>
std::string reprint(const std::string& text,
                    std::optional<Tree> (*grammar)(const MappedText&, Diagnostics&)) {
  Diagnostics diagnostics;
  const auto tree = grammar(text_of(text), diagnostics);
  return tree ? to_string(*tree) : code_of(diagnostics);
}

std::string repeated(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

/// What the error in an expression says and the text under its caret.
struct Told {
  std::string code;
  std::string at;
  std::string message;
  std::string hint;
};

template <class Tree>
Told tell(const std::string& text, std::optional<Tree> (*grammar)(const MappedText&, Diagnostics&)) {
  Diagnostics diagnostics;
  const MappedText mapped = text_of(text);
  const auto tree = grammar(mapped, diagnostics);
  if (tree || diagnostics.error_count() != 1) return {"not exactly one error", "", "", ""};
  const Diagnostic& only = diagnostics.all().front();
  return {only.code, std::string(mapped.file()->text(only.span)), only.message, only.hint};
}

}  // namespace

TEST_CASE("expressions print back in canonical form", "[dsl][grammar]") {
  struct Row {
    const char* text;
    const char* want;
  };
  const auto c = GENERATE(values<Row>({
      {"a", "a"},
      {"amount<1.00", "amount < 1.0"},
      {"a or b and not c", "a or b and not c"},
      {"(a or b) and c", "(a or b) and c"},
      {"((a))", "a"},
      {"a or (b or c)", "a or b or c"},
      {"not (a and b)", "not (a and b)"},
      {"not a == b", "not a == b"},
      {"(not a) == b", "(not a) == b"},
      {"not not a", "not not a"},
      {"a - (b - c)", "a - (b - c)"},
      {"(a - b) - c", "a - b - c"},
      {"a + b * c % d / e", "a + b * c % d / e"},
      {"(a + b) * c", "(a + b) * c"},
      {"-a.b", "-a.b"},
      {"-(a + b)", "-(a + b)"},
      {"a - -5", "a - -5"},
      {"-(5)", "-(5)"},
      {"--a", "--a"},
      {"a-1", "a - 1"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"9223372036854775807", "9223372036854775807"},
      {"1e3", "1000.0"},
      {".5", "0.5"},
      {"2E-3", "0.002"},
      {"10m", "10m"},
      {"90m", "1h30m"},
      {"1.50s", "1.5s"},
      {"-1h", "-1h"},
      {"true and false or null == null", "true and false or null == null"},
      {"'it''s'", "'it''s'"},
      {"\"it's\"", "'it''s'"},
      {"\"say \"\"hi\"\"\"", "'say \"hi\"'"},
      {"'^\\d+\\.exe$'", "'^\\d+\\.exe$'"},
      {"a == 'x' and b != \"y\"", "a == 'x' and b != 'y'"},
      {"x not  in [1,2, 'c']", "x not in [1, 2, 'c']"},
      {"x in []", "x in []"},
      {"name contains_i 'CMD' or name startswith 'a'", "name contains_i 'CMD' or name startswith 'a'"},
      {"x endswith 'a' and y like_i '*b?' and z matches '^c'",
       "x endswith 'a' and y like_i '*b?' and z matches '^c'"},
      {"x between 1 and 2 and y", "x between 1 and 2 and y"},
      {"x + 1 between a - 1 and b", "x + 1 between a - 1 and b"},
      {"case when a then 1 when b then 2 else 3 end + 1", "case when a then 1 when b then 2 else 3 end + 1"},
      {"case when a then b end", "case when a then b end"},
      {"first(probe).country", "first(probe).country"},
      {"v[0].x[-1]", "v[0].x[-1]"},
      {"items[i + 1].sku", "items[i + 1].sku"},
      {"sum(v.price*v.volume) / count(v)", "sum(v.price * v.volume) / count(v)"},
      {"f()", "f()"},
      {"time - first(a).time <= 2m", "time - first(a).time <= 2m"},
      {"`weird-name`.`or`", "`weird-name`.or"},
      {"`or`", "`or`"},
      {"x.end.in", "x.end.in"},
      {"y == n", "y == n"},
      {"customers[card].country", "customers[card].country"},
      {"rise > prior[2].price", "rise > prior[2].price"},
      {" \n a \t ==\n1 ", "a == 1"},
  }));
  CAPTURE(c.text);
  const std::string printed = reprint(c.text, parse_expression);
  CHECK(printed == c.want);
  CHECK(reprint(printed, parse_expression) == printed);
}

TEST_CASE("patterns print back in canonical form", "[dsl][grammar]") {
  struct Row {
    const char* text;
    const char* want;
  };
  const auto c = GENERATE(values<Row>({
      {"a", "a"},
      {"a->b", "a -> b"},
      {"a ~> b => c", "a ~> b => c"},
      {"a ->[10m] b ->[5s..10m] c ->[5s..] d", "a ->[10m] b ->[5s..10m] c ->[5s..] d"},
      {"a ~>[ 1h ] b", "a ~>[1h] b"},
      {"probe{3,} -> spend", "probe{3,} -> spend"},
      {"a{2}b", "E0201"},
      {"a? -> b* -> c+ -> d{2} -> e{,3} -> f{2,4}", "a? -> b* -> c+ -> d{2} -> e{,3} -> f{2,4}"},
      {"a{0,1} -> b{0,} -> c{1,}", "a? -> b* -> c+"},
      {"a?? -> b*+ -> c++ -> d{2,}?", "a?? -> b*+ -> c++ -> d{2,}?"},
      {"a+ strict -> b* any", "a+ strict -> b* any"},
      {"a{3,}[30s] -> b", "a{3,}[30s] -> b"},
      {"a+? any[1s..2s] until (u|v) -> b", "a+? any[1s..2s] until (u | v) -> b"},
      {"a* until u", "a* until u"},
      {"a | b -> c | d", "a | b -> c | d"},
      {"(a | b) -> c", "(a | b) -> c"},
      {"a -> (b -> c)", "a -> (b -> c)"},
      {"(a -> b){2,3} -> c", "(a -> b){2,3} -> c"},
      {"(a+){2}", "(a+){2}"},
      {"((a))+", "a+"},
      {"a & b & c+ -> d", "a & b & c+ -> d"},
      {"(a & b) strict -> c", "(a & b) strict -> c"},
      {"(a&b)any{2}", "(a & b) any{2}"},
      {"(a & b) & c", "(a & b) & c"},
      {"(a -> b) & c", "(a -> b) & c"},
      {"a -> not n -> b", "a -> not n -> b"},
      {"a -> not (n|m) -> b", "a -> not (n | m) -> b"},
      {"not a for 10m -> b", "not a for 10m -> b"},
      {"a ->[5m] not b", "a ->[5m] not b"},
      {"y -> n", "y -> n"},
  }));
  CAPTURE(c.text);
  const std::string printed = reprint(c.text, parse_pattern);
  CHECK(printed == c.want);
  if (printed.front() != 'E') CHECK(reprint(printed, parse_pattern) == printed);
}

TEST_CASE("an error in an expression stands at its token", "[dsl][grammar]") {
  struct Row {
    const char* text;
    const char* code;
    const char* at;
    const char* says;  // a part of the message or of the hint
  };
  const auto c = GENERATE(values<Row>({
      {"a ==", "E0201", "", "expected a value after `==`"},
      {"a == == b", "E0201", "==", "expected a value after `==`"},
      {"(a or b", "E0202", "(", "`)` missing"},
      {"f(a, [1, 2", "E0202", "[", "`]` missing"},
      {"a)", "E0202", ")", "closes nothing"},
      {"a = b", "E0207", "=", "write `==`"},
      {"a && b", "E0207", "&&", "write `and`"},
      {"a || b", "E0207", "||", "write `or`"},
      {"!a", "E0207", "!", "write `not`"},
      {"a <> b", "E0207", "<>", "write `!=`"},
      {"a =~ b", "E0207", "=~", "write `matches`"},
      {"a => b", "E0201", "=>", "write `>=`"},
      {"a == \xE2\x80\x98x\xE2\x80\x99", "E0207", "\xE2\x80\x98", "curly quote"},
      {"a == 'x", "E0204", "'", "is not closed"},
      {"`a", "E0204", "`", "is not closed"},
      {"``", "E0203", "``", "empty name"},
      {"a $ b", "E0203", "$", "no meaning"},
      {"9223372036854775808", "E0205", "9223372036854775808", "64 bits"},
      {"99999999999999999999", "E0205", "99999999999999999999", "64 bits"},
      {"1 - 9223372036854775808", "E0205", "9223372036854775808", "64 bits"},
      {"1e999", "E0205", "1e999", "a float"},
      {"a < 10min", "E0206", "10min", "units are"},
      {"a < b < c", "E0213", "<", "do not chain"},
      {"a in b in c", "E0213", "in", "do not chain"},
      {"a AND b", "E0201", "AND", "write `and`"},
      {"a is null", "E0201", "is", "exists(x)"},
      {"a not like 'x'", "E0201", "like", "`not` stands before"},
      {"x in (1, 2)", "E0201", ",", "`[1, 2]`"},
      {"x between 1 or 2", "E0201", "or", "expected `and`"},
      {"case a when 1 then 2 end", "E0201", "a", "expected `when`"},
      {"case when a then 1", "E0201", "", "expected `end`"},
      {"a.", "E0201", "", "expected a name"},
      {"a.b(c)", "E0201", "(", "did not expect"},
      {"f(a,)", "E0201", ")", "expected a value"},
      {"a b", "E0201", "b", "did not expect `b` after `a`"},
      {"and", "E0201", "and", "reserved word"},
      {"", "E0201", "", "expected a value"},
  }));
  CAPTURE(c.text);
  const Told told = tell(c.text, parse_expression);
  CHECK(told.code == c.code);
  CHECK(told.at == c.at);
  CHECK_THAT(told.message + " / " + told.hint, Catch::Matchers::Contains(c.says));
}

TEST_CASE("an error in a pattern stands at its token", "[dsl][grammar]") {
  struct Row {
    const char* text;
    const char* code;
    const char* at;
    const char* says;
  };
  const auto c = GENERATE(values<Row>({
      {"a ->", "E0201", "", "expected a step"},
      {"-> a", "E0201", "->", "expected a step"},
      {"a, b", "E0201", ",", "joined by `->`"},
      {"a && b", "E0207", "&&", "write `&`"},
      {"a || b", "E0207", "||", "write `|`"},
      {"a -> (b", "E0202", "(", "`)` missing"},
      {"a{3", "E0202", "{", "`}` missing"},
      {"a{}", "E0201", "}", "number of repetitions"},
      {"a{3,2}", "E0210", "{3,2}", "below the lower"},
      {"a{0}", "E0210", "{0}", "takes nothing"},
      {"a{5000000000}", "E0205", "5000000000", "counts no further"},
      {"a ->[10] b", "E0201", "10", "a duration"},
      {"a ->[..10m] b", "E0201", "..", "a duration"},
      {"a ->[10m..5s] b", "E0211", "[10m..5s]", "before it begins"},
      {"(a -> b) strict -> c", "E0215", "strict", "says nothing"},
      {"a -> not", "E0201", "", "a variable"},
      {"a -> not (b -> c)", "E0201", "->", "`)`"},
      {"a where x", "E0201", "where", "`events:`"},
      {"a -> any", "E0201", "any", "expected a step"},
      {"a within 10m", "E0201", "within", "`within:`"},
  }));
  CAPTURE(c.text);
  const Told told = tell(c.text, parse_pattern);
  CHECK(told.code == c.code);
  CHECK(told.at == c.at);
  CHECK_THAT(told.message + " / " + told.hint, Catch::Matchers::Contains(c.says));
}

TEST_CASE("depth and length are limited, and long chains are not deep", "[dsl][grammar]") {
  struct Row {
    const char* says;
    std::string text;
    std::string want;
  };
  const auto c = GENERATE(values<Row>({
      {"parentheses within the limit", repeated("(", 60) + "a" + repeated(")", 60), "a"},
      {"too many parentheses", repeated("(", 65) + "a" + repeated(")", 65), "E0208"},
      {"only opening ones", repeated("(", 60000), "E0208"},
      {"lists", repeated("[", 60000), "E0208"},
      {"nots", repeated("not ", 10000) + "a", "E0208"},
      {"minuses", repeated("-", 10000) + "a", "E0208"},
      {"members", "a" + repeated(".b", 64), "E0208"},
      {"cases", repeated("case when ", 5000), "E0208"},
      {"a long sum", "a" + repeated(" + a", 64), "E0208"},
      {"a long disjunction", "a" + repeated(" or a", 5000), "a" + repeated(" or a", 5000)},
      {"more than 64 KiB", repeated("a", 65 * 1024), "E0209"},
  }));
  CAPTURE(c.says);
  CHECK(reprint(c.text, parse_expression) == c.want);
}

TEST_CASE("patterns have a limit of depth too", "[dsl][grammar]") {
  CHECK(reprint(repeated("(", 60) + "a" + repeated(")", 60), parse_pattern) == "a");
  CHECK(reprint(repeated("(", 60000), parse_pattern) == "E0208");
  CHECK(reprint(repeated("(", 60) + "a" + repeated("+)", 60), parse_pattern) ==
        repeated("(", 59) + "a+" + repeated(")+", 59));
  CHECK(reprint(repeated("(", 40) + "a" + repeated(" & b)+", 40), parse_pattern) == "E0208");
}

TEST_CASE("spans of trees are those of their text", "[dsl][grammar]") {
  const MappedText text = text_of("  (a + b) * c.d == -5");
  Diagnostics diagnostics;
  const auto tree = parse_expression(text, diagnostics);
  REQUIRE(tree);
  const auto written = [&](Span span) { return std::string(text.file()->text(span)); };
  CHECK(written(tree->span) == "(a + b) * c.d == -5");
  const auto& equal = std::get<Binary>(tree->node);
  CHECK(written(equal.op_span) == "==");
  CHECK(written(equal.right->span) == "-5");
  const auto& product = std::get<Binary>(equal.left->node);
  CHECK(written(product.left->span) == "(a + b)");
  CHECK(written(std::get<Member>(product.right->node).name.span) == "d");
}

TEST_CASE("declarations have types of many letters", "[dsl][grammar]") {
  struct Row {
    const char* text;
    const char* types;
    const char* condition;
  };
  const auto c = GENERATE(values<Row>({
      {"search", "search", ""},
      {"any", "any", ""},
      {"a|b", "a|b", ""},
      {"s3:GetObject | iam/x.y-z where where_from == 'x'", "s3:GetObject|iam/x.y-z", "where_from == 'x'"},
      {"txn where amount < 1.00", "txn", "amount < 1.0"},
      {"any where type == 'a-b'", "any", "type == 'a-b'"},
  }));
  CAPTURE(c.text);
  Diagnostics diagnostics;
  const auto declaration = parse_declaration(text_of(c.text), diagnostics);
  REQUIRE(declaration);
  CHECK(to_string(declaration->types) == c.types);
  CHECK((declaration->condition ? to_string(*declaration->condition) : "") == c.condition);
}

TEST_CASE("an error in a declaration stands at its token", "[dsl][grammar]") {
  CHECK(tell("click query == 1", parse_declaration).at == "query");
  CHECK(tell("click where", parse_declaration).message == "expected a value after `where`");
  CHECK(tell("a, b", parse_declaration).hint == "either of two types is written `a|b`");
  CHECK(tell("where x == 1", parse_declaration).at == "where");
}

TEST_CASE("windows", "[dsl][grammar]") {
  Diagnostics diagnostics;
  const auto window = [&](const char* text) { return parse_window(text_of(text), diagnostics).value(); };
  using namespace std::chrono_literals;
  CHECK(window("tumbling 1h").size == 1h);
  CHECK(window("hopping 1h every 5m").size == 1h);
  CHECK(window("hopping 1h every 5m").every == 5min);
  CHECK(window("sliding 10m").kind == WindowKind::sliding);
  CHECK(window("session 30m").kind == WindowKind::session);
  CHECK(window("count 100").count == 100);
  CHECK(window("count 100").size == 0s);
  CHECK(window("count 100 or 1m").size == 1min);
  CHECK(tell("slidin 1h", parse_window).at == "slidin");
  CHECK(tell("sliding", parse_window).message == "expected a duration (as `10m`) after `sliding`");
}

TEST_CASE("within and after match", "[dsl][grammar]") {
  Diagnostics diagnostics;
  using namespace std::chrono_literals;
  CHECK(parse_within(text_of("1h30m"), diagnostics)->duration == 90min);
  CHECK(parse_within(text_of("100 events"), diagnostics)->events == 100U);
  CHECK(tell("100", parse_within).message == "expected `events` after `100`");
  const auto after = [&](const char* text) { return parse_after_match(text_of(text), diagnostics).value(); };
  CHECK(after("skip past last event").kind == AfterMatchKind::skip_past_last_event);
  CHECK(after("skip to next event").kind == AfterMatchKind::skip_to_next_event);
  CHECK(after("skip to first v").variables.at(0).value == "v");
  CHECK(after("skip to last (v | w)").variables.size() == 2);
  CHECK(after("skip to last v").kind == AfterMatchKind::skip_to_last);
  CHECK(after("no skip").kind == AfterMatchKind::no_skip);
  CHECK(tell("skip over it", parse_after_match).at == "over");
}

TEST_CASE("templates", "[dsl][template]") {
  struct Row {
    const char* text;
    const char* want;  // holes as <expression|format>
  };
  const auto c = GENERATE(values<Row>({
      {"", ""},
      {"plain", "plain"},
      {"'{s.query}' by {user}", "'<s.query>' by <user>"},
      {"{amount:.2f} EUR", "<amount|.2f> EUR"},
      {"{{x}} {x}", "{x} <x>"},
      {"{concat('a:}', \"b\")}", "<concat('a:}', 'b')>"},
      {"{`a:b`}", "<`a:b`>"},
      {"{a", "E0214"},
      {"a}", "E0214"},
      {"{}", "E0214"},
      {"{a:}", "E0214"},
      {"{a ==}", "E0201"},
  }));
  CAPTURE(c.text);
  Diagnostics diagnostics;
  const auto parsed = parse_template(text_of(c.text), diagnostics);
  std::string got = parsed ? "" : code_of(diagnostics);
  if (!parsed) {
    CHECK(got == c.want);
    return;
  }
  for (const auto& part : parsed->parts) {
    if (const auto* plain = std::get_if<std::string>(&part)) {
      got += *plain;
    } else {
      const auto& hole = std::get<TemplateHole>(part);
      got += "<" + to_string(hole.expression) + (hole.format ? "|" + hole.format->value : "") + ">";
    }
  }
  CHECK(got == c.want);
}

TEST_CASE("every broken hole of a template is reported", "[dsl][template]") {
  Diagnostics diagnostics;
  CHECK_FALSE(parse_template(text_of("{a ==} {b &&} }"), diagnostics));
  CHECK(diagnostics.error_count() == 3);
}

}  // namespace tocsin::dsl
