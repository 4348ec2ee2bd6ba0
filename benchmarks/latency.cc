/// How long after an event its alert is there, at a part of the speed that `tocsin run` reaches through a
/// pipe.
///
///     latency --rules benchmarks/workloads/w1.yaml --input build/bench/search-500000.ndjson
///
/// Puts the lines in the order of `ts` (whole numbers) and starts `tocsin run` between two pipes: first as
/// fast as it takes them, then at each `--load`, a percentage of that. There each line has an instant at
/// which it is due, whatever became of those before it, and is written as soon as that has come; several
/// together only where several are due. A latency begins when the line is due, not when it was written, so
/// that a stall counts for every line that it keeps waiting; it ends when the whole line of the alert has
/// been read.
///
/// Each line is given its number as an attribute, alerts tell their events as they came, and so the newest
/// event of an alert is known for certain. Only matches count that an event decided, not deadlines. Every run
/// must give the alerts of the first one to the byte, and `--matches` says how many there are.

#include "base/time.h"
#include "benchmarks/numbered_lines.h"
#include "benchmarks/piped_child.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <fmt/format.h>
#include <sched.h>
#include <simdjson.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using numbered::Stream;
using Nanoseconds = std::int64_t;

constexpr double kSecondNs = 1e9;
constexpr double kMicrosecondNs = 1e3;
constexpr Nanoseconds kSleepMin = 50'000;  // for less it is not worth to sleep: waking up takes about as long

struct Options {
  std::string tocsin;
  std::string rules;
  std::string input;
  std::vector<double> loads = {50, 10};
  double full = 0;  ///< events a second; 0: to be found
  int repeat = 5;
  std::int64_t matches = -1;  ///< negative: not known
  bool apart = false;
  bool json = false;
  std::vector<std::string> more;  ///< for tocsin
};

[[noreturn]] void give_up(const std::string& why) {
  throw std::runtime_error(why);
}

Nanoseconds now() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

// --- one run ---------------------------------------------------------------------------------------

/// By `at`, so many bytes had gone through a pipe.
struct Mark {
  std::size_t bytes = 0;
  Nanoseconds at = 0;
};

/// What went in and out of a child, and when.
struct Record {
  std::string alerts;
  std::vector<Mark> written;
  std::vector<Mark> read;
  Nanoseconds start = 0;       // line 0 was due
  Nanoseconds taken = 0;       // the last line had been taken
  double gap = 0;              // between lines, in nanoseconds
  double processor_s = 0;      // of the child
  std::int64_t preempted = 0;  // how often the child or this program had to make room for others

  Nanoseconds due(std::size_t line) const {
    return start + static_cast<Nanoseconds>(gap * static_cast<double>(line));
  }
  double seconds() const { return static_cast<double>(taken - start) / kSecondNs; }
};

/// One thread writes and reads: what is read is looked at when all is over.
class Run {
 public:
  Run(const Stream& stream, PipedChild& child, Record& record)
      : stream_{stream}, child_{child}, record_{record} {}

  void run() {
    begin();
    while (sent_ < stream_.bytes.size() || !child_.took_all()) {
      const bool full = !send_due();
      if (!receive()) wait(full);
    }
    record_.taken = now();
    child_.close_input();
    while (!ended_) {
      if (!receive()) child_.wait_to_read();
    }
  }

 private:
  /// Line 0 goes ahead: once it is taken, the rules are loaded.
  void begin() {
    sent_ = child_.write({stream_.bytes.data(), stream_.ends[0]});
    while (!child_.took_all()) ::usleep(1000);
    record_.start = now();
    due_ = 1;
  }

  /// Writes the lines that are due, in one piece. False if there was no room.
  bool send_due() {
    const Nanoseconds time = now();
    while (due_ < stream_.ends.size() && record_.due(due_) <= time) ++due_;
    const std::size_t end = stream_.ends[due_ - 1];
    if (sent_ == end) return true;
    const std::size_t size = child_.write({stream_.bytes.data() + sent_, end - sent_});
    sent_ += size;
    if (size > 0) record_.written.push_back({sent_, now()});
    return size > 0;
  }

