/// Settings of patterns that count or remember events which no run took, on streams of letters.

#include "tests/support/catch.h"
#include "tests/support/letters.h"

#include <string>

using tocsin::tests::run_letters;
using tocsin::tests::run_pattern;

namespace {

struct Case {
  const char* says;
  const char* pattern;
  const char* settings;
  const char* events;
  const char* want;
};

}  // namespace

TEST_CASE("within: N events", "[runtime][pattern]") {
  const std::string on = "\non timeout: {message: m}";
  const auto c = GENERATE(values<Case>({
      {"both included", "a -> b", "within: 3 events", "a c b", "match(a0 b2)"},
      {"beyond", "a -> b", "within: 2 events", "a c b", "timeout(a0)@2"},
      {"however long it takes", "a -> b", "within: 2 events", "a . . . b", "match(a0 b4)"},
      {"one is enough for one", "a", "within: 1 events", "a", "match(a0)"},
      {"by the event that goes beyond", "a -> b", "within: 2 events", "a c . d", "timeout(a0)@3"},
      {"and not before one does", "a -> b", "within: 2 events", "a c", ""},
      {"an absence", "a -> not b", "within: 2 events", "a c c", "match(a0)@2"},
      {"broken", "a -> not b", "within: 2 events", "a b c", ""},
      {"before what that event brings itself",
       "a -> b | c",
       "within: 2 events",
       "a d c",
       "timeout(a0)@2 match(c2)"},
      {"a gap of its own counts on", "a ->[5s] not b", "within: 2 events", "a c c c", "match(a0)@5"},
      {"each start by itself", "a -> b", "within: 3 events", "a a c b", "timeout(a0)@3 match(a1 b3)"},
  }));
  CAPTURE(c.says);
  CHECK(run_pattern(c.pattern, c.settings + on, c.events) == c.want);
}

TEST_CASE("not … for at the start", "[runtime][pattern]") {
  const auto c = GENERATE(values<Case>({
      {"a key never seen before", "not a for 2s -> b", "", "b", "match(b0)"},
      {"an a too near", "not a for 2s -> b", "", "a b", ""},
      {"at the bound", "not a for 2s -> b", "", "a . b", ""},
      {"long ago", "not a for 2s -> b", "", "a . . b", "match(b3)"},
      {"the last one counts", "not a for 2s -> b", "", "a a . . b", "match(b4)"},
      {"of the same time, before", "not a for 2s -> b", "", "a+b", ""},
      {"of the same time, after", "not a for 2s -> b", "", "b+a", "match(b0)"},
      {"of one branch", "not a for 2s -> b | c", "", "a b c", "match(c2)"},
      {"each its own time",
       "not a for 1s -> b | not c for 3s -> d",
       "",
       "a+c . b+d . d",
       "match(b2) match(d4)"},
      {"only the first event", "not a for 2s -> b -> c", "", "b a c", "match(b0 c2)"},
      {"before a loop", "not a for 2s -> b{2}", "", "a . . b b", "match(b3 b4)"},
      {"itself in the pattern", "not a for 2s -> a", "", "a a . . a", "match(a0) match(a4)"},
      {"in its own session", "not a for 9s -> b", "window: session 1s", "a . . b", "match(b3)"},
  }));
  CAPTURE(c.says);
  CHECK(run_pattern(c.pattern, std::string("within: 9s\n") + c.settings, c.events) == c.want);
}

TEST_CASE("prior", "[runtime][pattern]") {
  struct Prior {
    const char* says;
    const char* variables;
    const char* pattern;
    const char* events;
    const char* want;
  };
  const auto c = GENERATE(values<Prior>({
      {"the event just before", "a: a where v > prior.v", "a", "a=1 a=2 a=2 a=3", "match(a1) match(a3)"},
      {"whether taken or not", "a: a where v > prior.v", "a", "a=2 b=1 a=2", "match(a2)"},
      {"the one before that", "a: 'a where v > prior[2].v'", "a", "a=1 a=9 a=2", "match(a2)"},
      {"there is none", "a: a where not exists(prior.v)", "a", "a=1 a=2", "match(a0)"},
      {"its time", "a: a where time - prior.time <= 1s", "a", "a a . . a a", "match(a1) match(a5)"},
      {"its type", "a: a where prior.type == 'b'", "a", "a b a", "match(a2)"},
      {"later in the pattern", "a: a, b: b where v > prior.v", "a -> b", "b=9 a=1 b=1 b=2", "match(a1 b3)"},
      {"beside what was taken",
       "a: a, b: b where prior.v == a.v",
       "a -> b",
       "a=1 b=2 b=1 a=1 b=5",
       "match(a0 b1) match(a3 b4)"},
  }));
  CAPTURE(c.says);
  const std::string rule =
      std::string("rule: r\nfrom: any\nevents: {") + c.variables + "}\npattern: " + c.pattern;
  CHECK(run_letters(rule + "\nwithin: 9s\n", c.events) == c.want);
}

