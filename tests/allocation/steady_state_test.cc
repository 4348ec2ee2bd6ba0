/// No allocation for each event in a steady state: a pipeline runs as it does in production, from bytes to
/// alerts, over streams whose keys, runs and windows come and go but do not become more. Once every table,
/// queue and slab has found its size, memory is hardly ever asked for again: what is left are maxima that are
/// surpassed once in a while (a list of runs longer than any had to be where it lies, more events in a bucket
/// of the reorder buffer), and they become rarer the longer the stream is. `-s` prints the count of each
/// case.

#include "app/pipeline.h"
#include "tests/allocation/counted.h"
#include "tests/allocation/endless_stream.h"
#include "tests/support/catch.h"
#include "tests/support/compiled.h"
#include "tests/support/golden.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::tests {
namespace {

constexpr std::uint64_t kWarmUp = 800'000;  // events: dozens of windows, and chunks as large as they get
constexpr std::uint64_t kCounted = 200'000;
constexpr std::uint64_t kInThousandMax = 2;  // allocations, for each worker

/// Some keys that are always busy, and many that have something open now and then.
std::uint64_t some_key(Random& random) {
  return random.percent(50) ? random.below(20) : 20 + random.below(300);
}

/// searches_percent  of the events
void write_visit(Line& line, Random& random, std::uint64_t searches_percent) {
  const std::uint64_t kind = random.below(100);
  const bool searches = kind < searches_percent;
  const std::string_view type = searches ? "search" : kind < 75 ? "click" : "view";
  line << R"("type":")" << type << R"(","user":"u)" << some_key(random) << R"(","query":"q)"
       << random.below(8) << R"(","url":"/page?q=)" << random.below(1'000) << R"(")";
}

/// A user has a few open searches, or none.
void write_view(Line& line, Random& random) {
  write_visit(line, random, 15);
}

/// A user has dozens.
void write_search(Line& line, Random& random) {
  write_visit(line, random, 50);
}

void write_card(Line& line, Random& random) {
  static constexpr std::string_view kCountries[] = {"CH", "FR", "DE"};
  static constexpr std::string_view kTrades[] = {"books", "food", "travel"};
  const std::uint64_t kind = random.below(20);
  const std::uint64_t amount = kind < 12 ? 0 : kind < 19 ? random.below(200) : 500 + random.below(1'000);
  const std::uint64_t merchant = random.below(300);
  const std::string_view country = random.percent(90) ? "CH" : kCountries[random.below(3)];
  line << R"("type":")" << (random.percent(95) ? "txn" : "refund") << R"(","card":"c)" << some_key(random)
       << R"(","amount":)" << amount << ".5"
       << R"(,"merchant":"m)" << merchant << "." << kTrades[merchant % 3] << R"(.example","country":")"
       << country << R"(")";
}

void write_login(Line& line, Random& random) {
  line << R"("type":")" << (random.below(1'000) >= 3 ? "login" : "logout") << R"(","user":"u)"
       << some_key(random) << R"(","ip":"10.0.0.)" << random.below(250) << R"(","ok":)"
       << (random.percent(15) ? "true" : "false");
}

/// Devices are put on a list and taken from it, and some of them speak.
void write_device(Line& line, Random& random) {
  const std::uint64_t device = random.below(1'000);
  const std::uint64_t kind = random.below(20);
  line << R"("type":")"
       << (kind == 0  ? "removed"
           : kind < 4 ? "device"
                      : "beat")
       << R"(","device":"d)" << device << R"(","room":"r)" << random.below(50) << R"(")";
}

std::string workload(const std::string& name) {
  return read_text(std::filesystem::path{TOCSIN_SOURCE_DIR} / "benchmarks" / "workloads" / (name + ".yaml"));
}

