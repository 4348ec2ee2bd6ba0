/// What the index of many rules finds for an event: those that it may mean something to, and no others.

#include "runtime/event_facts.h"
#include "runtime/rule_set.h"
#include "tests/support/catch.h"
#include "tests/support/compiled.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::runtime {
namespace {

using Numbers = std::vector<std::uint32_t>;

/// By rule: what the first event of a match must show.
const std::vector<std::string> kConditions = {
    "n == 3",
    "n in [1, 2]",
    "n > 4 and n < 9",
    "s == 'x1'",
    "s startswith 'y'",
    "s contains 'oo'",
    "s matches '^a.*z$'",
    "s endswith 'q'",
    "s == 'x1' or n == 3",
    "len(s) == 2",  // no index helps: it always looks
};

RuleSet indexed_rules(const std::vector<std::string>& conditions) {
  std::string text;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    text += fmt::format(
        "---\nrule: r{}\nkey: k\nevents:\n  a: \"t where {}\"\n  b: t where n > 100\npattern: a -> "
        "b\nwithin: 1m\n",
        i,
        conditions[i]);
  }
  const auto compiled = tests::compile_texts({text});
  REQUIRE(compiled.rules);
  return RuleSet{compiled.rules->schema, compiled.rules->programs};
}

/// An event of type `t` with two attributes.
class TwoAttributes {
 public:
  TwoAttributes(const Schema& schema, Value n, Value s) {
    event_.type_name = "t";
    event_.type = schema.find_type("t");
    for (const AttributeId attribute : schema.layout(event_.type).attributes) {
      const std::string name = to_string(schema.path(attribute));
      slots_.push_back(name == "n" ? n : name == "s" ? s : Value::null());
    }
    event_.values = slots_.data();
  }
  TwoAttributes(const TwoAttributes&) = delete;
  TwoAttributes& operator=(const TwoAttributes&) = delete;

  const Event& event() const { return event_; }

 private:
  Event event_;
  std::vector<Value> slots_;
};

/// The rules of those entries to which nothing says no.
Numbers shown(const AccessIndex& index, const std::vector<AccessIndex::Entry>& found, EventFacts& facts) {
  Numbers numbers;
  for (const AccessIndex::Entry entry : found) {
    if (index.ask(entry, facts)) numbers.push_back(index.rule_of(entry));
  }
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

}  // namespace

TEST_CASE("an index finds the rules that an event may mean something to", "[runtime][index]") {
  struct Case {
    const char* says;
    Value n;
    Value s;
    Numbers opening;
    Numbers advancing;
  };
  const Value none = Value::null();
  const auto c = GENERATE_COPY(values<Case>({
      {"a number and a name for it", Value::integer(3), none, {0, 8, 9}, {}},
      {"one of a set", Value::real(2.0), none, {1, 9}, {}},
      {"in a range", Value::integer(6), none, {2, 9}, {}},
      {"beyond it, and what runs wait for", Value::integer(101), none, {9}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}},
      {"a text", none, Value::string("x1"), {3, 8, 9}, {}},
      {"two text patterns at once", none, Value::string("yoo"), {4, 5, 9}, {}},
      {"a regular expression", none, Value::string("abz"), {6, 9}, {}},
      {"what it requires is not enough", none, Value::string("zba"), {9}, {}},
      {"two attributes", Value::integer(1), Value::string("iq"), {1, 7, 9}, {}},
      {"nothing", none, none, {9}, {}},
      {"another kind: they count it",
       Value::boolean(true),
       none,
       {0, 1, 2, 8, 9},
       {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}},
  }));
  CAPTURE(c.says);
  const RuleSet rules = indexed_rules(kConditions);
  const Schema& schema = rules.schema();
  const TwoAttributes two{schema, c.n, c.s};
  const Event& event = two.event();

  EventFacts facts{rules.conditions(), schema, nullptr};
  facts.look_at(event, 1);
  const TypeRules& here = rules.key_spaces()[0].levels[0][event.type.value];
  REQUIRE(here.indexed);
  std::vector<AccessIndex::Entry> opening;
  std::vector<AccessIndex::Entry> advancing;
  constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
  CHECK(here.opening.find(event, facts, kAll, opening));
  CHECK(here.advancing.find(event, facts, kAll, advancing));
  CHECK(shown(here.opening, opening, facts) == c.opening);
  CHECK(shown(here.advancing, advancing, facts) == c.advancing);
  for (std::uint32_t rule = 0; rule < kConditions.size(); ++rule) {
    CAPTURE(rule);
    const bool is_found = std::count(c.opening.begin(), c.opening.end(), rule) > 0;
    CHECK(here.opening.admits(rule, event, facts).has_value() == is_found);
  }
}

