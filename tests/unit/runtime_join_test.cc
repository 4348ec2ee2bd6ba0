/// Fingerprints: values that compare as equal share theirs, and an exact one is nobody else's. Ranks: they
/// rise with the values. Joins: what their words say agrees with what the condition says.

#include "runtime/join.h"
#include "runtime/operators.h"
#include "tests/support/catch.h"
#include "tests/support/piping.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::runtime {
namespace {

std::string text_of(const Value& v) {
  std::string out;
  append_json(out, v);
  return out;
}

/// Of all kinds, and beside each other in their order.
const std::vector<Value>& values() {
  static const std::string nul("a\0", 2);
  static const std::vector<Value> all = [] {
    std::vector<Value> v{Value::null(), Value::boolean(true), Value::boolean(false), Value::json("[1]")};
    for (const std::int64_t n : {0L, 1L, -1L, 7L, 1L << 53, (1L << 53) + 1, INT64_MAX, INT64_MIN}) {
      v.push_back(Value::integer(n));
      v.push_back(Value::real(static_cast<double>(n)));
      v.push_back(Value::duration(Duration{n}));
      v.push_back(Value::time(EventTime{Duration{n}}));
    }
    for (const double n : {0.5, -0.0, 0.1, 0.1 + 1e-17, 1e300, -1e300, 1.0 / 0.0, std::nan("")})
      v.push_back(Value::real(n));
    for (const std::string_view text :
         {"", "a", "b", "ab", "1", "1234567", "12345678", "12345679", "\xff\xff\xff\xff\xff\xff\xff\xff"})
      v.push_back(Value::string(text));
    v.push_back(Value::string(nul));
    return v;
  }();
  return all;
}

TEST_CASE("fingerprints agree with ==", "[runtime][join]") {
  for (const Value& a : values()) {
    for (const Value& b : values()) {
      CAPTURE(text_of(a), text_of(b));
      const bool comparable = a.kind() != ValueKind::null && a.kind() != ValueKind::json;
      const bool equal = compare(a, b) == Ordering::equal;
      if (equal) CHECK(fingerprint_of(a) == fingerprint_of(b));
      if (comparable && !std::isnan(a.is_number() ? a.as_number() : 0) &&
          fingerprint_of(a) == fingerprint_of(b) && is_exact(fingerprint_of(a)))
        CHECK(equal);
    }
  }
}

TEST_CASE("the words of a join say what its condition says", "[runtime][join]") {
  using patterns::Op;
  for (const Op op : {Op::equal, Op::not_equal, Op::less, Op::less_equal, Op::greater, Op::greater_equal}) {
    Join join;
    join.op = op;
    join.whole = true;
    for (const Value& own : values()) {
      for (const Value& earlier : values()) {
        CAPTURE(patterns::name_of(op), text_of(own), text_of(earlier));
        std::uint64_t senseless = 0;
        const bool holds = compare_with(op, own, earlier, senseless).is_true();
        const std::uint64_t own_word = join.word_of(own);
        const std::uint64_t earlier_word = join.word_of(earlier);
        const bool may_hold = join.may_hold(own_word, earlier_word);
        if (holds) CHECK(may_hold);
        if (may_hold && join.is_certain(own_word, earlier_word)) CHECK(holds);
        if (!join.by_order()) continue;
        CHECK(join.may_hold(own_word, earlier_word) ==
              join.words_that_may_hold(own_word).contains(earlier_word));
      }
    }
  }
}

TEST_CASE("what must differ differs as `!=` says", "[runtime][join]") {
  // The next event of another value; of nothing, and of what does not compare with it, there is none.
  const std::string rule =
      "rule: r\nevents: {h: t, e: t where c != h.c}\npattern: h -> e\nwithin: 1h\n"
      "after match: skip to next event\non match: {message: \"{h.n}{e.n}\"}\n";
  const auto told = [&](const std::vector<std::string>& values, bool general_only) {
    std::string events;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string n = std::to_string(i);
      events += "{\"ts\":" + n + ",\"type\":\"t\",\"n\":" + n + ",\"c\":" + values[i] + "}\n";
    }
    app::PipelineOptions options;
    options.general_only = general_only;
    tests::Piping piping{rule, options};
    piping.input(events).finish();
    std::string out;
    for (const std::string& line : tests::lines_of(piping.alerts))
      out += line.substr(line.find("\"message\":\"") + 11, 2) + " ";
    return out;
  };
  for (const bool general_only : {false, true}) {
    CHECK(told({"\"FR\"", "\"FR\"", "\"DE\"", "\"DE\""}, general_only) == "02 12 ");
    CHECK(told({"1", "1.0", "null", "\"1\"", "2"}, general_only) == "04 14 ");
    CHECK(told({"\"a long text\"", "\"a long text\"", "\"a long texT\""}, general_only) == "02 12 ");
    CHECK(told({"null", "null", "1", "1"}, general_only).empty());
  }
}

TEST_CASE("an event that a run neither takes nor is kept from leaves it as it is", "[runtime][join]") {
  // `n` and `c` are told by one word of a run, or by two, or not at all.
  struct Case {
    std::string barred;
    std::string taken;
    std::string told;  // the searches that are answered, in the order of answers
  };
  const std::vector<Case> cases = {
      {"q == s.q", "q == s.q", "1 4"},
      {"q == s.q", "r == s.r", "1 4"},
      {"q != s.q", "q == s.q", "4 2"},
      {"r > s.r", "r >= s.r", "1 2 4"},
      {"r + s.r == 5", "q == s.q", "1 4 2"},
      {"q == s.q and r < s.r", "q == s.q", "1 4 2"},
  };
  struct Seen {
    char type;
    std::string q;
    int r;
  };
  const std::vector<Seen> stream = {
      {'s', "x", 1}, {'s', "y", 1}, {'n', "y", 1}, {'s', "x", 1}, {'c', "x", 1}, {'c', "y", 2}};
  for (const Case& c : cases) {
    CAPTURE(c.barred, c.taken);
    const std::string rule = "rule: r\nevents:\n  s: s\n  n: n where " + c.barred + "\n  c: c where " +
                             c.taken +
                             "\npattern: s -> not n -> c\nwithin: 1h\nafter match: no skip\n"
                             "on match: {message: \"{s.i}\"}\n";
    std::string events;
    for (std::size_t i = 0; i < stream.size(); ++i) {
      const std::string n = std::to_string(i + 1);
      events += "{\"ts\":" + n + ",\"type\":\"" + stream[i].type + "\",\"i\":" + n + ",\"q\":\"" +
                stream[i].q + "\",\"r\":" + std::to_string(stream[i].r) + "}\n";
    }
    tests::Piping piping{rule, app::PipelineOptions{}};
    piping.input(events).finish();
    std::string told;
    for (const std::string& line : tests::lines_of(piping.alerts))
      told += (told.empty() ? "" : " ") + line.substr(line.find("\"message\":\"") + 11, 1);
    CHECK(told == c.told);
  }
}

}  // namespace
}  // namespace tocsin::runtime
