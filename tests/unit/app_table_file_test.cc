#include "app/memory_source.h"
#include "app/pipeline.h"
#include "app/rule_loader.h"
#include "tests/support/catch.h"
#include "tests/support/folder.h"

#include <fmt/format.h>

#include <string>
#include <vector>

using namespace tocsin;
using namespace tocsin::app;
using tocsin::tests::Folder;

namespace {

/// What the rule says of the events, an alert's fields a line; or what is wrong with the rule.
std::string run(const Folder& folder, const std::string& rule, const std::string& events) {
  folder.write("rules/r.yaml", rule);
  const std::vector<std::string> paths = {folder.path("rules")};
  auto rules = load_rules(paths);
  REQUIRE(rules);
  std::string out;
  for (const dsl::Diagnostic& d : rules->diagnostics.all())
    out += d.code + " " + d.message + " " + d.hint + "\n";
  if (!rules->compiled) return out;
  Pipeline pipeline(*std::move(rules->compiled), {});
  pipeline.add_input(std::make_unique<MemorySource>("events", events), connectors::Format::ndjson);
  StepOutput step;
  while (*pipeline.step(step, std::chrono::milliseconds{0}) != StepState::end) {
  }
  pipeline.drain(step);
  for (const runtime::Alert& alert : step.alerts.alerts) {
    const std::string line{step.alerts.line(alert)};
    const auto begin = line.find("\"fields\":");
    out += line.substr(begin + 9, line.find('}', begin) - begin - 8) + "\n";
  }
  return out;
}

std::string rule_over(const std::string& table, const std::string& where, const std::string& fields) {
  return fmt::format(
      "tables:\n  customers: {}\n---\nrule: r\nevents:\n  a: t where {}\npattern: a\non match:\n  fields: "
      "{}\n",
      table,
      where,
      fields);
}

/// One event of type t for each of `keys`, written as JSON.
std::string events_with(const std::vector<std::string>& keys) {
  std::string out;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    out += fmt::format("{{\"ts\":{},\"type\":\"t\",\"card\":{}}}\n", i, keys[i]);
  }
  return out;
}

const char* const kTable = "{file: ../customers.csv, key: card}";

}  // namespace

TEST_CASE("rows of CSV are found by texts and by what these look like", "[app][table]") {
  const Folder folder;
  folder.write("customers.csv",
               "card,country,limit\nc1,FR,10\n007,CH,20.5\n12,RO,\ntrue,IT,1\n\"a,b\",DE,\"7\"\n");
  CHECK(run(folder,
            rule_over(
                kTable, "customers[card]", "{c: 'customers[a.card].country', l: 'customers[a.card].limit'}"),
            events_with({R"("c1")",
                         R"("007")",
                         "7",
                         R"("12")",
                         "12",
                         "12.0",
                         "true",
                         R"("a,b")",
                         R"("c2")",
                         "null"})) ==
        "{\"c\":\"FR\",\"l\":10}\n{\"c\":\"CH\",\"l\":20.5}\n{\"c\":\"RO\",\"l\":null}\n{\"c\":\"RO\",\"l\":"
        "null}\n"
        "{\"c\":\"RO\",\"l\":null}\n{\"c\":\"IT\",\"l\":1}\n{\"c\":\"DE\",\"l\":7}\n");
}

TEST_CASE("rows of NDJSON keep their types, and columns their depth", "[app][table]") {
  const Folder folder;
  folder.write("customers.ndjson",
               "{\"card\":7,\"owner\":{\"name\":\"Ann\"}}\n\n{\"card\":\"8\",\"type\":\"x\",\"owner\":{"
               "\"name\":\"Bo\\\"b\"}}\n");
  CHECK(run(folder,
            rule_over(
                "{file: ../customers.ndjson, key: card}",
                "not customers[card] or customers[card].type == 'x' or customers[card].owner.name == 'Ann'",
                "{n: 'customers[a.card].owner.name'}"),
            events_with({"7", R"("7")", "8", R"("8")"})) ==
        "{\"n\":\"Ann\"}\n{\"n\":null}\n{\"n\":null}\n{\"n\":\"Bo\\\"b\"}\n");
}

TEST_CASE("a table may be the key, and stand in an aggregate", "[app][table]") {
  const Folder folder;
  folder.write("customers.csv", "card,house,rate\nc1,h1,2\nc2,h1,3\nc3,h2,5\n");
  const std::string rule =
      "tables:\n  customers: {file: ../customers.csv, key: card}\n---\nrule: r\nkey: customers[card].house\n"
      "events: {a: t}\nwindow: sliding 1h\nhaving: count(a) > 0\nemit: each\non match:\n  fields:\n"
      "    sum: sum(customers[a.card].rate)\n";
  CHECK(run(folder, rule, events_with({R"("c1")", R"("c3")", R"("c2")", R"("c9")"})) ==
        "{\"sum\":2}\n{\"sum\":5}\n{\"sum\":5}\n");
}

TEST_CASE("what is wrong with a table's file", "[app][table]") {
  struct Case {
    const char* says;
    const char* text;
    const char* column;
    const char* want;
  };
  const auto c = GENERATE(values<Case>({
      {"a column misspelt",
       "card,country\nc1,FR\n",
       "contry",
       "E0332 no row of the table `customers` has `contry` did you mean `country`?\n"},
      {"a column that is empty is none", "card,country\nc1,\n", "country", ""},
      {"a row with too few cells",
       "card,country\nc1,FR\nc2\n",
       "country",
       "E0330 cannot read the table's file: line 3 of `FILE`: wrong number of cells \n"},
      {"no rows", "card,country\n", "country", ""},
      {"no text at all", "", "country", ""},
      {"a row without its key",
       "card,country\nc1,FR\n,CH\n",
       "country",
       "W0105 1 row of the table has no key \n"},
      {"keys that come again",
       "card,country\nc1,FR\nc1,CH\nc1,RO\n",
       "country",
       "W0106 2 rows of the table: the key is that of an earlier one, whose place is taken keys are to be "
       "unique; the last row counts\n"},
  }));
  CAPTURE(c.says);
  const Folder folder;
  folder.write("customers.csv", c.text);
  std::string got =
      run(folder, rule_over(kTable, std::string("customers[card].") + c.column + " == 'XX'", "{}"), "");
  const std::string path = folder.path("rules/../customers.csv");
  if (const auto at = got.find(path); at != std::string::npos) got.replace(at, path.size(), "FILE");
  CHECK(got == c.want);
}
