#include "tests/oracle/matcher.h"

#include "tests/oracle/interpreter.h"
#include "tests/oracle/words.h"

#include <algorithm>
#include <compare>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace tocsin::oracle {
namespace {

using patterns::AfterMatch;
using patterns::Link;
using patterns::VariableId;
using patterns::VariableMask;

constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();

/// When something is decided: by an event, or by a deadline after all events at its time.
struct Instant {
  EventTime time = kTimeMax;
  std::size_t event = kNever;  ///< kNever: a deadline
  auto operator<=>(const Instant&) const = default;
  bool is_deadline() const { return event == kNever; }
  bool comes() const { return time != kTimeMax; }
};

/// One position of a match in the order of candidates: the choice made in the pattern, then the event.
using Choice = std::pair<std::size_t, std::size_t>;

/// The part of a word laid over events.
struct Run {
  std::vector<std::size_t> events;
  std::vector<VariableId> variables;
  std::vector<Choice> choices;

  std::size_t start() const { return events.front(); }
  std::size_t last() const { return events.back(); }
  auto pairs() const { return std::pair{events, variables}; }
};

/// A match by 3.1, when it is complete.
struct Candidate {
  Run run;
  Instant at;
};

/// A run that time closed.
struct Expired {
  Run run;
  EventTime deadline;
  VariableMask waiting = 0;
};

/// All that began with one event.
struct Start {
  Instant closed{kTimeMin, 0};  ///< no run of it is open from here on
  std::vector<Expired> expired;
};

/// Finds everything of 3.1: candidates and the runs that came to nothing.
class Search {
 public:
  Search(const patterns::Pattern& pattern,
         const Interpreter& interpreter,
         std::span<const Event> events,
         EventTime session_end)
      : pattern_{pattern},
        interpreter_{interpreter},
        events_{events},
        session_end_{session_end},
        words_{words_of(pattern.root, events.size())} {
    for (std::size_t way = 0; way < words_.ways.size(); ++way) begin(way);
  }

  std::vector<Candidate> candidates;
  std::map<std::size_t, Start> starts;  // by event

 private:
  void begin(std::size_t way) {
    const VariableId variable = *words_.ways[way].variable;
    for (std::size_t i = 0; i < events_.size(); ++i) {
      if (interpreter_.satisfies(events_[i], variable, {}))
        go_on({{i}, {variable}, {{way, i}}}, *words_.ways[way].next);
    }
  }

  /// Tries every way on from `run`, which stands at `place`.
  void go_on(const Run& run, const Place& place) {
    Instant closed{events_[run.last()].time, run.last()};
    for (std::size_t i = 0; i < place.ways.size(); ++i) {
      const Instant end = closing(run, place.ways[i]);
      closed = std::max(closed, ends_at_once(place.ways[i]) ? closed : end);
      if (place.ways[i].variable) {
        take(run, place.ways[i], i, end);
      } else {
        complete(run, place.ways[i], i, end);
      }
    }
    Start& start = starts[run.start()];
    start.closed = std::max(start.closed, closed);
    if (closed.is_deadline() && closed.comes()) expire(run, place, closed.time, start);
  }

  static bool ends_at_once(const Way& way) { return !way.variable && way.absent.empty(); }

  void take(const Run& run, const Way& way, std::size_t choice, const Instant& end) {
    const std::vector<Taken> taken = taken_by(run);
    for (std::size_t i = run.last() + 1; i < events_.size(); ++i) {
      if (Instant{events_[i].time, i} > end) return;
      if (sooner_than_gap(run, way.joint, i) || is_next_absent(run, way, i, taken)) continue;
      if (!interpreter_.satisfies(events_[i], *way.variable, taken)) continue;
      Run longer = run;
      longer.events.push_back(i);
      longer.variables.push_back(*way.variable);
      longer.choices.emplace_back(choice, i);
      go_on(longer, *way.next);
    }
  }

  /// The word ends: at once, or once the deadline has come and none of what must be absent.
  void complete(const Run& run, const Way& way, std::size_t choice, const Instant& end) {
    const bool at_once = ends_at_once(way);
    if (!at_once && !(end.is_deadline() && end.comes())) return;
    Candidate out{run, at_once ? Instant{events_[run.last()].time, run.last()} : end};
    out.run.choices.emplace_back(choice, 0);
    candidates.push_back(std::move(out));
  }

