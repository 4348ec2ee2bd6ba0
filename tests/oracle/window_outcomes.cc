#include "tests/oracle/window_outcomes.h"

#include <algorithm>
#include <map>

namespace tocsin::oracle {
namespace {

using patterns::VariableId;
using patterns::WindowEmit;
using patterns::WindowKind;

/// Asks the windows of one key. Its events are those that some variable takes.
class Windows {
 public:
  Windows(const patterns::Program& program,
          const Schema& schema,
          const History& history,
          std::span<const Event> seen,
          const MayTake& may_take)
      : program_{program}, window_{program.window}, interpreter_{program, schema, history, seen, may_take} {
    for (std::size_t i = 0; i < seen.size(); ++i) {
      auto takers = taken_by(seen[i]);
      if (takers.empty()) continue;
      events_.push_back(seen[i]);
      numbers_.push_back(i);
      takers_.push_back(std::move(takers));
    }
  }

  std::vector<Outcome> run() {
    if (window_.kind == WindowKind::sliding) {
      slide();
    } else {
      for (const Slice& slice : slices_of(window_, events_)) fill(slice);
    }
    return std::move(out_);
  }

 private:
  /// Events number `begin` up to, and without, `end`.
  struct View {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool empty() const { return begin == end; }
  };

  std::vector<VariableId> taken_by(const Event& event) const {
    std::vector<VariableId> out;
    for (std::uint16_t v = 0; v < program_.variables.size(); ++v) {
      if (interpreter_.satisfies(event, VariableId{v}, {})) out.push_back(VariableId{v});
    }
    return out;
  }

  std::vector<Taken> taken_in(const View& view) const {
    std::vector<Taken> out;
    for (std::size_t i = view.begin; i < view.end; ++i) {
      for (const VariableId variable : takers_[i]) out.push_back({&events_[i], variable});
    }
    return out;
  }

  bool holds(const View& view) const {
    return interpreter_.evaluate(program_.having, nullptr, taken_in(view)).is_true();
  }

  /// One window from its first event to its end.
  void fill(const Slice& slice) {
    const bool is_full = window_.kind == WindowKind::count && slice.end - slice.begin == window_.count;
    bool told = false;
    for (std::size_t i = slice.begin; i < slice.end; ++i) {
      const bool asked = program_.emit == WindowEmit::close ? is_full && i + 1 == slice.end
                                                            : program_.emit == WindowEmit::each || !told;
      const View view{slice.begin, i + 1};
      if (!asked || !holds(view)) continue;
      told = true;
      tell(view, {events_[i].time, i}, events_[i].time, slice.span.value_or(times_of(view)));
    }
    const View all{slice.begin, slice.end};
    if (program_.emit != WindowEmit::close || is_full || slice.last == kTimeMax || !holds(all)) return;
    auto span = slice.span.value_or(times_of(all));
    if (window_.kind == WindowKind::count) span.second = slice.end_time();
    tell(all, {slice.last}, slice.end_time(), span);
  }

  std::pair<EventTime, EventTime> times_of(const View& view) const {
    return {events_[view.begin].time, events_[view.end - 1].time};
  }

  /// (t - D, t] at each event.
  void slide() {
    bool told = false;
    for (std::size_t i = 0; i < events_.size(); ++i) {
      if (i > 0 && told) told = has_held_between(i);
      const EventTime now = events_[i].time;
      const View view = slid_to(now, i + 1);
      const bool was_told = told && program_.emit == WindowEmit::first;
      told = holds(view);
      if (told && !was_told) tell(view, {now, i}, now, {now - window_.size, now});
    }
  }

  /// Whether `having` held whenever events left between event number `next` and the one before. Without any
  /// event there is no window.
  bool has_held_between(std::size_t next) const {
    for (std::size_t i = 0; i < next; ++i) {
      const EventTime leaves = events_[i].time + window_.size;
      if (leaves <= events_[next - 1].time || leaves >= events_[next].time) continue;
      const View left = slid_to(leaves, next);
      if (left.empty() || !holds(left)) return false;
    }
    return true;
  }

  /// Of the events before number `end` those in (now - D, now].
  View slid_to(EventTime now, std::size_t end) const {
    std::size_t begin = 0;
    while (begin < end && events_[begin].time <= now - window_.size) ++begin;
    return {begin, end};
  }

  void tell(const View& view,
            const Instant& at,
            EventTime time,
            const std::pair<EventTime, EventTime>& span) {
    const std::vector<Taken> taken = taken_in(view);
    Outcome& out = out_.emplace_back();
    out.time = time;
    out.at = at;
    out.span = span;
    std::map<VariableId, std::size_t> last;
    for (const Taken& t : taken)
      last[t.variable] = numbers_[static_cast<std::size_t>(t.event - events_.data())];
    for (const auto& [variable, number] : last) out.taken.emplace_back(number, variable);
    out.fields = interpreter_.fields(*program_.on_match, taken);
  }

  const patterns::Program& program_;
  const patterns::Window& window_;
  Interpreter interpreter_;
  std::vector<Event> events_;
  std::vector<std::size_t> numbers_;             // of `events_` among those that the rule sees
  std::vector<std::vector<VariableId>> takers_;  // of `events_`
  std::vector<Outcome> out_;
};

}  // namespace

std::vector<Outcome> window_outcomes_of(const patterns::Program& program,
                                        const Schema& schema,
                                        const History& history,
                                        std::span<const Event> events,
                                        const MayTake& may_take) {
  return told_of(Windows{program, schema, history, events, may_take}.run(), program);
}

}  // namespace tocsin::oracle
