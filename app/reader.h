#pragma once
/// The inputs of a pipeline: gives their next chunk, decoded and routed; reads ahead in a thread of its own
/// while the caller works on the chunk before.
///
/// What the caller may see of an input changes only in `next`: between `read_ahead` and the call after it the
/// reader's thread has the inputs, and the caller must not touch them.

#include "app/input.h"
#include "app/worker_team.h"

#include <functional>
#include <optional>

namespace tocsin::app {

/// What one read gave.
struct Reading {
  Input* input = nullptr;  ///< null: no input had anything
  Chunk chunk;             ///< decoded, what is late marked, the rest routed
};

class Reader {
 public:
  /// disorder   how far an event may be behind the newest of its input without being late
  /// decoders   how many threads decode and route one chunk, and how many workers it is routed to
  Reader(std::size_t batch_bytes, Duration disorder, std::size_t decoders);
  ~Reader();

  void add(std::unique_ptr<Input> input, const std::shared_ptr<const Schema>& schema);

  std::vector<std::unique_ptr<Input>>& inputs() { return inputs_; }
  const std::vector<std::unique_ptr<Input>>& inputs() const { return inputs_; }

  /// The next chunk: what was read ahead, or else from the input that is furthest behind in time. Only if no
  /// input has anything, waits at most `wait` for one.
  Result<Reading> next(std::chrono::milliseconds wait);

  /// Begins to read and decode what `next` will give, if there is something to read.
  void read_ahead();

  /// Waits for what is being read ahead.
  void settle();

  /// What was read ahead and not asked for, if anything.
  std::optional<Reading> take_left();

  /// From here on events are decoded for `schema`; so is again what was read ahead.
  void set_schema(const std::shared_ptr<const Schema>& schema);

  /// From here on events are routed by `rules`, whose schema was set; so is again what was read ahead.
  void set_rules(const std::shared_ptr<const runtime::RuleSet>& rules, const runtime::TableStore& tables);

  /// Gives the memory of a chunk that is done with to the next ones.
  void recycle(Chunk&& chunk) { spare_.push_back(std::move(chunk)); }

 private:
  Result<Reading> read(std::chrono::milliseconds wait, Chunk memory);
  Result<bool> try_read(Input& input, std::chrono::milliseconds wait, Reading& reading);
  void route(Input& input, Chunk& chunk);
  Chunk fresh_chunk();

  const std::size_t batch_bytes_;
  const Duration disorder_;
  WorkerTeam decoders_;
  std::shared_ptr<const runtime::RuleSet> rules_;
  std::vector<runtime::Router> routers_;  // by decoder
  std::vector<std::unique_ptr<Input>> inputs_;
  std::vector<Input*> open_;  // scratch, of `read`
  std::vector<Chunk> spare_;

  std::optional<Result<Reading>> ahead_;  // settled if not `reading_`
  Chunk ahead_memory_;
  bool reading_ = false;
  const std::function<void(std::size_t)> read_on_;
  std::optional<WorkerTeam> thread_;  // there once it is needed
};

}  // namespace tocsin::app
