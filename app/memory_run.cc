#include "app/memory_run.h"

#include "app/engine.h"
#include "app/input.h"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>

namespace tocsin::app {
namespace {

/// A chunk and the watermark after it.
struct Loaded {
  Chunk chunk;
  EventTime watermark;
};

/// Puts what is allocated in its life into huge pages, as far as the system allows. A live engine has a chunk
/// or two in hand, and needs no page tables for a whole stream; neither shall one that is measured.
class InHugePages {
 public:
  InHugePages() : begin_{reinterpret_cast<std::uintptr_t>(sbrk(0))} {
    mallopt(M_MMAP_THRESHOLD, 1 << 30);  // all of it in one piece
  }
  ~InHugePages() {
    constexpr std::uintptr_t kHugePage = 2u << 20;
    const std::uintptr_t begin = (begin_ + kHugePage - 1) / kHugePage * kHugePage;
    const std::uintptr_t end = reinterpret_cast<std::uintptr_t>(sbrk(0)) / kHugePage * kHugePage;
    if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, kCollapse);
  }
  InHugePages(const InHugePages&) = delete;
  InHugePages& operator=(const InHugePages&) = delete;

 private:
  static constexpr int kCollapse = 25;  // MADV_COLLAPSE, which older headers lack
  std::uintptr_t begin_;
};

Result<std::deque<Loaded>> load(Input& input,
                                const runtime::RuleSet& rules,
                                runtime::Router router,
                                const PipelineOptions& options) {
  const InHugePages in_huge_pages;
  std::deque<Loaded> loaded;
  while (!input.ended()) {
    Loaded& next = loaded.emplace_back();
    const auto state = input.read(next.chunk, options.batch_bytes, std::chrono::milliseconds{100});
    if (!state) return tl::make_unexpected(state.error());
    input.split(next.chunk, options.workers);
    for (std::size_t part = 0; part < options.workers; ++part) input.decode(next.chunk, part);
    input.admit(next.chunk, options.disorder);
    input.stream_late(next.chunk, rules);
    next.chunk.routed.resize(options.workers);
    for (std::size_t part = 0; part < options.workers; ++part) {
      const std::span<const Event> of_late_streams =
          part == 0 ? next.chunk.of_late_streams : std::span<const Event>{};
      router.route_all(
          next.chunk.batches[part].events, of_late_streams, options.workers, next.chunk.routed[part]);
    }
    const EventTime newest = input.newest();
    next.watermark = newest == kTimeMin ? kTimeMin : saturating_add(newest, -options.disorder);
  }
  return loaded;
}

MemoryRun run_once(const std::shared_ptr<const runtime::RuleSet>& rules,
                   const PipelineOptions& options,
                   std::deque<Loaded>& loaded) {
  Engine engine(rules, options.workers, {options.disorder, false});
  runtime::AlertBatch alerts;
  MemoryRun run;
  const auto begin = std::chrono::steady_clock::now();
  for (Loaded& next : loaded) {
    engine.feed(next.chunk.batches, next.chunk.routed);
    engine.step(next.watermark, next.watermark, false, alerts);
  }
  engine.step(kTimeMax, kTimeMax, false, alerts);
  run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  for (const Loaded& next : loaded) {
    for (const auto& batch : next.chunk.batches) {
      run.events += static_cast<std::uint64_t>(std::count_if(
          batch.events.begin(), batch.events.end(), [](const Event& event) { return !event.late; }));
    }
  }
  for (std::uint32_t rule = 0; rule < rules->rules().size(); ++rule) {
    run.matches += engine.counters(rule).matches;
    run.timeouts += engine.counters(rule).timeouts;
  }
  return run;
}

}  // namespace

Result<std::vector<MemoryRun>> run_in_memory(const compiler::CompiledRules& rules,
                                             const PipelineOptions& options,
                                             std::unique_ptr<connectors::Source> source,
                                             connectors::Format format,
                                             std::size_t repeat) {
  Input input(std::move(source), format, options.decode, PartitionId{0});
  input.set_schema(rules.schema, options.workers);
  const auto rule_set = std::make_shared<const runtime::RuleSet>(rules.schema, rules.programs, rules.tables);
  const runtime::TableStore tables(rule_set->tables(), rule_set->shared_schema());
  auto loaded = load(input, *rule_set, runtime::Router(rule_set, &tables), options);
  if (!loaded) return tl::make_unexpected(loaded.error());
  std::vector<MemoryRun> runs;
  for (std::size_t i = 0; i < repeat; ++i) runs.push_back(run_once(rule_set, options, *loaded));
  return runs;
}

}  // namespace tocsin::app
