#include "tests/oracle/matcher.h"

#include "tests/oracle/interpreter.h"
#include "tests/oracle/reports.h"
#include "tests/oracle/slices.h"
#include "tests/oracle/words.h"

#include <algorithm>
#include <utility>

namespace tocsin::oracle {
namespace {

using patterns::Link;
using patterns::VariableId;
using patterns::VariableMask;

/// Of one key, in one window. All others have some hundreds at most.
constexpr std::size_t kLivesMax = 20'000;

/// Finds everything of 3.1: candidates and the runs that came to nothing.
class Search {
 public:
  Search(const patterns::Pattern& pattern,
         const patterns::Program& program,
         const Interpreter& interpreter,
         std::span<const Event> events,
         const Slice& slice)
      : pattern_{pattern},
        program_{program},
        interpreter_{interpreter},
        events_{events},
        slice_{slice},
        words_{words_of(pattern.root)} {
    for (std::size_t way = 0; way < words_.ways.size(); ++way) begin(way);
  }

  Findings found;

 private:
  void begin(std::size_t way) {
    for (std::size_t i = 0; i < events_.size(); ++i) {
      if (may_begin(way, i))
        go_on({{i}, {*words_.ways[way].variable}, {{way, i}}}, kNever, words_.ways[way].next());
    }
  }

  bool may_begin(std::size_t index, std::size_t event) const {
    const Way& way = words_.ways[index];
    const auto satisfies = [&](VariableId v) { return interpreter_.satisfies(events_[event], v, {}); };
    return satisfies(*way.variable) && is_after_lulls(way, event) &&
           std::none_of(way.until.begin(), way.until.end(), satisfies) &&
           std::none_of(way.outdone_by.begin(), way.outdone_by.end(), [&](std::size_t by) {
             return may_begin(by, event);
           });
  }

  /// `not a for 10m`: no a so shortly before the event.
  bool is_after_lulls(const Way& way, std::size_t event) const {
    return std::all_of(way.absent.begin(), way.absent.end(), [&](const Absent& absent) {
      return std::none_of(
          events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(event), [&](const Event& e) {
            return e.time >= events_[event].time - absent.length &&
                   interpreter_.satisfies(e, absent.variable, {});
          });
    });
  }

  /// Tries every way on from `run`, which stands at `place`.
  void go_on(const Run& run, std::size_t parent, const Place& place) {
    const std::size_t life = found.lives.size();
    if (life == kLivesMax) throw TooManyRuns{};
    found.lives.push_back(live(run, parent, place));
    for (std::size_t i = 0; i < place.ways.size(); ++i) {
      if (place.ways[i].variable) {
        take(life, run, place, i);
      } else {
        complete(life, run, place.ways[i], i, closing(run, place, i));
      }
    }
  }

  Life live(const Run& run, std::size_t parent, const Place& place) const {
    Life out;
    out.run = run;
    out.parent = parent;
    out.step = place.step;
    out.closed = out.takes_until = Instant{events_[run.last()].time, run.last()};
    out.cancelled = cancelling(run);
    for (std::size_t i = 0; i < place.ways.size(); ++i) {
      const Way& way = place.ways[i];
      const Instant end = ends_at_once(way) ? out.takes_until : closing(run, place, i);
      out.closings.push_back(end);
      out.closed = std::max(out.closed, end);
      if (way.variable) out.takes_until = std::max(out.takes_until, end);
    }
    if (out.closed.is_deadline() && out.closed.comes()) out.expired = expired(run, place, out.closed);
    return out;
  }

  static bool ends_at_once(const Way& way) { return !way.variable && !way.late; }

  /// The first event after `run` that satisfies the variable of `cancel`.
  std::size_t cancelling(const Run& run) const {
    if (!program_.cancel) return kNever;
    const std::vector<Taken> taken = taken_by(run);
    for (std::size_t i = run.last() + 1; i < events_.size(); ++i) {
      if (interpreter_.satisfies(events_[i], program_.cancel, taken)) return i;
    }
    return kNever;
  }

  void take(std::size_t life, const Run& run, const Place& place, std::size_t choice) {
    const Way& way = place.ways[choice];
    for (std::size_t i = run.last() + 1; i < found.lives[life].cancelled && i < events_.size(); ++i) {
      if (!may_take(run, place, choice, i)) continue;
      Run longer = run;
      longer.events.push_back(i);
      longer.variables.push_back(*way.variable);
      longer.choices.emplace_back(choice, i);
      go_on(longer, life, way.next());
    }
  }

