/// Look-ups of constants: what `compare` calls equal is found, and nothing else.

#include "runtime/entries_by_value.h"
#include "tests/support/catch.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tocsin::runtime {
namespace {

constexpr std::int64_t kTwoTo53 = std::int64_t{1} << 53;

/// The texts are gone once it is sealed.
EntriesByValue some_entries() {
  EntriesByValue entries;
  const std::string texts = "x1 m339.books.example";
  const std::string_view all = texts;
  entries.add(Value::integer(3), 0);
  entries.add(Value::real(2.5), 1);
  entries.add(Value::string(all.substr(0, 2)), 2);
  entries.add(Value::string(all.substr(3)), 3);
  entries.add(Value::boolean(true), 4);
  entries.add(Value::integer(kTwoTo53 + 1), 5);
  entries.add(Value::real(3.0), 6);
  entries.add(Value::integer(-7), 7);
  entries.seal();
  return entries;
}

}  // namespace

TEST_CASE("constants are found by what equals them", "[runtime][index]") {
  struct Case {
    const char* says;
    Value value;
    std::vector<std::uint32_t> entries;
  };
  const auto c = GENERATE(values<Case>({
      {"an int, and a float that is the same", Value::integer(3), {0, 6}},
      {"a float that is an int", Value::real(3.0), {0, 6}},
      {"a float", Value::real(2.5), {1}},
      {"a short text", Value::string("x1"), {2}},
      {"a long text", Value::string("m339.books.example"), {3}},
      {"a text that is longer", Value::string("m339.books.example."), {}},
      {"a bool", Value::boolean(true), {4}},
      {"the other bool", Value::boolean(false), {}},
      {"a large int", Value::integer(kTwoTo53 + 1), {5}},
      {"the float that it would be rounded to", Value::real(static_cast<double>(kTwoTo53)), {}},
      {"less than nothing", Value::real(-7.0), {7}},
      {"a text that reads as a number", Value::string("3"), {}},
      {"JSON", Value::json("3"), {}},
      {"null", Value::null(), {}},
  }));
  CAPTURE(c.says);
  const EntriesByValue entries = some_entries();
  const auto found = entries.find(c.value);
  CHECK(std::vector<std::uint32_t>(found.begin(), found.end()) == c.entries);
}

TEST_CASE("where there are no constants none is found", "[runtime][index]") {
  EntriesByValue entries;
  entries.seal();
  CHECK(entries.empty());
  CHECK(entries.find(Value::integer(1)).empty());
}

}  // namespace tocsin::runtime
