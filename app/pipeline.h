#pragma once
/// From sources to alerts: reads chunks, decodes them, marks late events, advances time and steps the engine.
///
/// The caller owns the loop: it calls `step` until the input ends, writes what each step gives, and may swap
/// the rules between two steps. Workers are threads inside, and so is what reads
/// ahead; every call is made by one thread.

#include "base/result.h"
#include "compiler/compile.h"
#include "connectors/codec.h"
#include "connectors/source.h"
#include "runtime/alert.h"
#include "runtime/changing_table.h"
#include "runtime/counters.h"
#include "runtime/run_limit.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::app {

struct PipelineOptions {
  std::size_t workers = 1;
  Duration disorder{0};          ///< how far the watermark trails the newest event time of a source
  std::optional<Duration> idle;  ///< after this much silence wall time moves the watermark; none: never
  std::size_t batch_bytes = 512u << 10;      ///< small enough for what it becomes to stay in the cache
  std::size_t read_ahead_bytes = 64u << 10;  ///< after a chunk of so many the next ones are read ahead
  connectors::DecodeOptions decode;
  std::size_t emitted_bytes_max = runtime::kEmittedBytesMax;  ///< at most that
  std::size_t runs_scanned = runtime::kRunsScanned;           ///< see ShardOptions
  bool general_only = false;                                  ///< the same
};

/// Lines that one step produced, each ended by '\n'. Reused from step to step.
struct StepOutput {
  runtime::AlertBatch alerts;  ///< in order
  std::string late;            ///< late events as received
  std::string dead_letters;    ///< {"source":…,"offset":…,"record":…,"reason":…,"raw":…}

  void clear() {
    alerts.clear();
    late.clear();
    dead_letters.clear();
  }
};

enum class StepState : std::uint8_t {
  more,  ///< something was read
  wait,  ///< nothing came within the time given
  end,   ///< all inputs are at their end
};

/// What became of a rule at a reload.
struct RuleChange {
  enum class Fate : std::uint8_t { kept, restarted, added, dropped };
  std::string rule;
  Fate fate;
  std::uint64_t runs = 0;  ///< kept or dropped
};

struct PipelineCounters {
  std::uint64_t records = 0;  ///< = events + late + bad
  std::uint64_t events = 0;
  std::uint64_t late = 0;
  std::uint64_t bad = 0;
  Duration furthest_behind{0};  ///< how far the latest of the late events was behind its source's newest time
  std::uint64_t bytes = 0;      ///< decompressed
  std::uint64_t streamed = 0;   ///< events of late streams
  std::uint64_t applied = 0;    ///< of the events: late ones that rules with `late: apply` have seen
  std::uint64_t retracted = 0;  ///< alerts taken back
  std::uint64_t corrected = 0;  ///< alerts told after late events
};

struct RuleCounters {
  std::string rule;
  runtime::RuleCounters counts;
};

struct TableCounters {
  std::string table;
  runtime::TableCounters counts;
};

class Pipeline {
 public:
  Pipeline(compiler::CompiledRules rules, const PipelineOptions& options);
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  /// Each input is a partition of its own with its own watermark; the engine's is the least of them.
  void add_input(std::unique_ptr<connectors::Source> source, connectors::Format format);

  /// Reads one chunk from the input that is furthest behind in time and takes it through the engine; where
  /// much comes at once, the next ones are read and decoded meanwhile.
  /// wait   how long a live input may be waited for
  Result<StepState> step(StepOutput& out, std::chrono::milliseconds wait);

  /// No more input: takes what waits in the reorder buffers through the engine, in order.
  void drain(StepOutput& out);

  /// After `drain`: moves time to `to`; kTimeMax lets it run out for all open runs.
  void advance(EventTime to, StepOutput& out);

  /// The same a part at a time, of some hundred alerts. Whether time is there.
  bool advance_part(EventTime to, StepOutput& out);

  /// Goes on with `rules` from the next event in time order. Rules with an unchanged version keep their runs.
  std::vector<RuleChange> swap_rules(compiler::CompiledRules rules);

  /// What the rules remember, between two steps; and goes on from there, under the same rules and with as
  /// many workers. How far the inputs are is no part of it.
  std::string save_state() const;
  Status restore_state(std::string_view snapshot);

  /// Set once a rule with `max runs per key: N, fail` has no room for another run: alerts end with the event
  /// that would have begun it, and no step may follow. A sentence for people.
  std::optional<std::string> failure() const;

  const PipelineCounters& counters() const;
  std::vector<RuleCounters> rule_counters() const;    ///< in the order of the rules; dropped rules leave
  std::vector<TableCounters> table_counters() const;  ///< of those that events change, by name
  std::uint64_t runs_live() const;
  /// Highest seen at the end of a step; of many rules not every step is looked at.
  std::uint64_t runs_peak() const;
  /// Refused or dropped by `max runs per key`, by the end of the last step that was looked at.
  std::uint64_t runs_lost() const;
  EventTime watermark() const;

  /// Consumed and whole size of the finite inputs on disk, for progress; whole 0 if unknown.
  std::uint64_t input_position_bytes() const;
  std::uint64_t input_size_bytes() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tocsin::app
