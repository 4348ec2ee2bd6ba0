/// The events of a window that a rule names one by one.

#include "tests/support/catch.h"
#include "tests/support/letters.h"
#include "tests/support/piping.h"

using namespace tocsin;
using namespace tocsin::tests;

namespace {

std::string naming(const std::string& window, const std::string& having) {
  return "rule: w\nevents: {a: a}\nwindow: " + window + "\nhaving: " + having +
         "\non match: {fields: {first: first(a).v, second: 'a[1].v', last: a.v, before: 'a[-2].v', all: "
         "collect(a.v)}}\n";
}

}  // namespace

TEST_CASE("first, last and numbered events of a window", "[runtime][window]") {
  struct Case {
    const char* says;
    const char* window;
    const char* having;
    const char* emit;
    const char* events;
    const char* want;
  };
  const auto c = GENERATE(values<Case>({
      {"tumbling",
       "tumbling 9s",
       "count(a) >= 1",
       "each",
       "a=1 a=2 a=3",
       "match(a0)[0..9]{first=1 second=null last=1 before=null all=[1]} "
       "match(a1)[0..9]{first=1 second=2 last=2 before=1 all=[1,2]} "
       "match(a2)[0..9]{first=1 second=2 last=3 before=2 all=[1,2,3]}"},
      {"at its close",
       "tumbling 9s",
       "a[-2].v == 2",
       "close",
       "a=1 a=2 a=3",
       "match(a2)@9[0..9]{first=1 second=2 last=3 before=2 all=[1,2,3]}"},
      {"each hopping window has its own",
       "hopping 4s every 2s",
       "count(a) >= 2",
       "close",
       ". a=1 a=2 a=3",
       "match(a3)@4[0..4]{first=1 second=2 last=3 before=2 all=[1,2,3]} "
       "match(a3)@6[2..6]{first=2 second=3 last=3 before=2 all=[2,3]}"},
      {"a sliding one loses its first",
       "sliding 3s",
       "count(a) == 3",
       "each",
       "a=1 a=2 a=3 a=4",
       "match(a2)[-1..2]{first=1 second=2 last=3 before=2 all=[1,2,3]} "
       "match(a3)[0..3]{first=2 second=3 last=4 before=3 all=[2,3,4]}"},
      {"and asks what is left",
       "sliding 3s",
       "first(a).v == 1",
       "first",
       "a=1 a=1 . . . a=1",
       "match(a0)[-3..0]{first=1 second=null last=1 before=null all=[1]} "
       "match(a5)[2..5]{first=1 second=null last=1 before=null all=[1]}"},
      {"a session",
       "session 1s",
       "count(a) == 2",
       "close",
       "a=1 a=2 . . a=3",
       "match(a1)@2[0..1]{first=1 second=2 last=2 before=1 all=[1,2]}"},
      {"a count",
       "count 2",
       "count(a) == 2",
       "close",
       "a=1 a=2 a=3 a=4",
       "match(a1)[0..1]{first=1 second=2 last=2 before=1 all=[1,2]} "
       "match(a3)[2..3]{first=3 second=4 last=4 before=3 all=[3,4]}"},
  }));
  CAPTURE(c.says);
  CHECK(run_letters(naming(c.window, c.having) + "emit: " + c.emit + "\n", c.events) == c.want);
}

TEST_CASE("what is left of a sliding window has a last event", "[runtime][window]") {
  const auto told = [](const std::string& having, const std::string& events) {
    return run_letters("rule: w\nevents: {a: a}\nwindow: sliding 3s\nemit: first\nhaving: " + having + "\n",
                       events);
  };
  CHECK(told("a.v == 1", "a=1 a=1 . . a=1") == "match(a0)[-3..0]");
  CHECK(told("a.v == 1 and count(a) > 1", "a=1 a=1 . . a=1 a=1") == "match(a1)[-2..1] match(a5)[2..5]");
  CHECK(told("first(a).v == last(a).v", "a=1 a=2 . . a=2") == "match(a0)[-3..0] match(a4)[1..4]");
}

TEST_CASE("events of a set of variables, one of which two take", "[runtime][window]") {
  const std::string rule =
      "rule: w\nevents: {a: a, b: a|b where v > 1}\nsets: {s: [a, b]}\nwindow: tumbling 9s\n"
      "having: count(s) == 3\nemit: each\n"
      "on match: {fields: {first: first(s).v, second: 's[1].v', third: 's[2].v', before: 's[-2].v', b: "
      "first(b).v}}\n";
  CHECK(run_letters(rule, "a=1 a=2 b=3") == "match(a1 b2)[0..9]{first=1 second=2 third=3 before=2 b=2}");
}