/// Rules that are told apart by one name, as in benchmarks/workloads/w5.py.
std::string by_merchant(std::uint64_t count) {
  static constexpr std::string_view kTrades[] = {"books", "food", "travel"};
  std::string out;
  for (std::uint64_t i = 0; i < count; ++i) {
    out += fmt::format(
        "---\nrule: w5-{}\nkey: card\nevents:\n  here: txn where merchant == 'm{}.{}.example' and amount < "
        "50\n"
        "  spend: txn where amount > {}\npattern: here -> spend\nwithin: {}ms\nafter match: skip to next "
        "event\n"
        "on match: {{message: '{{here.merchant}}, then {{spend.amount}}'}}\n",
        i,
        i,
        kTrades[i % 3],
        100 + i % 100,
        (1 + i % 10) * 60'000 - 1);
  }
  return out;
}

/// variables  those of `a`, `b`, `c` that the rule has
std::string on_cards(const std::string& variables, const std::string& settings) {
  std::string out = "rule: r\nkey: card\nevents:\n";
  for (const char variable : variables) {
    if (variable == 'a') out += "  a: txn where amount < 1\n";
    if (variable == 'b') out += "  b: txn where amount > 100\n";
    if (variable == 'c') out += "  c: refund\n";
  }
  return out + settings + "\non match: {message: '{card} matches'}\n";
}

struct Case {
  std::string name;
  std::string rules;
  WriteEvent write;
  std::uint64_t pace_ms;  ///< so that a window has some thousand events
};

std::uint64_t count_in_steady_state(const Case& c, std::size_t workers) {
  Compiled compiled = compile_texts({c.rules});
  for (const std::string& finding : findings(compiled)) UNSCOPED_INFO(finding);
  REQUIRE(compiled.rules);
  app::PipelineOptions options;
  options.workers = workers;
  options.disorder = std::chrono::seconds{5};
  app::Pipeline pipeline(std::move(*compiled.rules), options);
  pipeline.add_input(std::make_unique<EndlessStream>(c.write, c.pace_ms), connectors::Format::ndjson);
  app::StepOutput out;
  std::uint64_t alerts = 0;
  const auto run = [&](std::uint64_t events) {
    while (pipeline.counters().events < events) {
      if (!pipeline.step(out, std::chrono::milliseconds{100})) FAIL("the stream has no end");
      alerts += out.alerts.alerts.size();
      out.clear();
    }
  };
  run(kWarmUp);
  const std::uint64_t before = allocations();
  alerts = 0;
  run(kWarmUp + kCounted);
  const std::uint64_t after = allocations();
  CHECK(alerts > 100);
  return after - before;
}

void check_each(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    for (const std::size_t workers : {1u, 2u}) {
      CAPTURE(c.name, workers);
      CHECK(count_in_steady_state(c, workers) < workers * kInThousandMax * kCounted / 1'000);
    }
  }
}

}  // namespace

