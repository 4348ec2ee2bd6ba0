/// `max runs per key`, on streams of letters and through a pipeline.

#include "tests/support/catch.h"
#include "tests/support/letters.h"
#include "tests/support/piping.h"

#include <algorithm>
#include <string>

using namespace tocsin;
using tests::Piping;
using tests::rules_of;
using tests::run_pattern;

namespace {

struct Case {
  const char* says;
  const char* pattern;
  const char* settings;
  const char* events;
  const char* want;
};

std::string limited(const std::string& limit) {
  return "rule: r\nkey: k\nevents: {a: a, b: b}\npattern: a -> b\nwithin: 1h\nafter match: skip to next "
         "event\n" +
         limit;
}

/// Events of types `letters`, a second apart, all under one key.
std::string stream_of(std::string_view letters) {
  std::string out;
  int second = 0;
  for (const char letter : letters) {
    out += "{\"ts\":" + std::to_string(1000 * ++second) + ",\"type\":\"" + letter + "\",\"k\":\"x\"}\n";
  }
  return out;
}

std::ptrdiff_t line_count(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n');
}

}  // namespace

TEST_CASE("a key has as many runs as it may", "[runtime][limit]") {
  const auto c = GENERATE(values<Case>({
      {"the newest is not begun", "a -> b", "max runs per key: 1", "a a b b", "match(a0 b2)"},
      {"the same in words", "a -> b", "max runs per key: 1, drop newest", "a a b b", "match(a0 b2)"},
      {"the oldest makes room", "a -> b", "max runs per key: 1, drop oldest", "a a b b", "match(a1 b2)"},
      {"two of three", "a -> b", "max runs per key: 2, drop oldest", "a a a b", "match(a1 b3) match(a2 b3)"},
      {"who is dropped has no timeout",
       "a -> b",
       "max runs per key: 1, drop oldest\non timeout: {message: m}",
       "a a",
       "timeout(a1)@10"},
      {"who is not begun has none",
       "a -> b",
       "max runs per key: 1\non timeout: {message: m}",
       "a a",
       "timeout(a0)@9"},
      {"a run that goes on needs no more room",
       "a -> b -> c",
       "max runs per key: 1",
       "a b c",
       "match(a0 b1 c2)"},
      {"nor one with a gap that does",
       "a ->[1s..5s] b -> c",
       "max runs per key: 1",
       "a b c",
       "match(a0 b1 c2)"},
      {"a fork does: it is the newest", "a ~> b -> c", "max runs per key: 1", "a b c", ""},
      {"there is room for one fork",
       "a ~> b -> c",
       "max runs per key: 2\nafter match: no skip",
       "a b b c",
       "match(a0 b1 c3)"},
      {"what takes the place of its own start",
       "a ~> b -> c",
       "max runs per key: 1, drop oldest",
       "a b c",
       "match(a0 b1 c2)"},
      {"room comes again", "a -> b", "max runs per key: 1", "a b a b", "match(a0 b1) match(a2 b3)"},
  }));
  CAPTURE(c.says);
  const std::string settings = std::string(c.settings).find("after match") == std::string::npos
                                   ? "within: 9s\nafter match: skip to next event\n"
                                   : "within: 9s\n";
  CHECK(run_pattern(c.pattern, settings + c.settings, c.events) == c.want);
}

TEST_CASE("a limit that fails ends the alerts with the event that was too much", "[runtime][limit]") {
  const std::size_t workers = GENERATE(1, 2, 4);
  const std::size_t batch = GENERATE(1, 7, 1000);
  app::PipelineOptions options;
  options.workers = workers;
  options.batch_bytes = batch * stream_of("a").size();
  Piping piping(limited("max runs per key: 2, fail"), options);
  piping.input(stream_of("aabaaab"));
  while (!piping.pipeline.failure() && piping.step()) {
  }
  CHECK(line_count(piping.alerts) == 2);
  REQUIRE(piping.pipeline.failure());
  CHECK_THAT(*piping.pipeline.failure(),
             Catch::Matchers::Contains("rule r: at 1970-01-01T00:00:06.000Z the key \"x\" has 2 runs open"));
}

TEST_CASE("what a limit takes is counted", "[runtime][limit]") {
  Piping newest(limited("max runs per key: 2"), {});
  newest.input(stream_of("aaaaa")).finish();
  CHECK(newest.pipeline.rule_counters().at(0).counts.runs_refused == 3);
  CHECK(newest.pipeline.runs_lost() == 3);
  Piping oldest(limited("max runs per key: 2, drop oldest"), {});
  oldest.input(stream_of("aaaaa")).finish();
  CHECK(oldest.pipeline.rule_counters().at(0).counts.runs_dropped == 3);
}

TEST_CASE("of many rules, too, what a limit takes is counted by the end", "[runtime][limit]") {
  std::string rules = limited("max runs per key: 2\n");
  for (int i = 0; i < 100; ++i)
    rules += "---\nrule: n" + std::to_string(i) + "\nevents: {z: z}\npattern: z\n";
  app::PipelineOptions options;
  options.batch_bytes = stream_of("a").size();
  Piping piping(rules, options);
  piping.input(stream_of("aaaaa")).run();
  piping.drain();
  CHECK(piping.pipeline.runs_lost() == 3);
  CHECK(piping.pipeline.runs_peak() == 2);
}

TEST_CASE("a changed limit keeps the runs", "[runtime][limit]") {
  app::PipelineOptions options;
  options.batch_bytes = stream_of("a").size();
  Piping piping(limited("max runs per key: 3"), options);
  piping.input(stream_of("aaabab"));
  for (int i = 0; i < 3; ++i) piping.step();
  piping.pipeline.swap_rules(rules_of(limited("max runs per key: 1")));
  piping.finish();
  CHECK(line_count(piping.alerts) == 4);
}