TEST_CASE("a reload that names other events of a window begins it anew", "[runtime][window]") {
  const auto rule = [](const char* named) {
    return std::string("rule: w\nevents: {a: a}\nwindow: tumbling 1h\nhaving: count(a) >= 3\nemit: each\n") +
           "on match: {fields: {f: " + named + "}}\n";
  };
  const auto line = [](int second) {
    return "{\"ts\":" + std::to_string(second) + "000,\"type\":\"a\",\"v\":" + std::to_string(second) + "}\n";
  };
  std::string input;
  for (int second = 10; second < 16; ++second) input += line(second);
  app::PipelineOptions options;
  options.batch_bytes = line(10).size();
  const auto fields_after_swap = [&](const char* before, const char* after) {
    Piping piping(rule(before), options);
    piping.input(input);
    for (int i = 0; i < 2; ++i) piping.step();
    piping.pipeline.swap_rules(rules_of(rule(after)));
    piping.finish();
    std::string out;
    for (const std::string& alert : lines_of(piping.alerts)) {
      const std::size_t at = alert.find("\"f\":") + 4;
      out += alert.substr(at, alert.find('}', at) - at) + " ";
    }
    return out;
  };
  CHECK(fields_after_swap("first(a).v", "first(a).v") == "10 10 10 10 ");
  CHECK(fields_after_swap("first(a).v", "a.v") == "14 15 ");
  CHECK(fields_after_swap("a.v", "first(a).v") == "12 12 ");
}

TEST_CASE("conditions of a window that look at the event before", "[runtime][window]") {
  struct Case {
    const char* says;
    const char* condition;
    const char* events;
    const char* want;
  };
  const auto c = GENERATE(values<Case>({
      {"taken or not",
       "v > prior.v",
       "a=5 a=7 a=7 a=8 a=1",
       "match(a1)[-2..1]{all=[7]} match(a3)[0..3]{all=[7,8]}"},
      {"of any type", "prior.type == 'b'", "a=1 b=2 a=3", "match(a2)[-1..2]{all=[3]}"},
      {"further back",
       "v == prior[2].v",
       "a=1 a=2 a=1 a=2",
       "match(a2)[-1..2]{all=[1]} match(a3)[0..3]{all=[1,2]}"},
      {"from before the window", "v > prior.v", "a=1 . . . . a=2", "match(a5)[2..5]{all=[2]}"},
  }));
  CAPTURE(c.says);
  const std::string rule = std::string("rule: w\nfrom: any\nevents: {a: \"a where ") + c.condition +
                           "\"}\nwindow: sliding 3s\nhaving: count(a) >= 1\nemit: each\n"
                           "on match: {fields: {all: collect(a.v)}}\n";
  CHECK(run_letters(rule, c.events) == c.want);
}

TEST_CASE("a window whose variables have keys of their own", "[runtime][window]") {
  const std::string rule =
      "rule: w\nkey: {out: from, got: to}\nevents: {out: pay, got: pay}\nwindow: sliding 9s\n"
      "having: sum(out.v) > 0 and sum(got.v) > sum(out.v)\nemit: each\n"
      "on match: {fields: {out: sum(out.v), got: sum(got.v)}}\n";
  const auto pay = [](int second, const std::string& from, const std::string& to, int v) {
    return "{\"ts\":" + std::to_string(second) + "000,\"type\":\"pay\",\"from\":\"" + from + "\",\"to\":\"" +
           to + "\",\"v\":" + std::to_string(v) + "}\n";
  };
  app::PipelineOptions options;
  options.workers = 2;
  Piping piping(rule, options);
  piping.input(pay(1, "x", "y", 5) + pay(2, "y", "z", 3) + pay(3, "z", "x", 4) + pay(4, "q", "x", 2))
      .finish();
  const auto lines = lines_of(piping.alerts);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].find(R"("key":{"from":"y"})") != std::string::npos);
  CHECK(lines[0].find(R"("fields":{"out":3,"got":5})") != std::string::npos);
  CHECK(lines[1].find(R"("key":{"from":"x"})") != std::string::npos);
  CHECK(lines[1].find(R"("fields":{"out":5,"got":6})") != std::string::npos);
}
