#include "base/arena.h"
#include "base/schema.h"
#include "tests/support/catch.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace tocsin {
namespace {

AttributePath path(std::vector<PathSegment> segments) {
  return {std::move(segments)};
}

TEST_CASE("paths print so that no two look alike", "[base][schema]") {
  CHECK(to_string(path({"user"})) == "user");
  CHECK(to_string(path({"geo", "country"})) == "geo.country");
  CHECK(to_string(path({"items", 0u, "sku"})) == "items[0].sku");
  CHECK(to_string(path({"geo.country"})) == "[\"geo.country\"]");
  CHECK(to_string(path({"a", "", "b"})) == "a[\"\"].b");
  CHECK(to_string(path({"a", "0"})) == "a[\"0\"]");
}

TEST_CASE("a schema lays out for each type what rules read of it", "[base][schema]") {
  Schema schema;
  const TypeId click = schema.use_type("click");
  const TypeId txn = schema.use_type("txn");
  const AttributeId user = schema.use_attribute(path({"user"}));
  const AttributeId amount = schema.use_attribute(path({"amount"}));
  const AttributeId country = schema.use_attribute(path({"country"}));
  schema.use_attribute_of(txn, amount, Reading::later);
  schema.use_attribute_of(txn, user, Reading::on_arrival);
  schema.use_attribute_of(txn, country, Reading::on_arrival);
  schema.use_attribute_of(txn, country, Reading::later);
  schema.use_attribute_of(txn, country, Reading::on_arrival);
  schema.use_attribute_of(click, user, Reading::on_arrival);
  CHECK(schema.use_type("click") == click);
  CHECK(schema.use_attribute(path({"amount"})) == amount);
  schema.seal();

  CHECK(schema.find_type("txn") == txn);
  CHECK(schema.find_type("login") == kOtherType);
  CHECK(schema.type_name(txn) == "txn");
  CHECK(schema.layout(txn).attributes == std::vector<AttributeId>{amount, country, user});
  CHECK(schema.layout(txn).slot_of == std::vector<std::uint16_t>{2, 0, 1});
  CHECK(schema.layout(txn).kept == 2);
  CHECK(schema.layout(click).slot_of == std::vector<std::uint16_t>{0, Layout::kAbsent, Layout::kAbsent});
  CHECK(schema.layout(click).kept == 0);
  CHECK(schema.layout(txn).seen);
  CHECK_FALSE(schema.layout(kOtherType).seen);
  CHECK(schema.layout(kOtherType).attributes.empty());
}

TEST_CASE("a rule over any type gives every layout its attributes", "[base][schema]") {
  Schema schema;
  const TypeId click = schema.use_type("click");
  const AttributeId user = schema.use_attribute(path({"user"}));
  const AttributeId amount = schema.use_attribute(path({"amount"}));
  schema.use_attribute_of_any(amount, Reading::later);
  schema.use_attribute_of(click, user, Reading::later);
  schema.see_any_type();
  schema.seal();

  CHECK(schema.layout(kOtherType).seen);
  CHECK(schema.layout(kOtherType).attributes == std::vector<AttributeId>{amount});
  CHECK(schema.layout(click).attributes == std::vector<AttributeId>{user, amount});
}

TEST_CASE("an arena keeps what it gave until it is reset", "[base][arena]") {
  Arena arena;
  std::vector<std::string_view> texts;
  for (std::size_t i = 0; i < 3000; ++i) texts.push_back(arena.copy(std::string(i % 700, 'x')));
  for (std::size_t i = 0; i < texts.size(); ++i) CHECK(texts[i] == std::string(i % 700, 'x'));
  for (int i = 0; i < 100; ++i) {
    arena.allocate<char>(1);
    CHECK(reinterpret_cast<std::uintptr_t>(arena.allocate<std::int64_t>(3)) % alignof(std::int64_t) == 0);
  }
}

TEST_CASE("an arena that is reset does not grow again for the same work", "[base][arena]") {
  Arena arena;
  const auto work = [&arena](bool large_first) {
    if (large_first) arena.allocate<char>(3 * Arena::kBlockBytes);
    for (int i = 0; i < 40; ++i) std::memset(arena.allocate<char>(20'000), 1, 20'000);
    if (!large_first) arena.allocate<char>(3 * Arena::kBlockBytes);
    arena.reset();
  };
  work(false);
  const std::size_t reserved = arena.reserved_bytes();
  CHECK(reserved >= 3 * Arena::kBlockBytes + 800'000);
  for (int i = 0; i < 10; ++i) work(false);
  CHECK(arena.reserved_bytes() == reserved);
}

}  // namespace
}  // namespace tocsin