TEST_CASE("an index decides what it can, and leaves to the rule what is to be counted", "[runtime][index]") {
  constexpr std::int64_t kTwoTo53 = std::int64_t{1} << 53;
  struct Case {
    const char* condition;
    Value n;
    Value s;
    const char* want;
  };
  const Value none = Value::null();
  const auto c = GENERATE_COPY(values<Case>({
      {"n == 3", Value::integer(3), none, "holds"},
      {"n == 3", Value::real(3.0), none, "holds"},
      {"n == 9007199254740993", Value::real(static_cast<double>(kTwoTo53)), none, "no"},
      {"n > 4", Value::integer(4), none, "no"},
      {"n > 4", Value::real(4.0000001), none, "holds"},
      {"n >= 4 and n < 9", Value::integer(4), none, "holds"},
      {"n >= 4 and n < 9", Value::integer(9), none, "no"},
      {"n > 9007199254740992", Value::integer(kTwoTo53), none, "no"},
      {"n > 9007199254740992", Value::integer(kTwoTo53 + 1), none, "holds"},
      {"n between 1 and 2", Value::real(2.0), none, "holds"},
      {"n < 0.5", Value::integer(-kTwoTo53 - 1), none, "holds"},
      {"s matches '^a.*z$'", none, Value::string("abz"), "holds"},
      {"s == 'x' or n == 3", Value::integer(3), none, "holds"},
      {"s == 'x' and n < 3", Value::integer(2), Value::string("x"), "holds"},
      {"s == 'x' and n < 3", Value::integer(3), Value::string("x"), "no"},
      {"s == 'x' and not (n < 3)", none, Value::string("x"), "holds"},
      {"n == 3", Value::string("3"), none, "asks"},
      {"s == 'x' and n < 3", Value::boolean(true), Value::string("x"), "asks"},
      {"s == 'x' or n == 3", Value::integer(3), Value::integer(4), "asks"},
      {"len(s) == 1", none, Value::string("x"), "asks"},
  }));
  CAPTURE(c.condition);
  const RuleSet rules =
      indexed_rules({c.condition, "s matches 'f'", "s matches 'g'", "s matches 'h'", "s matches 'i'"});
  const TwoAttributes two{rules.schema(), c.n, c.s};
  EventFacts facts{rules.conditions(), rules.schema(), nullptr};
  facts.look_at(two.event(), 1);
  const AccessIndex& index = rules.key_spaces()[0].levels[0][two.event().type.value].opening;
  const auto entry = index.admits(0, two.event(), facts);
  const auto known = entry ? index.ask(*entry, facts) : std::nullopt;
  const std::string answer = !known                                                 ? "no"
                             : *known == patterns::mask_of(patterns::VariableId{0}) ? "holds"
                                                                                    : "asks";
  CHECK(answer == c.want);
}

TEST_CASE("a sieve keeps back what means nothing to any rule", "[runtime][index]") {
  struct Case {
    const char* pattern;
    const char* first;
    const char* second;
    Value n;
    Value s;
    bool through;
  };
  const Value none = Value::null();
  const auto c = GENERATE_COPY(values<Case>({
      {"a -> b", "n < 1", "n > 500", Value::real(0.5), none, true},
      {"a -> b", "n < 1", "n > 500", Value::integer(501), none, true},
      {"a -> b", "n < 1", "n > 500", Value::integer(1), none, false},
      {"a -> b", "n < 1", "n > 500", Value::real(500.0), none, false},
      {"a -> b", "n < 1", "n > 500", none, none, false},
      {"a -> b", "n < 1", "n > 500", Value::string("2"), none, true},  // it is counted
      {"a -> b", "n < 1 or s == 'x'", "n > 500", Value::integer(2), Value::string("x"), true},
      {"a -> b", "n < 1 or s == 'x'", "n > 500", Value::integer(2), Value::string("y"), false},
      {"a -> b", "s in ['x', 'y']", "n > 500", none, Value::string("y"), true},
      {"a -> b", "s in ['x', 'y']", "n > 500", none, Value::string("z"), false},
      {"a -> b", "s contains 'x'", "n > 500", none, Value::string("z"), true},  // not asked here
      {"a -> b", "n < 1", "n > 500 and s != a.s", Value::integer(2), none, false},
      {"a -> b", "n < 1", "s != a.s", Value::integer(2), none, true},
      {"a => b", "n < 1", "n > 500", Value::integer(2), none, true},  // it breaks a run
      {"a -> b", "n < 1", "n > 500 and n > prior.n", Value::integer(2), none, true},
      {"a -> b", "n in [1, 2, 3, 4, 5, 6, 7, 8, 9]", "n > 500", Value::integer(20), none, true},  // too many
  }));
  CAPTURE(c.pattern, c.first, c.second);
  const auto compiled = tests::compile_texts({fmt::format(
      "rule: r\nkey: k\nevents:\n  a: \"t where {}\"\n  b: \"t where {}\"\npattern: {}\nwithin: 1m\n",
      c.first,
      c.second,
      c.pattern)});
  REQUIRE(compiled.rules);
  const RuleSet rules{compiled.rules->schema, compiled.rules->programs};
  const TwoAttributes two{rules.schema(), c.n, c.s};
  const Sieve& sieve = rules.key_spaces()[0].levels[0][two.event().type.value].sieve;
  CHECK(sieve.lets_through(two.event()) == c.through);
}

}  // namespace tocsin::runtime
