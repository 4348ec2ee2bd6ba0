#include "app/progress.h"
#include "app/run_session.h"
#include "app/stats.h"
#include "app/test_report.h"
#include "app/wording.h"
#include "tests/support/catch.h"

#include <string>

using namespace tocsin;
using namespace tocsin::app;

TEST_CASE("numbers are short where people read them", "[app][progress]") {
  struct Case {
    double number;
    const char* want;
  };
  const auto c = GENERATE(values<Case>({{0, "0"},
                                        {999, "999"},
                                        {999.96, "1.0k"},
                                        {1234, "1.2k"},
                                        {999'960, "1.0M"},
                                        {4'500'000, "4.5M"},
                                        {2e12, "2000.0G"}}));
  CHECK(short_number(c.number) == c.want);
}

TEST_CASE("the progress line shows how far and how fast", "[app][progress]") {
  ProgressState state;
  state.events = 3'000'000;
  state.alerts = 1;
  state.seconds = 2;
  CHECK(progress_line(state) == "3.0M events  1.5M/s  1 alert");
  state.size_bytes = 1000;
  state.position_bytes = 250;
  state.alerts = 17;
  CHECK(progress_line(state) == "[#####               ]  25%  3.0M events  1.5M/s  ETA 0:06  17 alerts");
  state.position_bytes = 2000;  // a file that grew
  CHECK(progress_line(state) == "[####################] 100%  3.0M events  1.5M/s  ETA 0:00  17 alerts");
  state.position_bytes = 1;
  state.seconds = 10;
  CHECK(progress_line(state) == "[                    ]   0%  3.0M events  300.0k/s  ETA 2:46:30  17 alerts");
}

TEST_CASE("the summary says what to do about late events", "[app][stats]") {
  RunStats stats;
  stats.input.events = 1000;
  stats.seconds = 0.5;
  stats.rules = {{"a", {}}, {"b", {}}};
  stats.rules[0].counts.alerts = 2;
  stats.rules[1].counts.alerts = 3;
  CHECK(summary_line(stats) == "1000 events in 0.5 s (2.0k/s), 5 alerts\n");
  stats.input.late = 3;
  stats.input.furthest_behind = std::chrono::microseconds(12'000'001);
  stats.input.bad = 1;
  stats.rules[1].counts.unkeyed = 4;
  CHECK(
      summary_line(stats) ==
      "1000 events in 0.5 s (2.0k/s), 5 alerts, 3 late (the furthest 12.000001s behind; `--disorder 12.001s` "
      "would have "
      "taken them all), 1 bad, 4 without a key\n");
}

TEST_CASE("stats are one JSON object with the rules in it", "[app][stats]") {
  RunStats stats;
  stats.input.records = 7;
  stats.rules = {{"a", {}}, {"b", {}}};
  stats.rules[1].counts.matches = 3;
  stats.tables = {{"devices", {}}};
  stats.tables[0].counts.changes = 5;
  stats.reloads_failed = 1;
  const std::string json = stats_json(stats, 4096);
  CHECK(json.starts_with(R"({"records":7,"events":0,)"));
  CHECK(json.find(R"("reloads":0,"reloads_failed":1,"stopped":false,)") != std::string::npos);
  CHECK(json.find(R"("peak_memory_bytes":4096,"rules":[{"rule":"a","matches":0,)") != std::string::npos);
  CHECK(json.find(R"(},{"rule":"b","matches":3,)") != std::string::npos);
  CHECK(json.find(R"(}],"tables":[{"table":"devices","keys":0,"changes":5,)") != std::string::npos);
  CHECK(json.ends_with("}]}\n"));
}

TEST_CASE("a reload tells the fate of each rule", "[app][reload]") {
  using Fate = RuleChange::Fate;
  CHECK(reload_line({{"a", Fate::kept, 3},
                     {"b", Fate::restarted, 1},
                     {"c", Fate::dropped, 0},
                     {"d", Fate::added, 0}}) ==
        "reloaded: rule a kept its 3 runs, rule b starts anew (changed, 1 run dropped), rule c dropped with "
        "its 0 runs, "
        "rule d is new");
}

TEST_CASE("test results for people, machines and build servers", "[app][test_report]") {
  TestResult good{"all \"well\"", "a.test.yaml", 1, true, "", 0.5};
  TestResult bad{"not <well>", "a.test.yaml", 9, false, "missing x\nunexpected y\n", 0.25};
  CHECK(report_text({good, bad}, false) ==
        "FAILED a.test.yaml:9: not <well>\n    missing x\n    unexpected y\n1 passed, 1 failed\n");
  CHECK(
      report_json({bad}) ==
      R"({"passed":0,"failed":1,"tests":[{"name":"not <well>","file":"a.test.yaml","line":9,"passed":false,)"
      R"("seconds":0.250000,"report":"missing x\nunexpected y\n"}]})"
      "\n");
  const std::string xml = report_junit({good, bad});
  CHECK(xml.find(R"(tests="2" failures="1")") != std::string::npos);
  CHECK(xml.find(R"(name="all &quot;well&quot;" time="0.500000"/>)") != std::string::npos);
  CHECK(xml.find(R"(<failure message="line 9">missing x&#10;unexpected y&#10;</failure>)") !=
        std::string::npos);
}