  bool receive() {
    constexpr std::size_t kRoom = 1u << 16;
    if (room_.size() < kRoom) room_.resize(kRoom);
    const ssize_t size = child_.read(room_.data(), kRoom);
    ended_ = size == 0;
    if (size <= 0) return ended_;
    const Nanoseconds time = now();
    record_.alerts.append(room_.data(), static_cast<std::size_t>(size));
    record_.read.push_back({record_.alerts.size(), time});
    return true;
  }

  void wait(bool full) const {
    if (full) return child_.wait_to_read_or_write();
    if (due_ == stream_.ends.size()) return;  // soon it has taken all
    const Nanoseconds left = record_.due(due_) - now();
    if (left >= kSleepMin) child_.wait_to_read(std::chrono::nanoseconds{left});
  }

  const Stream& stream_;
  PipedChild& child_;
  Record& record_;
  std::string room_;
  std::size_t due_ = 0;   // lines
  std::size_t sent_ = 0;  // bytes
  bool ended_ = false;
};

std::vector<std::string> command(const Options& options) {
  std::vector<std::string> words = {
      options.tocsin, "run", "--rules", options.rules, "--input", "-", "--output", "-"};
  words.insert(words.end(), options.more.begin(), options.more.end());
  return words;
}

rusage own_usage() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return used;
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

cpu_set_t allowed_processors() {
  cpu_set_t processors;
  ::sched_getaffinity(0, sizeof processors, &processors);
  return processors;
}

/// Starts the child; if asked for, on all processors but the first, which is left to this program. They are
/// up by turns, and so a scheduler may well keep both on one.
std::unique_ptr<PipedChild> start(const Options& options, bool quiet) {
  if (!options.apart) return std::make_unique<PipedChild>(command(options), quiet);
  static const cpu_set_t all = allowed_processors();
  if (CPU_COUNT(&all) < 2) give_up("there is only one processor");
  int number = 0;
  while (!CPU_ISSET(number, &all)) ++number;
  cpu_set_t first;
  CPU_ZERO(&first);
  CPU_SET(number, &first);
  cpu_set_t others = all;
  CPU_CLR(number, &others);
  ::sched_setaffinity(0, sizeof others, &others);  // children begin where their parent may run
  auto child = std::make_unique<PipedChild>(command(options), quiet);
  ::sched_setaffinity(0, sizeof first, &first);
  return child;
}

/// gap   between two lines; 0: as fast as they are taken
void run(const Stream& stream, const Options& options, double gap, bool quiet, Record& record) {
  record.alerts.clear();  // its memory stays, so that no run but the first has to ask for it
  record.written.clear();
  record.read.clear();
  record.written.reserve(stream.ends.size());
  record.read.reserve(stream.ends.size());
  record.gap = gap;
  const rusage before = own_usage();
  const auto child = start(options, quiet);
  Run(stream, *child, record).run();
  const rusage used = child->finish();
  record.processor_s = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
  record.preempted = used.ru_nivcsw + own_usage().ru_nivcsw - before.ru_nivcsw;
}

// --- what came of it -------------------------------------------------------------------------------

/// A match, by where its line ends among the alerts and by the line that decided it.
struct Match {
  std::size_t end = 0;
  std::size_t line = 0;
};

struct Newest {
  std::uint64_t line = 0;
  std::uint64_t ts = 0;
};

Newest newest_event(simdjson::ondemand::object variables) {
  Newest newest;
  for (auto variable : variables) {
    for (auto event : variable.value().get_array()) {
      const std::uint64_t line = event[numbered::kNumberName].get_uint64();
      if (line >= newest.line) newest = {line, event["ts"].get_uint64()};
    }
  }
  return newest;
}

std::string rfc3339(std::uint64_t ms) {
  std::string text;
  tocsin::append_rfc3339(text, tocsin::EventTime{std::chrono::milliseconds{ms}});
  return text;
}