TEST_CASE("emit: preferred", "[runtime][pattern]") {
  const auto c = GENERATE(values<Case>({
      {"greedy takes the most", "a+", "", "a a a", "match(a0 a1 a2)"},
      {"a lazy loop the least", "a+?", "", "a a", "match(a0) match(a1)"},
      {"until nothing better can come", "a -> b{1,2}", "", "a b b b", "match(a0 b1 b2)"},
      {"or its time is over", "a -> b{1,3}", "", "a b b", "match(a0 b1 b2)"},
      {"the left branch",
       "a -> b -> d | a -> c",
       "after match: skip to next event",
       "a c b d",
       "match(a0 b2 d3)"},
      {"the right one, if the left fails", "a -> b -> d | a -> c", "", "a c b", "match(a0 c1)"},
      {"an earlier start is waited for", "a -> b | c", "", "a c", "match(c1)"},
      {"and its match drops what it passed", "a -> b | c", "", "a c b", "match(a0 b2)"},
      {"a failed strict link", "a{1,} strict", "", "a a b a", "match(a0 a1) match(a3)"},
      {"a start without a match times out", "a -> b", "on timeout: {message: m}", "a", "timeout(a0)@9"},
      {"one that has a match does not", "a -> b?", "on timeout: {message: m}", "a", "match(a0)"},
      {"what is dropped has no timeout",
       "a -> a -> b{1,2}",
       "after match: skip past last event\non timeout: {message: m}",
       "a a b b",
       "match(a0 a1 b2 b3)"},
  }));
  CAPTURE(c.says);
  CHECK(run_pattern(c.pattern, std::string("within: 9s\nemit: preferred\n") + c.settings, c.events) ==
        c.want);
}

TEST_CASE("emit: preferred without a time limit waits for the input's end", "[runtime][pattern]") {
  CHECK(run_pattern("a -> b+", "emit: preferred\n", "a b b b") == "match(a0 b1 b2 b3)");
}

TEST_CASE("a key for each variable", "[runtime][pattern]") {
  struct Keys {
    const char* says;
    const char* key;
    const char* events;
    const char* want;
  };
  // v is the event's only attribute: a's own value, b's value with an a of that value before it.
  const auto c = GENERATE(values<Keys>({
      {"a pair", "{a: v, b: v - 1}", "a=1 b=2", "match(a0 b1)"},
      {"none of another key", "{a: v, b: v - 1}", "a=1 b=1 b=3", ""},
      {"each key by itself", "{a: v, b: v - 1}", "a=1 a=2 b=3 b=2", "match(a1 b2) match(a0 b3)"},
      {"the same for all", "{a: v, b: v}", "a=1 b=2 b=1", "match(a0 b2)"},
      {"no key", "{a: v, b: v - 1}", "a=1 b=x b=2", "match(a0 b2)"},
  }));
  CAPTURE(c.says);
  const std::string rule = "rule: r\nevents: {a: a, b: b}\npattern: a -> b\nwithin: 9s\nkey: ";
  CHECK(run_letters(rule + c.key + "\n", c.events) == c.want);
}

TEST_CASE("one event under two keys", "[runtime][pattern]") {
  // A process (v) and the parent that it names (v - 1): every event may be either.
  const std::string rule =
      "rule: r\nevents: {a: a, b: a}\npattern: a -> b\nwithin: 9s\nkey: {a: v, b: v - 1}\n";
  CHECK(run_letters(rule, "a=1 a=2 a=3") == "match(a0 a1) match(a1 a2)");
}