TEST_CASE("no allocation for each event in a steady state: patterns", "[allocation]") {
  const std::vector<Case> cases = {
      {"a join with timeouts", workload("w1"), write_view, 1'000},
      {"a quantifier", workload("w2a"), write_card, 150},
      {"a comparison with an earlier event", workload("w2b"), write_card, 75},
      {"a sliding sum", workload("w2c"), write_card, 150},
      {"strict repetition", workload("w3"), write_login, 30},
      {"an absence at the end, from the first", workload("w3n-failure"), write_login, 120},
      {"an absence at the end, from the last", workload("w3n-success"), write_login, 120},
      {"many runs of a key", workload("w1"), write_search, 1'000},
      {"many runs under one key", workload("w1-one-key"), write_search, 1'000},
      {"many runs in order", workload("spike-one-key"), write_card, 1'000},
      {"many absences under one key", workload("absence-one-key"), write_search, 1'000},
      {"every combination of a join under one key",
       "rule: r\nevents: {s: search, c: click where query == s.query and user == s.user}\npattern: s ~> c "
       "->[5m] "
       "not s\nafter match: no skip\nwithin: 10m\non match: {message: '{s.query}'}\non timeout: {}\n",
       write_search,
       1'000},
      {"100 rules by equality", by_merchant(100), write_card, 75},
      {"an absence in the middle", on_cards("abc", "pattern: a -> not c -> b\nwithin: 10m"), write_card, 150},
      {"an absence at the end", on_cards("bc", "pattern: b -> not c\nwithin: 10m"), write_card, 150},
      {"every combination",
       on_cards("bc", "pattern: b ~> c\nafter match: no skip\nwithin: 10m"),
       write_card,
       150},
      {"a loop of every combination",
       on_cards("bc", "pattern: b{1,3} ~> c\nafter match: no skip\nwithin: 2m"),
       write_card,
       150},
      {"report all", on_cards("abc", "pattern: b -> a -> c\nreport: all\nwithin: 10m"), write_card, 150},
      {"newest run",
       on_cards("abc", "pattern: a -> b\nruns: newest\ncancel: c\nwithin: 10m"),
       write_card,
       150},
      {"first run", on_cards("ab", "pattern: a -> b\nruns: first\nwithin: 10m"), write_card, 150},
      {"within events", on_cards("abc", "pattern: a -> b -> c\nwithin: 20 events"), write_card, 150},
      {"emit preferred",
       on_cards("abc", "pattern: a -> b+ -> c\nemit: preferred\nwithin: 10m"),
       write_card,
       150},
      {"suppress", on_cards("ab", "pattern: a -> b\nwithin: 10m\nsuppress: 10m"), write_card, 150},
      {"a lull",
       "rule: r\nkey: card\nevents: {t: txn, b: refund}\npattern: not t for 5m -> b\nwithin: 10m\non match: "
       "{message: m}\n",
       write_card,
       150},
      {"prior",
       "rule: r\nkey: card\nevents: {t: txn where amount < prior.amount}\npattern: t{3} strict\nwithin: "
       "10m\non match: {message: m}\n",
       write_card,
       150},
  };
  check_each(cases);
}

TEST_CASE("no allocation for each event in a steady state: windows, tables, levels", "[allocation]") {
  const std::vector<Case> cases = {
      {"a tumbling window",
       on_cards("ab", "window: tumbling 10m\nhaving: count(a) > 3 and sum(b.amount) > 100"),
       write_card,
       150},
      {"a hopping window",
       on_cards("a", "window: hopping 10m every 5m\nhaving: count(a) > 3"),
       write_card,
       150},
      {"a session", on_cards("a", "window: session 2m\nemit: close\nhaving: count(a) > 2"), write_card, 150},
      {"a count window", on_cards("a", "window: count 10\nhaving: count(a) > 4"), write_card, 150},
      {"a pattern in a session", on_cards("ab", "window: session 2m\npattern: a -> b"), write_card, 150},
      {"a pattern in tumbling windows",
       on_cards("ab", "window: tumbling 10m\npattern: a -> b"),
       write_card,
       150},
      {"sliding: texts",
       on_cards("ab", "window: sliding 10m\nhaving: distinct(a.country) > 1 and max(b.merchant) > 'm2'"),
       write_card,
       150},
      {"a table from a stream",
       "tables:\n  devices: {from: device|removed, key: device, delete: type == 'removed'}\n---\nrule: "
       "r\nkey: device\nkeys: devices\nevents: {beat: beat}\npattern: not beat for 2m\non match: {message: "
       "'{device} in {devices[device].room}'}\n",
       write_device,
       50},
      {"rules on rules",
       on_cards("ab", "pattern: a -> b\nwithin: 10m\nemit to: told") +
           "---\nrule: q\nkey: card\nevents: {t: told}\npattern: t{3}\nwithin: 1h\non match: {message: m}\n",
       write_card,
       150},
  };
  check_each(cases);
}

}  // namespace tocsin::tests
