/// Tables that events change: what a look-up sees, however the events come.

#include "tests/support/catch.h"
#include "tests/support/piping.h"

#include <algorithm>

using namespace tocsin;
using namespace tocsin::tests;

namespace {

/// Every `ask` tells what the table has for its key.
std::string rule_over(const std::string& table, const std::string& answer = "all[a.k].v") {
  return "tables: {all: " + table +
         "}\n---\nrule: r\nkey: n\nevents: {a: ask}\npattern: a\non match: {fields: {v: '" + answer + "'}}\n";
}

std::string line(int second, const std::string& type, const std::string& rest) {
  return "{\"ts\":" + std::to_string(second) + "000,\"type\":\"" + type + "\"" + rest + "}\n";
}
std::string put(int second, const std::string& k, const std::string& v, const std::string& type = "put") {
  return line(second, type, ",\"k\":\"" + k + "\",\"v\":" + v);
}
std::string ask(int second, const std::string& k, int n) {
  return line(second, "ask", ",\"k\":\"" + k + "\",\"n\":" + std::to_string(n));
}

/// What the alerts say, one after the other.
std::string answers(const std::string& alerts) {
  std::string out;
  for (const std::string& alert : lines_of(alerts)) {
    const auto at = alert.find("\"fields\":{\"v\":") + 14;
    out += (out.empty() ? "" : " ") + alert.substr(at, alert.find('}', at) - at);
  }
  return out;
}

std::string answers(const std::string& rules, const std::string& events, app::PipelineOptions options = {}) {
  return answers(Piping(rules, options).input(events).finish().alerts);
}

}  // namespace

TEST_CASE("a look-up sees the changes before its event", "[app][table]") {
  const std::string events = ask(1, "x", 0) + put(1, "x", "1") + ask(1, "x", 1) + put(1, "x", "2") +
                             ask(1, "x", 2) + put(5, "y", "5") + ask(4, "y", 3) + ask(5, "y", 4) +
                             ask(9, "x", 5);
  for (const std::size_t workers : {1u, 2u, 3u}) {
    for (const std::size_t bytes : {1u, 60u, 1u << 20}) {
      CAPTURE(workers, bytes);
      app::PipelineOptions options;
      options.workers = workers;
      options.batch_bytes = bytes;
      options.disorder = std::chrono::seconds{2};
      CHECK(answers(rule_over("{from: put, key: k}"), events, options) == "null 1 2 null 5 2");
    }
  }
}

TEST_CASE("an event that a rule emits sees the changes of its instant", "[app][table][emit_to]") {
  const std::string rules =
      "tables: {all: {from: put, key: k}}\n---\nrule: a\nkey: k\nevents: {a: ask}\npattern: a\n"
      "emit to: asked\non match: {fields: {v: 'all[a.k].v'}}\n---\nrule: b\nkey: k\nevents: {b: asked}\n"
      "pattern: b\non match: {fields: {v: 'all[b.k].v'}}\n";
  const std::string events =
      put(1, "x", "1") + ask(1, "x", 0) + put(1, "x", "2") + put(3, "x", "3") + ask(4, "x", 1);
  for (const std::size_t workers : {1u, 3u}) {
    for (const std::size_t bytes : {1u, 1u << 20}) {
      CAPTURE(workers, bytes);
      app::PipelineOptions options;
      options.workers = workers;
      options.batch_bytes = bytes;
      options.disorder = std::chrono::seconds{2};
      CHECK(answers(rules, events, options) == "1 2 3 3");
    }
  }
}

TEST_CASE("what takes a row away", "[app][table]") {
  struct Case {
    const char* says;
    const char* table;
    const char* answer;
    const char* want;
  };
  const auto c = GENERATE(values<Case>({
      {"nothing", "{from: put, key: k}", "all[a.k].v", "1 null 3"},
      {"null does not, without `value:`", "{from: put, key: k}", "all[a.k]", "true true true"},
      {"a value that is null", "{from: put, key: k, value: v}", "all[a.k]", "1 null 3"},
      {"the same, asked for", "{from: put, key: k, value: v}", "exists(all[a.k])", "true false true"},
      {"a condition", "{from: put, key: k, delete: v == 3}", "all[a.k]", "true true null"},
      {"a type of its own", "{from: put|drop, key: k, delete: type == \"drop\"}", "all[a.k].v", "1 null 3"},
  }));
  CAPTURE(c.says);
  const std::string events = put(1, "x", "1") + ask(2, "x", 0) + put(3, "x", "null") + ask(4, "x", 1) +
                             put(5, "x", "3") + ask(6, "x", 2);
  CHECK(answers(rule_over(c.table, c.answer), events) == c.want);
}