  /// No event later than this can be taken by `way` after `run` (3.1, items 3, 4 and 7): the first event that
  /// may not be skipped, or the deadline.
  Instant closing(const Run& run, const Way& way) const {
    const Instant limit{deadline_of(run, way)};
    const std::vector<Taken> taken = taken_by(run);
    for (std::size_t i = run.last() + 1; i < events_.size(); ++i) {
      const Instant here{events_[i].time, i};
      if (here > limit) break;
      if (breaks_absence(run, way, i, taken) || may_not_be_skipped(run, way, i, taken)) return here;
    }
    return limit;
  }

  EventTime deadline_of(const Run& run, const Way& way) const {
    const EventTime last = events_[run.last()].time;
    const EventTime within = saturating_add(events_[run.start()].time, pattern_.within);
    if (way.variable) return std::min({saturating_add(last, way.joint.gap_max), within, session_end_});
    // An absence with a gap of its own is decided by that gap even beyond `within`.
    const Duration gap = way.absent.empty() ? kForever : way.absent.back().joint.gap_max;
    return std::min(gap == kForever ? within : saturating_add(last, gap), session_end_);
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
  void expire(const Run& run, const Place& place, EventTime deadline, Start& start) const {
    Expired out{run, deadline, 0};
    for (std::size_t i = 0; i < place.ways.size(); ++i) {
      const Way& way = place.ways[i];
      if (!way.variable || closing(run, way) != Instant{deadline}) continue;
      if (out.waiting == 0) out.run.choices.emplace_back(i, kNever);
      out.waiting |= mask_of(*way.variable);
    }
    if (out.waiting != 0) start.expired.push_back(std::move(out));
  }

  std::vector<Taken> taken_by(const Run& run) const {
    std::vector<Taken> out;
    for (std::size_t i = 0; i < run.events.size(); ++i)
      out.push_back({&events_[run.events[i]], run.variables[i]});
    return out;
  }

  const patterns::Pattern& pattern_;
  const Interpreter& interpreter_;
  std::span<const Event> events_;
  EventTime session_end_;
  Place words_;
};

/// Picks what is reported (3.2, 3.3) from what a search found.
class Reporter {
 public:
  Reporter(const patterns::Pattern& pattern, const patterns::Program& program, std::size_t events)
      : pattern_{pattern}, program_{program}, dropped_at_(events) {}

  std::vector<Outcome> report(Search& search) {
    report_matches(search.candidates);
    if (program_.on_timeout) report_timeouts(search.starts);
    std::stable_sort(
        reports_.begin(), reports_.end(), [](const Report& a, const Report& b) { return a.order < b.order; });
    std::vector<Outcome> out;
    for (Report& report : reports_) out.push_back(std::move(report.outcome));
    return out;
  }

 private:
  /// At one time first what events brought, then what deadlines decided, then timeouts.
  struct Order {
    EventTime decided;
    int phase = 0;
    std::size_t at = 0;  ///< the deciding event, or the start
    auto operator<=>(const Order&) const = default;
  };

  struct Report {
    Order order;
    Outcome outcome;
  };

  void report_matches(std::vector<Candidate>& candidates) {
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
      return std::tuple{a.at, a.run.start(), a.run.choices} < std::tuple{b.at, b.run.start(), b.run.choices};
    });
    std::set<decltype(Run{}.pairs())> told;
    for (const Candidate& candidate : candidates) {
      const Run& run = candidate.run;
      if (dropped_at_[run.start()] <= candidate.at || !told.insert(run.pairs()).second) continue;
      matched_.insert(run.start());
      apply_after_match(run, candidate.at);
      if (!program_.on_match) continue;
      const bool deadline = candidate.at.is_deadline();
      const Order order{candidate.at.time, deadline ? 1 : 0, deadline ? run.start() : candidate.at.event};
      reports_.push_back({order, outcome(OutcomeKind::match, candidate.at.time, run)});
    }
  }

