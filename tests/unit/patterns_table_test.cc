#include "patterns/table.h"
#include "tests/support/catch.h"

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace tocsin::patterns {
namespace {

using Key = std::vector<Value>;

TEST_CASE("a row is found by what compares as equal to its key", "[patterns][table]") {
  TableRows rows(1, 1);
  const std::vector<Key> keys = {
      {Value::integer(7)}, {Value::string("seven")}, {Value::real(0.5)}, {Value::boolean(true)}};
  for (const Key& key : keys) CHECK(rows.add_key(key, rows.add_row(key)));
  const auto found = [&](const Value& v) { return rows.find(std::array{v}); };
  REQUIRE(found(Value::integer(7)) != nullptr);
  CHECK(found(Value::real(7.0)) == found(Value::integer(7)));
  CHECK(found(Value::string("seven"))->as_text() == "seven");
  CHECK(found(Value::real(0.5))->as_real() == 0.5);
  CHECK(found(Value::boolean(true))->as_boolean());
  for (const Value& other : {Value::string("7"),
                             Value::integer(1),
                             Value::boolean(false),
                             Value::real(7.5),
                             Value::real(std::numeric_limits<double>::quiet_NaN()),
                             Value::null(),
                             Value::json("[7]"),
                             Value::duration(Duration{7})}) {
    CHECK(found(other) == nullptr);
  }
}

TEST_CASE("a key of several parts is found by all of them", "[patterns][table]") {
  TableRows rows(2, 1);
  const Key fr{Value::string("FR"), Value::string("EUR")};
  const Key ch{Value::string("CH"), Value::string("EUR")};
  CHECK(rows.add_key(fr, rows.add_row(std::array{Value::integer(1)})));
  CHECK(rows.add_key(ch, rows.add_row(std::array{Value::integer(2)})));
  CHECK(rows.find(fr)->as_integer() == 1);
  CHECK(rows.find(ch)->as_integer() == 2);
  CHECK(rows.find(Key{Value::string("EUR"), Value::string("FR")}) == nullptr);
  CHECK(rows.find(Key{Value::string("FR"), Value::null()}) == nullptr);
}

TEST_CASE("the later of two rows with one key takes its place", "[patterns][table]") {
  TableRows rows(1, 1);
  const Key key{Value::string("k")};
  CHECK(rows.add_key(key, rows.add_row(std::array{Value::integer(1)})));
  CHECK_FALSE(rows.add_key(key, rows.add_row(std::array{Value::integer(2)})));
  CHECK(rows.find(key)->as_integer() == 2);
  CHECK(rows.size() == 2);
}

TEST_CASE("a column is empty when no row has a value there", "[patterns][table]") {
  TableRows rows(1, 2);
  rows.add_row(std::array{Value::integer(1), Value::null()});
  rows.add_row(std::array{Value::null(), Value::null()});
  CHECK(rows.has_any(0));
  CHECK_FALSE(rows.has_any(1));
}

TEST_CASE("numbers come and go under their hashes", "[patterns][table]") {
  HashIndex index;
  std::multimap<std::uint64_t, std::uint32_t> want;
  std::mt19937_64 random{11};
  std::uint32_t next = 0;
  for (int turn = 0; turn < 20'000; ++turn) {
    const std::uint64_t hash = random() % 64 * 0x100000001u;  // many that collide
    if (random() % 2 == 0 && want.size() < 300) {
      index.add(hash, next);
      want.emplace(hash, next++);
    } else if (const auto at = want.find(hash); at != want.end()) {
      index.remove(hash, at->second);
      want.erase(at);
    }
    if (turn % 100 != 0) continue;
    for (const auto& [h, number] : want) {
      CHECK(index.find(h, [&](std::uint32_t n) { return n == number; }) == number);
    }
    CHECK(index.size() == want.size());
    CHECK(index.find(1, [](std::uint32_t) { return true; }) == HashIndex::kNone);
  }
}

}  // namespace
}  // namespace tocsin::patterns
