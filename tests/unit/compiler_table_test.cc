#include "tests/support/catch.h"
#include "tests/support/compiled.h"

#include <array>

namespace tocsin {
namespace {

using Findings = std::vector<std::string>;

/// Stands in for every file: a row that has `card`, `region` and `country`, whatever is asked for.
Result<compiler::TableFile> read_customers(const std::string& path,
                                           const patterns::Table& table,
                                           const std::shared_ptr<const Schema>& schema) {
  if (path != "customers.csv") return fail(ErrorCode::not_found, "there is none");
  const auto& columns = schema->layout(table.types.front()).attributes;
  auto rows = std::make_shared<patterns::TableRows>(table.key.size(), columns.size());
  compiler::TableFile file;
  std::vector<Value> row;
  for (const AttributeId column : columns) {
    const std::string name = to_string(schema->path(column));
    const bool has = name == "card" || name == "region" || name == "country";
    row.push_back(has ? Value::string("x") : Value::null());
    if (!has) file.names = {"card", "region", "country"};
  }
  rows->add_key(std::vector<Value>(table.key.size(), Value::string("x")), rows->add_row(row));
  file.rows = rows;
  return file;
}

struct Case {
  const char* says;
  std::string table;  // its settings
  std::string condition;
  Findings want;
};

TEST_CASE("what is said of tables", "[compiler][table]") {
  const auto c = GENERATE(values<Case>({
      {"nothing wrong", "{file: customers.csv, key: card}", "customers[card].country == 'FR'", {}},
      {"whether there is a row", "{file: customers.csv, key: card}", "not customers[card]", {}},
      {"the same, as a value", "{file: customers.csv, key: card}", "exists(customers[lower(card)])", {}},
      {"two parts", "{file: customers.csv, key: [card, region]}", "customers[card, 'x'].country == 'FR'", {}},
      {"the attribute of that name",
       "{file: customers.csv, key: card}",
       "this.customers[0].country == 'FR'",
       {}},
      {"no file", "{key: card}", "x == 1", {"E0108 `customers`"}},
      {"no key", "{file: customers.csv}", "x == 1", {"E0108 `customers`"}},
      {"an unknown setting", "{fiel: customers.csv, key: card}", "x == 1", {"E0105 `fiel`"}},
      {"no map", "customers.csv", "x == 1", {"E0107 `customers.csv`"}},
      {"a key that is no attribute",
       "{file: customers.csv, key: lower(card)}",
       "x == 1",
       {"E0333 `lower(card)`"}},
      {"a file that is not there", "{file: nowhere.csv, key: card}", "x == 1", {"E0330 `nowhere.csv`"}},
      {"a key that is not there", "{file: customers.csv, key: crad}", "x == 1", {"E0332 `crad`"}},
      {"a column that is not there",
       "{file: customers.csv, key: card}",
       "customers[card].contry == 'FR'",
       {"E0332 `contry`"}},
      {"no key asked for",
       "{file: customers.csv, key: card}",
       "customers.country == 'FR'",
       {"E0331 `customers.country`"}},
      {"a table misspelt",
       "{file: customers.csv, key: card}",
       "custmers[card].country == 'FR'",
       {"E0335 `custmers`"}},
      {"no table by far", "{file: customers.csv, key: card}", "items[x] == 1", {"E0305 `x`"}},
      {"too few parts",
       "{file: customers.csv, key: [card, region]}",
       "customers[card].country == 'FR'",
       {"E0331 `card`"}},
      {"too many parts",
       "{file: customers.csv, key: card}",
       "customers[card, region].country == 'FR'",
       {"E0331 `card, region`"}},
      {"a list as a key",
       "{file: customers.csv, key: card}",
       "customers[split(x, ',')]",
       {"E0331 `split(x, ',')`"}},
      {"an item of a row",
       "{file: customers.csv, key: card}",
       "customers[card][0] == 1",
       {"E0305 `customers[card][0]`"}},
      {"a row as a text",
       "{file: customers.csv, key: card}",
       "customers[card] contains 'x'",
       {"E0501 `customers[card]`"}},
  }));
  CAPTURE(c.says, c.condition);
  compiler::CompileOptions options;
  options.read_table = read_customers;
  auto compiled =
      tests::compile_texts({"tables:\n  customers: " + c.table + "\n---\nrule: r\nevents:\n  a: t where " +
                            c.condition + "\npattern: a\n"},
                           options);
  CHECK(tests::findings(compiled) == c.want);
}

TEST_CASE("a table of what rules emit", "[compiler][table]") {
  const auto compile = [](const std::string& from) {
    return tests::compile_texts({"tables: {t: {from: " + from +
                                 ", key: k}}\n---\nrule: r\nevents: {a: a}\npattern: a\nemit to: z\n"});
  };
  auto of_input = compile("a|y");
  CHECK(tests::findings(of_input).empty());
  auto of_rule = compile("a|z");
  CHECK(tests::findings(of_rule) == Findings{"E0337 `z`"});
  CHECK(of_rule.diagnostics.all().front().message ==
        "the table `t` cannot be filled with what rules emit: `z` comes from the rule `r`");
  auto of_timeout = tests::compile_texts(
      {"tables: {t: {from: z, key: k}}\n---\nrule: r\nevents: {a: a, b: b}\npattern: a -> b\nwithin: 1s\n"
       "on timeout: {emit to: z}\n"});
  CHECK(tests::findings(of_timeout) == Findings{"E0337 `z`"});
}

TEST_CASE("a look-up reads as it is written, and its table is no part of the version", "[compiler][table]") {
  compiler::CompileOptions options;
  options.read_table = read_customers;
  const auto compile = [&](const std::string& more) {
    return tests::compile_texts(
        {"tables:\n  a_first: {file: customers.csv, key: card}\n" + more +
         "  customers: {file: customers.csv, key: [card, region]}\n---\nrule: r\nevents:\n"
         "  a: t where customers[card, 'x'].country == 'FR' and a_first[card]\npattern: a\n"},
        options);
  };
  const auto one = compile("");
  const auto other = compile("  b_between: {file: customers.csv, key: region}\n");
  REQUIRE(one.rules);
  REQUIRE(other.rules);
  CHECK(one.program_text().find("customers[card, 'x'].country == 'FR'") != std::string::npos);
  CHECK(one.program_text().find("a_first[card]") != std::string::npos);
  CHECK(one.program().version == other.program().version);
}

TEST_CASE("files of tables need a reader", "[compiler][table]") {
  auto compiled = tests::compile_texts({"tables: {x: {file: customers.csv, key: card}}"});
  CHECK(tests::findings(compiled) == Findings{"E0330 `customers.csv`"});
}

}  // namespace
}  // namespace tocsin
