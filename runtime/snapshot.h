#pragma once
/// Keyed state as bytes, and back again: what executors, shards and tables write themselves with.
///
/// Numbers are written as LEB128, times and floats as 8 bytes, low byte first. The events and the paths that
/// a key's runs share are written once, where they come first; what follows names them by number, and no key
/// names those of another. A reader stays within its bytes: after the first thing that cannot be, it has
/// failed, and gives zeros, empty texts and nulls.

#include "runtime/context.h"
#include "runtime/key_store.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tocsin::runtime {

class SnapshotWriter {
 public:
  SnapshotWriter(const Schema& schema, std::string& out) : schema_{schema}, out_{out} {}

  void number(std::uint64_t v);
  void flag(bool v) { number(v ? 1 : 0); }
  void word(std::uint64_t v);  ///< 8 bytes
  void real(double v);
  void time(EventTime t) { word(static_cast<std::uint64_t>(t.time_since_epoch().count())); }
  void text(std::string_view v);
  /// Not a list.
  void value(const Value& v);

  /// What is written up to `end_record` can be passed over as a whole.
  std::size_t begin_record();
  void end_record(std::size_t begin);

  /// Another key: it names no event and no path that was written before.
  void begin_key();
  void event(const StoredEvent* stored);  ///< may be null
  void path(const TakenEvent* tail);      ///< may be null
  /// Without a number: one that waits to be shown, and what was captured of one.
  void event(const Event& event) { write(event, schema_.layout(event.type).attributes.size()); }
  void captured(const StoredEvent& stored) { write(stored.event(schema_), schema_.layout(stored.type).kept); }

 private:
  void write(const Event& event, std::size_t values);
  void text_of(std::string_view raw, std::string_view v);

  const Schema& schema_;
  std::string& out_;
  std::unordered_map<const StoredEvent*, std::uint64_t> events_;  // of this key: their numbers, from 1
  std::unordered_map<const TakenEvent*, std::uint64_t> nodes_;
  std::vector<const TakenEvent*> path_;  // scratch
};

class SnapshotReader {
 public:
  /// bytes  must outlive the reader, and what `event(values)` gives
  SnapshotReader(Memory& memory, const Schema& schema, std::string_view bytes)
      : memory_{memory}, schema_{schema}, bytes_{bytes} {}
  ~SnapshotReader() { begin_key(); }
  SnapshotReader(const SnapshotReader&) = delete;
  SnapshotReader& operator=(const SnapshotReader&) = delete;

  bool ok() const { return ok_; }
  bool at_end() const { return bytes_.empty(); }
  void fail();

  std::uint64_t number();
  /// Less than `limit`; 0 if it has failed.
  std::uint64_t number_below(std::uint64_t limit);
  /// Of things to come, each of at least one byte: not more than there are bytes.
  std::size_t count();
  bool flag() { return number_below(2) != 0; }
  std::uint64_t word();
  double real();
  EventTime time() { return EventTime{Duration{static_cast<std::int64_t>(word())}}; }
  std::string_view text();
  Value value();
  /// The bytes of a record.
  std::string_view record();

  void begin_key();
  /// Held once for the caller; null if null was written, or it has failed.
  StoredEvent* event();
  TakenEvent* path(const patterns::Program& program);
  /// As they were written without a number. The texts lie in the bytes, the values in `arena`.
  Event event(Arena& arena) { return read(arena, false); }
  Event captured(Arena& arena) { return read(arena, true); }

 private:
  Event read(Arena& arena, bool captured);
  std::string_view take(std::size_t size);
  std::string_view text_of(std::string_view raw);
  StoredEvent* numbered_event();

  Memory& memory_;
  const Schema& schema_;
  std::string_view bytes_;  // what is left
  bool ok_ = true;
  std::vector<StoredEvent*> events_;  // of this key, each held once
  std::vector<TakenEvent*> nodes_;    // the same
  Arena scratch_;
};

void save_runs(const ShortList<Run>& runs, SnapshotWriter& out);

/// Runs of a pattern, into the fresh `state`.
void restore_runs(RuleState& state, const patterns::Program& program, SnapshotReader& in);

/// Sets again the timer for `deadline`, unless it has come already.
void wake_again(Context& context, KeyState& key, std::uint32_t rule, EventTime deadline);

/// Events that were read back while they wait for their time, and all that they point at.
struct RestoredEvents {
  std::string bytes;  ///< as written: their texts lie there
  Arena arena;        ///< values, keys
  std::deque<Event> events;
  EventTime newest = kTimeMin;

  /// The next event of `in`, which reads `bytes`.
  const Event& add(SnapshotReader& in);
};

/// `payload` with what tells that it is one, of which version of the form, and that it is whole.
std::string seal_snapshot(std::string_view payload);

/// The payload within; an error if it was not sealed so, or is damaged.
Result<std::string_view> open_snapshot(std::string_view snapshot);

}  // namespace tocsin::runtime
