#include "runtime/changing_table.h"
#include "tests/support/catch.h"
#include "tests/support/compiled.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace tocsin::runtime {
namespace {

/// A table from events of type `t` with `k` as the key and an int `v`, which deletes when it is negative.
class Bench {
 public:
  Bench()
      : compiled_{tests::compile_texts({"tables: {all: {from: t, key: k, delete: v < 0}}\n---\n"
                                        "rule: r\nevents: {a: 't where all[k].v == v'}\npattern: a\n"})},
        table{compiled_.rules->tables.front()} {}

  void change(int second, const std::string& key, std::int64_t v) {
    Event event;
    event.time = at(second);
    event.offset = ++offset_;
    event.type_name = "t";
    event.type = schema().find_type("t");
    std::vector<Value> values;
    for (const AttributeId column : schema().layout(event.type).attributes) {
      const bool is_key = to_string(schema().path(column)) == "k";
      values.push_back(!is_key ? Value::integer(v) : key.empty() ? Value::null() : Value::string(key));
    }
    event.values = values.data();
    table.apply(event, schema());
  }

  /// The value as of the end of a second; none without a row.
  std::optional<std::int64_t> find(int second, const std::string& key) {
    const StoredEvent* row = table.find(std::array{Value::string(key)}, place_after(at(second)), schema());
    if (row == nullptr) return std::nullopt;
    const auto& columns = schema().layout(row->type).attributes;
    return row->values()[to_string(schema().path(columns[0])) == "v" ? 0 : 1].as_integer();
  }

  static EventTime at(int second) { return EventTime{std::chrono::seconds{second}}; }
  const Schema& schema() const { return *compiled_.rules->schema; }

 private:
  tests::Compiled compiled_;
  std::uint64_t offset_ = 0;

 public:
  ChangingTable table;
};

TEST_CASE("a row is what the last change before left of it", "[runtime][table]") {
  Bench b;
  b.change(1, "x", 1);
  b.change(3, "x", 3);
  b.change(3, "x", 4);
  b.change(5, "x", -1);
  b.change(7, "x", 7);
  CHECK(b.find(0, "x") == std::nullopt);
  CHECK(b.find(1, "x") == 1);
  CHECK(b.find(2, "x") == 1);
  CHECK(b.find(4, "x") == 4);
  CHECK(b.find(5, "x") == std::nullopt);
  CHECK(b.find(7, "x") == 7);
  CHECK(b.find(7, "y") == std::nullopt);
}

TEST_CASE("what happens at a place is not seen there", "[runtime][table]") {
  Bench b;
  b.change(1, "x", 1);
  b.change(1, "x", 2);
  EventPlace second{Bench::at(1), 0, 2};
  const StoredEvent* row = b.table.find(std::array{Value::string("x")}, second, b.schema());
  REQUIRE(row != nullptr);
  CHECK(row->offset == 1);
}

TEST_CASE("versions that nobody can ask for are dropped, and keys that are gone", "[runtime][table]") {
  Bench b;
  for (int second = 1; second <= 100; ++second) {
    for (int k = 0; k < 20; ++k) b.change(second, "k" + std::to_string(k), second % 10 == 9 ? -1 : second);
  }
  CHECK(b.table.size() == 20);
  CHECK(b.table.versions() == 20 * 100);
  b.table.forget_before(Bench::at(50));
  CHECK(b.find(50, "k3") == 50);
  CHECK(b.find(69, "k3") == std::nullopt);
  CHECK(b.table.versions() == 20 * 51);
  b.change(101, "k0", -1);
  b.change(101, "new", -1);
  b.change(102, "", 1);
  b.table.forget_before(Bench::at(1000));
  CHECK(b.table.size() == 19);
  CHECK(b.table.versions() == 19);
  CHECK(b.find(2000, "k0") == std::nullopt);
  CHECK(b.find(2000, "k1") == 100);
  CHECK(b.table.counters().unkeyed == 1);
  b.change(2001, "k0", 5);
  CHECK(b.find(2001, "k0") == 5);
}

}  // namespace
}  // namespace tocsin::runtime
