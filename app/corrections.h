#pragma once
/// `late: apply`: what rules would have told, had late events come in time.
///
/// Rules that apply late events run a second time, as far behind the watermark as an event may be late: by
/// then it has come, and takes its place in the order. What they tell there is settled. Where the same
/// rules, up at the watermark, have told something else, it is taken back, and what is right told. A
/// correction comes when settled time passes the instant that it corrects; so it does not depend on batches
/// or workers.

#include "app/engine.h"
#include "app/input.h"
#include "runtime/alert.h"
#include "runtime/rule_set.h"
#include "runtime/snapshot.h"

#include <compare>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::app {

class Corrections {
 public:
  Corrections(std::size_t workers, Duration disorder) : workers_{workers}, disorder_{disorder} {}

  /// Before the first event. Does nothing where no rule applies late events.
  void begin(const runtime::RuleSet& rules) { add_groups(rules, {}, kTimeMin); }

  bool empty() const { return groups_.empty(); }

  /// Whether some rule takes `event`, which is late, all the same.
  bool take(const Event& event, EventTime watermark) const;

  /// Routes one part of a chunk: what came in time, and what is applied. Calls for different parts may run at
  /// the same time. The chunk must live until `step` has released it.
  void route(Chunk& chunk, std::size_t part);

  /// The same after a swap, for what is not settled yet.
  void route_again(Chunk& chunk, std::size_t part);

  /// How far the engine has come.
  struct Step {
    EventTime released;  ///< kTimeMax: there is no more to come
    EventTime watermark;
    bool idle_clock = false;
  };

  /// Settles what is due. Of `out`, what was told in this step begins at `first`; corrections are put in
  /// there. Gives the time up to which events may be let go of.
  EventTime step(const Step& step, runtime::AlertBatch& out, std::size_t first);

  /// See Engine::swap_rules. Rules that begin now see only what comes after `released`.
  void swap_rules(const runtime::RuleSet& next,
                  const std::vector<std::optional<std::uint32_t>>& kept,
                  EventTime released,
                  const runtime::DecodeAgain& decode_again);

  /// See Engine::save and Engine::restore.
  void save(const Schema& schema, std::string& out) const;
  Status restore(const runtime::RuleSet& rules, std::string_view bytes);

  std::uint64_t retracted() const { return retracted_; }
  std::uint64_t corrected() const { return corrected_; }

 private:
  /// What makes an alert the same: when it was decided, and its line.
  struct Mark {
    EventTime decided;
    runtime::AlertOrder::Phase phase;
    std::uint64_t line_high;  // of a hash of it
    std::uint64_t line_low;
    auto operator<=>(const Mark&) const = default;
  };

  /// An alert that may still be taken back.
  struct Told {
    Mark mark;
    runtime::AlertOrder order;
    EventTime time;
    std::string head;  // of its line, up to and with the key
  };

  /// Rules that take events as late as each other, and began at the same time.
  struct Group {
    Duration lateness;
    EventTime since;                   // what came before is not theirs
    std::vector<std::uint32_t> rules;  // of the engine's: which of the whole set
    std::unique_ptr<Engine> engine;
    std::deque<Told> told;  // in order; what is not settled yet
    EventTime released = kTimeMin;
  };

  struct Correction {
    runtime::AlertOrder order;
    runtime::AlertKind kind;
    EventTime time;
    std::string line;
  };

  void make_engine(Group& group, const runtime::RuleSet& rules) const;
  bool restore_group(const runtime::RuleSet& rules, runtime::SnapshotReader& in);
  void add_groups(const runtime::RuleSet& rules, const std::vector<bool>& there, EventTime since);
  bool keep_group(Group& group,
                  const runtime::RuleSet& next,
                  const std::vector<std::optional<std::uint32_t>>& kept,
                  const runtime::DecodeAgain& decode_again);
  void note(Group& group, const Step& step, const runtime::AlertBatch& out, std::size_t first) const;
  void settle(Group& group, const Step& step, std::vector<Correction>& corrections);
  void retract(const Group& group, const Told& told, std::vector<Correction>& corrections);
  void tell(const Group& group, const runtime::Alert& alert, std::vector<Correction>& corrections);
  static Mark mark_of(const runtime::AlertOrder& order, std::string_view line);
  static void put_in(std::vector<Correction>& corrections, runtime::AlertBatch& out, std::size_t first);

  std::size_t workers_;
  Duration disorder_;
  std::vector<Group> groups_;
  runtime::AlertBatch alerts_;  // of one group's step
  std::uint64_t retracted_ = 0;
  std::uint64_t corrected_ = 0;
};

}  // namespace tocsin::app
