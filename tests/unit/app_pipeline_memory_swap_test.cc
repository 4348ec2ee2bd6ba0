/// What rules remember beside their runs stays over a change of rules, at every event of a small stream.

#include "tests/support/catch.h"
#include "tests/support/piping.h"

using namespace tocsin;
using namespace tocsin::tests;

namespace {

const std::string kKept = R"(
rule: once
key: k
events: {a: a, b: b}
pattern: a -> b
within: 4s
runs: once
---
rule: counted
key: k
events: {a: a, b: b}
pattern: a -> not b
within: 3 events
---
rule: quiet
key: k
events: {a: a, b: b}
pattern: not a for 2s -> b
---
rule: looks-back
key: k
events: {a: "any where v > prior[2].v"}
pattern: a
on match: {message: "{a.v}"}
---
rule: preferred
key: k
events: {a: a, b: b}
pattern: a -> b{1,3}
within: 6s
emit: preferred
on match: {message: "{a.v} {b.v}"}
---
rule: keyed
key: {a: v, b: w}
events: {a: a, b: b}
pattern: a -> b
within: 9s
)";

/// Names attributes that the others do not.
const std::string kAdded = R"(
rule: added
events: {a: any where x > 1 and y > 1}
pattern: a
---
)";

std::vector<std::string> some_lines() {
  std::vector<std::string> lines;
  int second = 10;
  for (const char type : std::string("abacabbcaabcabbb")) {
    lines.push_back("{\"ts\":" + std::to_string(second) + "000,\"type\":\"" + type +
                    "\",\"k\":" + std::to_string(second / 3 % 2) + ",\"w\":" + std::to_string(second % 3) +
                    ",\"x\":1,\"y\":2,\"v\":" + std::to_string(second * 7 % 5) + "}\n");
    ++second;
  }
  return lines;
}

}  // namespace

TEST_CASE("what rules remember stays over a swap", "[app][swap]") {
  const std::size_t workers = GENERATE(1u, 2u);
  const std::size_t k = GENERATE(range(std::size_t{0}, std::size_t{17}));
  CAPTURE(workers, k);
  std::string text;
  for (const std::string& line : some_lines()) text += line;
  app::PipelineOptions options;
  options.workers = workers;
  options.batch_bytes = some_lines()[0].size();
  Piping unswapped(kKept, options);
  unswapped.input(text).finish();

  Piping swapped(kKept, options);
  swapped.input(text);
  for (std::size_t i = 0; i < k; ++i) swapped.step();
  swapped.pipeline.swap_rules(rules_of(kAdded + kKept));
  swapped.finish();
  for (const char* rule : {"once", "counted", "quiet", "looks-back", "preferred", "keyed"}) {
    CAPTURE(rule);
    REQUIRE(!unswapped.alerts_of(rule).empty());
    CHECK(swapped.alerts_of(rule) == unswapped.alerts_of(rule));
  }
}