  /// Whether `run` may take `event` by a way of `place`.
  bool may_take(const Run& run, const Place& place, std::size_t choice, std::size_t event) const {
    const Way& way = place.ways[choice];
    const std::vector<Taken> taken = taken_by(run);
    return Instant{events_[event].time, event} <= closing(run, place, choice) &&
           !sooner_than_gap(run, way.joint, event) && !is_next_absent(run, way, event, taken) &&
           !ends_taking(way, event, taken) && !is_outdone(run, place, choice, event) &&
           interpreter_.satisfies(events_[event], *way.variable, taken);
  }

  /// The word ends: at once, or once the deadline has come and none of what must be absent.
  void complete(std::size_t life, const Run& run, const Way& way, std::size_t choice, const Instant& end) {
    const bool at_once = ends_at_once(way);
    if (!at_once && !(end.is_deadline() && end.comes())) return;
    Candidate out{run, at_once ? Instant{events_[run.last()].time, run.last()} : end, life, {}};
    out.time = at_once ? out.at.time : told_at(run, end);
    out.run.choices.emplace_back(choice, 0);
    found.candidates.push_back(std::move(out));
  }

  /// No event later than this can be taken by a way after `run` (3.1, items 3 to 7): the first event that
  /// may not be skipped, or the deadline.
  Instant closing(const Run& run, const Place& place, std::size_t choice) const {
    const Way& way = place.ways[choice];
    const Instant limit = deadline_of(run, way);
    const std::vector<Taken> taken = taken_by(run);
    const std::size_t cancelled = cancelling(run);
    for (std::size_t i = run.last() + 1; i < events_.size(); ++i) {
      const Instant here{events_[i].time, i};
      if (here > limit) break;
      if (i == cancelled) return here;
      if (breaks_absence(run, way, i, taken) || may_not_be_skipped(run, way, i, taken)) return here;
      if (ends_taking(way, i, taken) || is_outdone(run, place, choice, i)) return here;
    }
    return limit;
  }

  /// `until`: ends the taking, and is not itself taken.
  bool ends_taking(const Way& way, std::size_t event, const std::vector<Taken>& taken) const {
    return std::any_of(way.until.begin(), way.until.end(), [&](VariableId u) {
      return interpreter_.satisfies(events_[event], u, taken);
    });
  }

  /// A possessive loop would take it.
  bool is_outdone(const Run& run, const Place& place, std::size_t choice, std::size_t event) const {
    const auto& by = place.ways[choice].outdone_by;
    return std::any_of(
        by.begin(), by.end(), [&](std::size_t other) { return may_take(run, place, other, event); });
  }

  /// `within`: just before the first event that is too late, or a time.
  Instant limit_of(const Run& run) const {
    const std::size_t beyond = run.start() + program_.within_events;
    if (program_.within_events == 0) return {saturating_add(events_[run.start()].time, pattern_.within)};
    return beyond < events_.size() ? Instant{events_[beyond].time, beyond, false} : Instant{};
  }

  Instant deadline_of(const Run& run, const Way& way) const {
    const EventTime last = events_[run.last()].time;
    const Instant within = std::min(limit_of(run), Instant{slides_out(run)});
    const Instant session_end{slice_.last};
    if (way.variable)
      return std::min({Instant{saturating_add(last, way.joint.gap_max)}, within, session_end});
    // An absence with a gap of its own is decided by that gap even beyond `within`.
    const Duration gap = way.joint.gap_max;
    return std::min(gap == kForever ? within : Instant{saturating_add(last, gap)}, session_end);
  }

  /// The last instant of the sliding windows that hold the run's first event.
  EventTime slides_out(const Run& run) const {
    if (program_.window.kind != patterns::WindowKind::sliding) return kTimeMax;
    return events_[run.start()].time + program_.window.size - Duration{1};
  }

  /// The time that is told of a deadline: of the end of a half-open window, just after it.
  EventTime told_at(const Run& run, const Instant& deadline) const {
    const bool at_end =
        deadline.time == slides_out(run) || (deadline.time == slice_.last && slice_.half_open);
    return deadline.time + Duration{deadline.reached && at_end ? 1 : 0};
  }