  void apply_after_match(const Run& run, const Instant& at) {
    switch (pattern_.after_match) {
      case AfterMatch::no_skip:
        return;
      case AfterMatch::skip_past_last_event:
        return drop_before(run.last() + 1, at);
      case AfterMatch::skip_to_next_event:
        break;
      case AfterMatch::skip_to_first:
        drop_before(first_skipped_to(run.events, run.variables), at);
        break;
      case AfterMatch::skip_to_last:
        drop_before(first_skipped_to({run.events.rbegin(), run.events.rend()},
                                     {run.variables.rbegin(), run.variables.rend()}),
                    at);
        break;
    }
    drop(run.start(), at);
  }

  void drop(std::size_t start, const Instant& at) { dropped_at_[start] = std::min(dropped_at_[start], at); }

  void drop_before(std::size_t event, const Instant& at) {
    for (std::size_t i = 0; i < event; ++i) drop(i, at);
  }

  /// The first event in the given order that a variable of `skip to` took; 0 if it took nothing.
  std::size_t first_skipped_to(const std::vector<std::size_t>& events,
                               const std::vector<VariableId>& variables) const {
    for (std::size_t i = 0; i < events.size(); ++i) {
      if ((mask_of(variables[i]) & pattern_.skip_to) != 0) return events[i];
    }
    return 0;
  }

  /// A start whose runs have all ended, with no match and not dropped: one timeout, of the run that comes
  /// first.
  void report_timeouts(const std::map<std::size_t, Start>& starts) {
    for (const auto& [event, start] : starts) {
      if (start.expired.empty() || !start.closed.comes()) continue;
      if (matched_.contains(event) || dropped_at_[event] <= start.closed) continue;
      const auto first = std::min_element(
          start.expired.begin(), start.expired.end(), [](const Expired& a, const Expired& b) {
            return a.run.choices < b.run.choices;
          });
      Outcome out = outcome(OutcomeKind::timeout, first->deadline, first->run);
      out.waiting = first->waiting;
      reports_.push_back({Order{start.closed.time, 2, event}, std::move(out)});
    }
  }

  Outcome outcome(OutcomeKind kind, EventTime time, const Run& run) const {
    Outcome out{kind, time, {}, 0};
    for (std::size_t i = 0; i < run.events.size(); ++i)
      out.taken.emplace_back(run.events[i], run.variables[i]);
    return out;
  }

  const patterns::Pattern& pattern_;
  const patterns::Program& program_;
  std::vector<Report> reports_;
  std::set<std::size_t> matched_;    // starts
  std::vector<Instant> dropped_at_;  // by start
};

/// Where the session that begins at `begin` ends: an event exactly its gap after the last one still belongs
/// to it.
std::size_t session_after(std::size_t begin, std::span<const Event> events, Duration gap) {
  std::size_t end = begin + 1;
  while (end < events.size() && events[end].time <= saturating_add(events[end - 1].time, gap)) ++end;
  return end;
}

/// What `suppress` lets through: of one key at most one alert in that time.
std::vector<Outcome> told_of(const std::vector<Outcome>& outcomes, Duration suppress) {
  std::vector<Outcome> out;
  std::size_t held = 0;
  for (const Outcome& outcome : outcomes) {
    if (!out.empty() && outcome.time < out.back().time + suppress) {
      ++held;
      continue;
    }
    out.push_back(outcome);
    out.back().suppressed = std::exchange(held, 0);
  }
  return out;
}

}  // namespace

std::vector<Outcome> outcomes_of(const patterns::Pattern& pattern,
                                 const patterns::Program& program,
                                 const Schema& schema,
                                 std::span<const Event> events) {
  const Interpreter interpreter{program, schema};
  const bool sessions = program.window.kind == patterns::WindowKind::session;
  const Duration gap = sessions ? program.window.size : kForever;
  std::vector<Outcome> out;
  for (std::size_t begin = 0, end = 0; begin < events.size(); begin = end) {
    end = session_after(begin, events, gap);
    const auto session = events.subspan(begin, end - begin);
    Search search{pattern, interpreter, session, saturating_add(session.back().time, gap)};
    for (Outcome& outcome : Reporter{pattern, program, session.size()}.report(search)) {
      for (auto& taken : outcome.taken) taken.first += begin;
      out.push_back(std::move(outcome));
    }
  }
  return program.suppress == Duration{0} ? out : told_of(out, program.suppress);
}

}  // namespace tocsin::oracle