/// The matches of all rules in `alerts`; in `decided` goes what an event decided, not a deadline.
std::int64_t find_matches(const std::string& alerts, std::vector<Match>& decided) {
  simdjson::ondemand::parser parser;
  const simdjson::padded_string text{alerts};
  std::int64_t matches = 0;
  for (std::size_t at = 0, end = 0; at < alerts.size(); at = end + 1) {
    end = alerts.find('\n', at);
    auto alert = parser.iterate(text.data() + at, end - at, text.size() - at + simdjson::SIMDJSON_PADDING);
    if (std::string_view{alert["kind"]} != "match") continue;
    ++matches;
    const std::string time{std::string_view{alert["time"]}};
    const Newest newest = newest_event(alert["events"]);
    if (time == rfc3339(newest.ts)) decided.push_back({end + 1, newest.line});
  }
  return matches;
}

/// When so many bytes had gone through: the first mark behind `bytes`. Asked for rising numbers.
class Marks {
 public:
  explicit Marks(const std::vector<Mark>& marks) : next_{marks.begin()} {}
  Nanoseconds at(std::size_t bytes) {
    while (next_->bytes < bytes) ++next_;
    return next_->at;
  }

 private:
  std::vector<Mark>::const_iterator next_;
};

constexpr std::array kShares = {0.5, 0.9, 0.99, 0.999, 1.0};
constexpr std::array kShareNames = {"p50", "p90", "p99", "p99.9", "max"};
using Percentiles = std::array<double, kShares.size()>;  // in microseconds

Percentiles percentiles(std::vector<Nanoseconds> values) {
  Percentiles out{};
  if (values.empty()) return out;
  std::sort(values.begin(), values.end());
  for (std::size_t i = 0; i < kShares.size(); ++i) {
    const auto rank = static_cast<std::size_t>(kShares[i] * static_cast<double>(values.size() - 1) + 0.5);
    out[i] = static_cast<double>(values[rank]) / kMicrosecondNs;
  }
  return out;
}

struct Outcome {
  double load = 0;  ///< percent
  double rate = 0;  ///< that was reached, in events a second
  double busy = 0;  ///< processor seconds of tocsin in a second
  std::int64_t preempted = 0;
  std::size_t alerts = 0;  ///< that were measured
  Percentiles latency{};
  Percentiles behind{};  ///< of the writing of lines, when they were due
};

Outcome measure(const Stream& stream, const Record& record, const std::vector<Match>& matches) {
  Outcome out;
  out.rate = static_cast<double>(stream.ends.size()) / record.seconds();
  out.busy = record.processor_s / record.seconds();
  out.preempted = record.preempted;
  std::vector<Nanoseconds> times;
  Marks read(record.read);
  for (const Match& match : matches) {
    if (match.line > 0) times.push_back(read.at(match.end) - record.due(match.line));
  }
  out.alerts = times.size();
  out.latency = percentiles(std::move(times));
  times.clear();
  Marks written(record.written);
  for (std::size_t i = 1; i < stream.ends.size(); ++i)
    times.push_back(written.at(stream.ends[i]) - record.due(i));
  out.behind = percentiles(std::move(times));
  return out;
}

/// All of them checked against the alerts that the first run gave.
class Bench {
 public:
  explicit Bench(Options options)
      : options_{std::move(options)}, stream_{numbered::read_stream(options_.input)} {}

  void run() {
    find_full_speed();
    std::string all;
    if (!options_.json) print_head();
    for (const double load : options_.loads) {
      const Outcome best = best_of(load);
      if (options_.json) {
        all += (all.empty() ? "" : ",") + json(best);
      } else {
        print(best);
      }
    }
    if (options_.json)
      fmt::print("{{\"full_events_per_second\":{:.0f},\"matches\":{},\"best_of\":{},\"loads\":[{}]}}\n",
                 options_.full,
                 matches_,
                 options_.repeat,
                 all);
  }

 private:
  void find_full_speed() {
    double fastest = 0;
    for (int i = 0; i < options_.repeat; ++i) {
      ::run(stream_, options_, 0, i > 0, record_);
      fastest = std::max(fastest, static_cast<double>(stream_.ends.size()) / record_.seconds());
      if (i == 0) keep_alerts();
      check_alerts();
    }
    if (options_.full == 0) options_.full = fastest;
  }

