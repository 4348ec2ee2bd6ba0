#pragma once
/// The inputs of a pipeline: gives their next chunk, decoded and routed; reads some ahead in a thread of its
/// own while the caller works on those before.
///
/// From `read_ahead` on, until `settle`, the reader's thread has the inputs: of these the caller may ask only
/// how far they were taken in.

#include "app/input.h"
#include "app/worker_team.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

namespace tocsin::app {

/// What one read gave.
struct Reading {
  Input* input = nullptr;  ///< null: no input had anything
  Chunk chunk;             ///< decoded, what is late marked, the rest routed
};

struct ReaderOptions {
  std::size_t batch_bytes = 0;  ///< of a chunk, about
  Duration disorder{0};         ///< how far an event may be behind the newest of its input without being late
  std::size_t decoders = 1;     ///< threads that decode and route one chunk, and workers it is routed to
  std::size_t flow_bytes = 0;   ///< what is read ahead goes on as long as so many come at once
  std::size_t chunks_ahead = 1;  ///< at most so many
};

class Reader {
 public:
  explicit Reader(const ReaderOptions& options);
  ~Reader();

  void add(std::unique_ptr<Input> input, const std::shared_ptr<const Schema>& schema);

  std::vector<std::unique_ptr<Input>>& inputs() { return inputs_; }
  const std::vector<std::unique_ptr<Input>>& inputs() const { return inputs_; }

  /// The next chunk: what was read ahead, or else from the input that is furthest behind in time. Only if no
  /// input has anything, waits at most `wait` for one.
  Result<Reading> next(std::chrono::milliseconds wait);

  /// Sees to it that what `next` will give is read and decoded meanwhile, if much comes at once. Its thread
  /// is woken only for several chunks together: that costs as much as some thousand events.
  void read_ahead();

  /// Waits until nothing more is being read ahead.
  void settle();

  /// What was read ahead and not asked for: one after the other, until there is none.
  std::optional<Reading> take_left();

  /// From here on events are decoded for `schema`; so is again what was read ahead.
  void set_schema(const std::shared_ptr<const Schema>& schema);

  /// From here on events are routed by `rules`, whose schema was set; so is again what was read ahead.
  void set_rules(const std::shared_ptr<const runtime::RuleSet>& rules, const runtime::TableStore& tables);

  /// Gives the memory of a chunk that is done with to the next ones.
  void recycle(Chunk&& chunk);

 private:
  Result<Reading> read(std::chrono::milliseconds wait, Chunk memory);
  Result<bool> try_read(Input& input, std::chrono::milliseconds wait, Reading& reading);
  void route(Input& input, Chunk& chunk);
  Chunk fresh_chunk();
  void read_on();
  bool note_ahead(Result<Reading> reading);
  std::optional<Result<Reading>> take_ahead();
  template <class Visit>
  void for_each_ahead(Visit&& visit);

  const ReaderOptions options_;
  WorkerTeam decoders_;
  std::shared_ptr<const runtime::RuleSet> rules_;
  std::vector<runtime::Router> routers_;  // by decoder
  std::vector<std::unique_ptr<Input>> inputs_;
  std::vector<Input*> open_;  // scratch, of `read`

  std::mutex mutex_;  // of what follows, up to `arrived_`
  std::vector<Chunk> spare_;
  std::deque<Result<Reading>> ahead_;
  bool reading_ = false;  // the thread is at it
  bool flows_ = false;    // much came at once, the last time
  std::condition_variable arrived_;

  const std::function<void(std::size_t)> read_on_;
  std::optional<WorkerTeam> thread_;  // there once it is needed
};

}  // namespace tocsin::app
