#include "dsl/printer.h"
#include "dsl/rule_file.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <string>

namespace tocsin::dsl {
namespace {

RuleFile parse(const std::string& text, Diagnostics& diagnostics) {
  return parse_rule_file(std::make_shared<const SourceFile>("rule.yaml", text), diagnostics);
}

RuleFile parse_clean(const std::string& text) {
  Diagnostics diagnostics;
  RuleFile out = parse(text, diagnostics);
  std::string told;
  for (const Diagnostic& each : diagnostics.all()) append_text(told, each, false);
  CHECK(told.empty());
  return out;
}

std::string codes(const std::string& text) {
  Diagnostics diagnostics;
  parse(text, diagnostics);
  diagnostics.sort();
  std::string out;
  for (const Diagnostic& each : diagnostics.all()) out += (out.empty() ? "" : " ") + each.code;
  return out;
}

const std::string kSmall = "rule: r\nevents: {a: x}\npattern: a\n";

}  // namespace

TEST_CASE("a rule with every key", "[dsl][rule_file]") {
  const RuleFile file = parse_clean(R"(
rule: web/search-1
title: A search
severity: high
tags: [funnel, web]
owner: search-quality
key: {a: user, b: [lower(user), device.id]}
from: [search, click]
events:
  a: search|find where len(query) > 2
  b: any
pattern: a{2,} ->[5s..10m] b
window: session 30m
within: 100 events
having: count(a) > 2
after match: skip to last (a | b)
emit: preferred
report: all
runs: newest
cancel: b
suppress: 1h
sets: {both: [a, b]}
late: drop
timezone: Europe/Prague
offset: 6h
keys: searchers
on match:
  message: "{a.query} by {user:s}"
  fields: {q: a.query, waited: 1h, text: "'gold'"}
  emit to: found
on timeout: none
)");
  REQUIRE(file.rules.size() == 1);
  const Rule& rule = file.rules.front();
  CHECK(rule.id.value == "web/search-1");
  CHECK(rule.title->value == "A search");
  CHECK(rule.severity->value == "high");
  CHECK(rule.tags.size() == 2);
  CHECK(rule.owner->value == "search-quality");
  CHECK(rule.key->parts.empty());
  REQUIRE(rule.key->per_variable.size() == 2);
  CHECK(to_string(rule.key->per_variable[1].parts.at(0).expression) == "lower(user)");
  CHECK(to_string(*rule.from) == "search|click");
  REQUIRE(rule.variables.size() == 2);
  CHECK(to_string(rule.variables[0].types) == "search|find");
  CHECK(to_string(*rule.variables[0].condition) == "len(query) > 2");
  CHECK(rule.variables[1].types.any);
  CHECK(to_string(*rule.pattern) == "a{2,} ->[5s..10m] b");
  CHECK(rule.window->value.kind == WindowKind::session);
  CHECK(rule.within->value.events == 100U);
  CHECK(to_string(*rule.having) == "count(a) > 2");
  CHECK(rule.after_match->value.variables.size() == 2);
  CHECK(rule.emit->value == EmitMode::preferred);
  CHECK(rule.report->value == ReportMode::all);
  CHECK(rule.runs->value == RunsMode::newest);
  CHECK(rule.cancel->value == "b");
  CHECK(rule.suppress->value == std::chrono::hours(1));
  CHECK(rule.sets.at(0).variables.size() == 2);
  CHECK(rule.keys->value == "searchers");
  CHECK(rule.others.at(0).name.value == "late");
  CHECK(rule.timezone->value == "Europe/Prague");
  CHECK(rule.offset->value == std::chrono::hours(6));
  CHECK(rule.on_match->message->parts.size() == 3);
  REQUIRE(rule.on_match->fields.size() == 3);
  CHECK(to_string(rule.on_match->fields[1].value) == "1h");
  CHECK(to_string(rule.on_match->fields[2].value) == "'gold'");
  CHECK(rule.on_match->emit_to->value == "found");
  CHECK(rule.on_timeout->none);
}

TEST_CASE("several documents, and a library", "[dsl][rule_file]") {
  const RuleFile file = parse_clean("---\n" + kSmall + R"yaml(---
lists: {risky: [AA, NO, "7", 7, 1.5, true, null, 10.0.0.0/8], ips: {file: ips.txt}}
macros: {internal: "cidr(ip, '10.0.0.0/8')"}
tables: {customers: {file: customers.csv, key: card}, rates: {from: rate, key: [a.b, c], value: price}}
rules:
  - {rule: second, events: {y: on}, pattern: y, key: n}
...
---
)yaml");
  REQUIRE(file.rules.size() == 2);
  CHECK(to_string(file.rules[1].variables.at(0).types) == "on");
  CHECK(to_string(file.rules[1].key->parts.at(0).expression) == "n");
  REQUIRE(file.lists.size() == 2);
  std::string items;
  for (const Expr& item : file.lists[0].items) items += to_string(item) + " ";
  CHECK(items == "'AA' 'NO' '7' 7 1.5 true 'null' '10.0.0.0/8' ");
  CHECK(file.lists[1].file->value == "ips.txt");
  CHECK(to_string(file.macros.at(0).body) == "cidr(ip, '10.0.0.0/8')");
  REQUIRE(file.tables.size() == 2);
  CHECK(file.tables[0].name.value == "customers");
  CHECK(file.tables[0].file->value == "customers.csv");
  CHECK(to_string(*file.tables[1].from) == "rate");
  CHECK(to_string(file.tables[1].key.at(0)) == "a.b");
  CHECK(to_string(*file.tables[1].value) == "price");
}

TEST_CASE("what is wrong with the shape of a file is told", "[dsl][rule_file]") {
  struct Row {
    const char* text;
    const char* codes;
  };
  const auto c = GENERATE(values<Row>({
      {"", ""},
      {"# nothing\n", ""},
      {"- a\n", "E0107"},
      {"word\n", "E0107"},
      {"a: [b\n", "E0101"},
      {"a: b: c\n", "E0101"},
      {", a\n", "E0101"},
      {"rule: r\n], a\n", "E0101"},
      {"\xFF", "E0102"},
      {"a: \x01", "E0102"},
      {"a: \xC0\x80", "E0102"},
      {"a: &x b\nc: *x\n", "E0104"},
      {"a: !t b\n", "E0104"},
      {"[a]: b\n", "E0107"},
      {"test: a\nrules: b\n", "E0105 E0107"},
      {"nothing: here\n", "E0108"},
      {"rule: r\n", "E0108 E0108"},
      {"rule: r\nevents: {a: x}\npattern: a\nrule: s\n", "E0106"},
      {"rule: R 1\nevents: {a: x}\npattern: a\n", "E0109"},
      {"rule: r\nevents: {a: x}\npattern: a\nseverity: hihg\n", "E0110"},
      {"rule: r\nevents: {a: x}\npattern: a\nwithin:\n", "E0112"},
      {"rule: r\nevents: {a: x}\npattern: ''\n", "E0112"},
      {"rule: r\nevents: [a]\npattern: a\n", "E0107"},
      {"rule: r\nevents: {a: x, a: y}\npattern: a\n", "E0106"},
      {"rule: r\nevents: {1a: x}\npattern: a\n", "E0109"},
      {"rule: r\nevents: {until: x}\npattern: a\n", "E0212"},
      {"rule: r\nevents: {a: x}\npattern: a\non match: nothing\n", "E0107"},
      {"rule: r\nevents: {a: x}\npattern: a\non match: {mesage: x}\n", "E0105"},
      {"rule: r\nevents: {a: x =}\npattern: a ->\nhaving: b ==\n", "E0207 E0201 E0201"},
      {"rule: r\nevents: {a: x}\npattern: a\n---\nrule: r\nevents: {a: x}\npattern: a\n", "E0111"},
      {"lists: {a: b}\n", "E0107"},
      {"lists: {a: {fil: b}}\n", "E0105"},
      {"lists: {a: [[b]]}\n", "E0107"},
      {"macros: {in: b}\n", "E0212"},
  }));
  CAPTURE(c.text);
  CHECK(codes(c.text) == c.codes);
}

TEST_CASE("a broken rule does not hide its neighbours", "[dsl][rule_file]") {
  Diagnostics diagnostics;
  const RuleFile file = parse("rule: bad\nevents: {a: x}\npattern: a -> -> b\n---\n" + kSmall, diagnostics);
  CHECK(diagnostics.error_count() == 1);
  REQUIRE(file.rules.size() == 1);
  CHECK(file.rules.front().id.value == "r");
}

TEST_CASE("no file is too deep or too large to be refused", "[dsl][rule_file]") {
  CHECK(codes(std::string(100, '[') + std::string(100, ']')) == "E0104");
  CHECK(codes("a: " + std::string(100000, '[')) == "E0104 E0101");
  CHECK(codes("a: " + std::string(9 * 1024 * 1024, 'x')) == "E0103");
}

TEST_CASE("the nearest name is offered if it is near", "[dsl][diagnostics]") {
  const std::vector<std::string_view> known = {"within", "window", "pattern"};
  CHECK(nearest("witihn", known) == "within");
  CHECK(nearest("patern", known) == "pattern");
  CHECK(nearest("elephant", known).empty());
  CHECK(nearest(std::string(100000, 'x'), known).empty());
}

TEST_CASE("diagnostics show lines as they are", "[dsl][diagnostics]") {
  const auto file = std::make_shared<const SourceFile>(
      "r.yaml", "\t\xC3\xA4 = x\n" + std::string(500, 'a') + "=" + std::string(500, 'b'));
  const auto shown = [&](Span span) {
    std::string out;
    append_text(out, {Severity::error, "E0207", "wrong", "hint", file, span}, false);
    return out;
  };
  CHECK(shown({4, 5}) == "r.yaml:1:4: error[E0207]: wrong\n  1 |  \xC3\xA4 = x\n    |    ^ hint\n");
  CHECK(shown({4, 900}) == "r.yaml:1:4: error[E0207]: wrong\n  1 |  \xC3\xA4 = x\n    |    ^^^ hint\n");
  const std::string clipped = shown({508, 509});
  CHECK(clipped.find("…" + std::string(60, 'a') + "=b") != std::string::npos);
  CHECK(clipped.find("| " + std::string(61, ' ') + "^ hint") != std::string::npos);
}

TEST_CASE("diagnostics print as JSON", "[dsl][diagnostics]") {
  const auto file = std::make_shared<const SourceFile>("r.yaml", "a\nb \"c\"\n");
  std::string out;
  append_json(out, {Severity::warning, "W0101", "say \"c\"", "", file, {4, 7}});
  CHECK(out == R"({"severity":"warning","code":"W0101","message":"say \"c\"","hint":"","file":"r.yaml",)"
               R"("line":2,"column":3,"end_line":2,"end_column":6})");
}

TEST_CASE("diagnostics are ordered by file and place", "[dsl][diagnostics]") {
  const auto a = std::make_shared<const SourceFile>("a", "xxxx");
  const auto b = std::make_shared<const SourceFile>("b", "xxxx");
  Diagnostics diagnostics;
  diagnostics.error(b, {2, 3}, "1", "");
  diagnostics.error(a, {1, 2}, "2", "");
  diagnostics.warning(b, {0, 1}, "3", "");
  diagnostics.sort();
  CHECK(diagnostics.all()[0].code + diagnostics.all()[1].code + diagnostics.all()[2].code == "312");
  CHECK(diagnostics.error_count() == 2);
  CHECK(diagnostics.warning_count() == 1);
}

}  // namespace tocsin::dsl