  void keep_alerts() {
    wanted_ = record_.alerts;
    matches_ = find_matches(wanted_, decided_);
    if (decided_.empty()) give_up("there is no match that an event decided");
    if (options_.matches >= 0 && matches_ != options_.matches) {
      give_up(fmt::format("{} matches, there are {}", matches_, options_.matches));
    }
  }

  void check_alerts() const {
    if (record_.alerts != wanted_) give_up("the alerts are not those of the first run");
  }

  /// The run with the least p99: what disturbs the machine only makes it longer.
  Outcome best_of(double load) {
    std::optional<Outcome> best;
    for (int i = 0; i < options_.repeat; ++i) {
      ::run(stream_, options_, kSecondNs * 100 / (options_.full * load), true, record_);
      check_alerts();
      const Outcome outcome = measure(stream_, record_, decided_);
      if (!best || outcome.latency[2] < best->latency[2]) best = outcome;
    }
    best->load = load;
    return *best;
  }

  void print_head() const {
    fmt::print(
        "{} events, {} matches, {} of them by an event; full speed {:.0f} events/s; best of {} by p99\n",
        stream_.ends.size(),
        matches_,
        decided_.size(),
        options_.full,
        options_.repeat);
    fmt::print("{:>6} {:>10} {:>6}", "load", "events/s", "busy");
    for (const char* name : kShareNames) fmt::print(" {:>9}", name);
    fmt::print(" {:>9} {:>9}   (µs)\n", "late p99", "preempted");
  }

  static void print(const Outcome& outcome) {
    fmt::print("{:>5}% {:>10.0f} {:>5.0f}%", outcome.load, outcome.rate, 100 * outcome.busy);
    for (const double value : outcome.latency) fmt::print(" {:>9.1f}", value);
    fmt::print(" {:>9.1f} {:>9}\n", outcome.behind[2], outcome.preempted);
    std::fflush(stdout);
  }

  static std::string json(const Outcome& outcome) {
    std::string out = fmt::format(
        R"({{"load_percent":{},"events_per_second":{:.0f},"busy":{:.3f},"preempted":{},"alerts":{})",
        outcome.load,
        outcome.rate,
        outcome.busy,
        outcome.preempted,
        outcome.alerts);
    for (std::size_t i = 0; i < kShares.size(); ++i) {
      out += fmt::format(R"(,"{}_us":{:.1f},"written_late_{}_us":{:.1f})",
                         kShareNames[i],
                         outcome.latency[i],
                         kShareNames[i],
                         outcome.behind[i]);
    }
    return out + "}";
  }

  Options options_;
  Stream stream_;
  Record record_;
  std::string wanted_;
  std::int64_t matches_ = 0;
  std::vector<Match> decided_;
};

void add_options(CLI::App& app, Options& options) {
  options.tocsin = std::filesystem::read_symlink("/proc/self/exe").replace_filename("tocsin");
  app.add_option("--tocsin", options.tocsin, "The program to measure; if not given, the one beside this");
  app.add_option("--rules", options.rules, "Rules whose matches are waited for")->required();
  app.add_option("--input", options.input, "JSON lines, all kept in memory")
      ->required()
      ->check(CLI::ExistingFile);
  app.add_option("--load", options.loads, "Percent of the full speed: 50,10 if not given")->delimiter(',');
  app.add_option("--full", options.full, "Events a second that are 100 %; found if not given");
  app.add_option("--repeat", options.repeat, "Runs at each speed, of which the best counts")
      ->check(CLI::Range(1, 1000));
  app.add_option("--matches", options.matches, "How many there are; any other number is an error");
  app.add_flag("--apart", options.apart, "One processor for the lines, the others for tocsin");
  app.add_flag("--json", options.json, "Print one JSON object for machines");
  app.add_option("more", options.more, "Flags for tocsin, after `--`");
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("From an event to its alert", "latency");
  add_options(app, options);
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGPIPE, SIG_IGN);
  ::prctl(PR_SET_TIMERSLACK, 1);  // a sleep ends when it should
  try {
    Bench(std::move(options)).run();
  } catch (const std::exception& error) {
    fmt::print(stderr, "latency: {}\n", error.what());
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