  bool breaks_absence(const Run& run,
                      const Way& way,
                      std::size_t event,
                      const std::vector<Taken>& taken) const {
    return std::any_of(way.absent.begin(), way.absent.end(), [&](const Absent& absent) {
      const bool next_only = absent.joint.link == Link::next;
      if (next_only && event != run.last() + 1) return false;
      if (!way.variable && sooner_than_gap(run, absent.joint, event)) return false;
      return interpreter_.satisfies(events_[event], absent.variable, taken);
    });
  }

  /// `x => not n -> y`: the next event is not n, so it cannot be y by being n, too.
  bool is_next_absent(const Run& run,
                      const Way& way,
                      std::size_t event,
                      const std::vector<Taken>& taken) const {
    return std::any_of(way.absent.begin(), way.absent.end(), [&](const Absent& absent) {
      return absent.joint.link == Link::next && event == run.last() + 1 &&
             interpreter_.satisfies(events_[event], absent.variable, taken);
    });
  }

  /// An event outside y's gap is not acceptable to y.
  bool sooner_than_gap(const Run& run, const patterns::Joint& joint, std::size_t event) const {
    return events_[event].time < saturating_add(events_[run.last()].time, joint.gap_min);
  }

  bool may_not_be_skipped(const Run& run,
                          const Way& way,
                          std::size_t event,
                          const std::vector<Taken>& taken) const {
    if (!way.variable || way.joint.link == Link::followed_by_any) return false;
    if (way.joint.link == Link::next) return true;
    if (sooner_than_gap(run, way.joint, event)) return false;
    for (std::uint16_t v = 0; v < patterns::kVariablesMax; ++v) {
      const VariableId variable{v};
      if ((mask_of(variable) & way.rivals) != 0 && interpreter_.satisfies(events_[event], variable, taken))
        return true;
    }
    return false;
  }

  /// Time closed the run: it stands in the order of candidates where its best way on would have led.
  std::optional<Expired> expired(const Run& run, const Place& place, const Instant& deadline) const {
    Expired out{run, told_at(run, deadline), 0};
    for (std::size_t i = 0; i < place.ways.size(); ++i) {
      const Way& way = place.ways[i];
      if (!way.variable || closing(run, place, i) != deadline) continue;
      if (out.waiting == 0) out.run.choices.emplace_back(i, kNever);
      out.waiting |= mask_of(*way.variable);
    }
    return out.waiting == 0 ? std::nullopt : std::optional{out};
  }

  std::vector<Taken> taken_by(const Run& run) const {
    std::vector<Taken> out;
    for (std::size_t i = 0; i < run.events.size(); ++i)
      out.push_back({&events_[run.events[i]], run.variables[i]});
    return out;
  }

  const patterns::Pattern& pattern_;
  const patterns::Program& program_;
  const Interpreter& interpreter_;
  std::span<const Event> events_;
  Slice slice_;
  Place words_;
};

/// `runs: once`: the one event that may begin runs; kNever if there is none.
std::size_t only_start_of(const std::vector<Findings>& found, const std::vector<Slice>& slices) {
  std::size_t first = kNever;
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const Life& life : found[i].lives) first = std::min(first, slices[i].begin + life.run.start());
  }
  return first;
}

}  // namespace

std::vector<Outcome> outcomes_of(const patterns::Pattern& pattern,
                                 const patterns::Program& program,
                                 const Schema& schema,
                                 const History& history,
                                 std::span<const Event> events,
                                 const MayTake& may_take) {
  const std::vector<Slice> slices = slices_of(program.window, events);
  std::vector<Findings> found;
  for (const Slice& slice : slices) {
    const auto inside = events.subspan(slice.begin, slice.end - slice.begin);
    const Interpreter interpreter{program, schema, history, inside, may_take};
    found.push_back(Search{pattern, program, interpreter, inside, slice}.found);
  }
  const bool once = program.runs == patterns::RunsKept::once;
  const std::size_t only_start = once ? only_start_of(found, slices) : kNever;
  std::vector<Outcome> out;
  for (std::size_t i = 0; i < slices.size(); ++i) {
    const Slice& slice = slices[i];
    const bool starts_here = slice.begin <= only_start && only_start < slice.end;
    if (once && !starts_here) continue;
    const std::size_t only_begin = once ? only_start - slice.begin : kNever;
    const auto inside = events.subspan(slice.begin, slice.end - slice.begin);
    for (Outcome& outcome : reports_of(found[i], program, inside, only_begin)) {
      outcome.put_into(slice);
      out.push_back(std::move(outcome));
    }
  }
  return told_of(std::move(out), program);
}

}  // namespace tocsin::oracle