TEST_CASE("another type may take a row away", "[app][table]") {
  const std::string rule = rule_over("{from: put|drop, key: k, delete: type == \"drop\"}");
  CHECK(answers(rule, put(1, "x", "1") + ask(2, "x", 0) + line(3, "drop", ",\"k\":\"x\"") + ask(4, "x", 1)) ==
        "1 null");
}

TEST_CASE("a value within the event, and within the value", "[app][table]") {
  const std::string events = line(1, "put", ",\"k\":\"x\",\"after\":{\"v\":{\"w\":[7,8]}}") + ask(2, "x", 0) +
                             line(3, "put", ",\"k\":\"x\",\"after\":null") + ask(4, "x", 1);
  CHECK(answers(rule_over("{from: put, key: k, value: after}", "all[a.k].v.w[1]"), events) == "8 null");
  CHECK(answers(rule_over("{from: put, key: k, value: after.v.w}", "all[a.k][0]"), events) == "7 null");
}

TEST_CASE("a late change is none", "[app][table]") {
  Piping late(rule_over("{from: put, key: k}"), {});
  late.input(put(1, "x", "1") + ask(5, "x", 0) + put(3, "x", "3") + ask(6, "x", 1)).finish();
  CHECK(answers(late.alerts) == "1 1");
  CHECK(lines_of(late.late).size() == 1);
}

TEST_CASE("changes of another input count, in the order of the inputs at one instant", "[app][table]") {
  for (const std::size_t bytes : {1u, 1u << 20}) {
    app::PipelineOptions options;
    options.batch_bytes = bytes;
    Piping piping(rule_over("{from: put, key: k}"), options);
    piping.input(put(1, "x", "1") + put(4, "x", "4"))
        .input(ask(1, "x", 0) + ask(3, "x", 1) + ask(9, "x", 2))
        .finish();
    CHECK(answers(piping.alerts) == "1 1 4");
    Piping turned(rule_over("{from: put, key: k}"), options);
    turned.input(ask(1, "x", 0) + ask(3, "x", 1) + ask(9, "x", 2))
        .input(put(1, "x", "1") + put(4, "x", "4"))
        .finish();
    CHECK(answers(turned.alerts) == "null 1 4");
  }
}

TEST_CASE("windows and timeouts ask as of what decides them", "[app][table]") {
  const std::string windows =
      "tables: {all: {from: put, key: k}}\n---\nrule: r\nkey: k\nevents: {a: ask}\nwindow: tumbling 10s\n"
      "having: count(a) > 0 and all[k].v > 0\nemit: close\non match: {fields: {v: 'all[k].v + "
      "sum(all[a.k].v)'}}\n";
  const std::string events = put(1, "x", "1") + ask(2, "x", 0) + put(3, "x", "10") + ask(4, "x", 1) +
                             put(9, "x", "100") + put(10, "x", "0") + ask(30, "y", 2);
  CHECK(answers(windows, events) == "111");
  const std::string timeouts =
      "tables: {all: {from: put, key: k}}\n---\nrule: r\nkey: k\nevents: {a: ask, b: never}\npattern: a -> "
      "b\nwithin: 3s\n"
      "on match: none\non timeout: {message: m, fields: {v: 'all[a.k].v'}}\n";
  CHECK(answers(timeouts, put(1, "x", "1") + ask(2, "x", 0) + put(5, "x", "5") + put(6, "x", "6")) == "5");
}

TEST_CASE("a reload keeps the rows of a table that stays the same", "[app][table]") {
  const std::string table = "{from: put, key: k}";
  std::string first = put(1, "x", "1") + put(2, "x", "2") + ask(3, "x", 0);
  for (const bool same : {true, false}) {
    app::PipelineOptions options;
    options.batch_bytes = 1;
    options.disorder = std::chrono::seconds{2};
    Piping piping(rule_over(table), options);
    piping.input(first + put(7, "x", "7") + ask(6, "x", 1) + line(9, "other", "") + ask(9, "x", 2));
    while (piping.pipeline.watermark() < EventTime{std::chrono::seconds{5}}) piping.step();
    const std::string next = same ? table : "{from: put|more, key: k}";
    piping.pipeline.swap_rules(rules_of(rule_over(next, "coalesce(all[a.k].v, all[a.k].w, -1)")));
    piping.finish();
    CHECK(answers(piping.alerts) == (same ? "2 2 7" : "2 -1 7"));
  }
}
