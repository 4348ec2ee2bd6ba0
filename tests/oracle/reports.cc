#include "tests/oracle/reports.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace tocsin::oracle {
namespace {

using patterns::AfterMatch;
using patterns::RunsKept;
using patterns::VariableId;

/// After everything that comes.
constexpr Instant kInputEnd{kTimeMax - Duration{1}};

/// Plays the lives in the order of time: which of them come to be, and what ends them before their time.
class Reporter {
 public:
  Reporter(const Findings& findings,
           const patterns::Program& program,
           std::span<const Event> events,
           std::size_t only_start)
      : lives_{findings.lives},
        candidates_{findings.candidates},
        program_{program},
        events_{events},
        only_start_{only_start},
        exists_(lives_.size(), false),
        ended_(lives_.size()) {}

  std::vector<Outcome> run() {
    std::set<Instant> all = instants();
    if (program_.emit_preferred) all.insert(kInputEnd);
    for (const Instant& now : all) {
      now_ = now;
      if (now.is_deadline()) {
        report_matches();
      } else {
        see_event();
      }
      if (program_.emit_preferred) report_matches();
      report_timeouts();
    }
    return std::move(out_);
  }

 private:
  std::set<Instant> instants() const {
    std::set<Instant> out;
    for (std::size_t i = 0; i < events_.size(); ++i) out.insert({events_[i].time, i});
    for (const Candidate& candidate : candidates_) out.insert(candidate.at);
    for (const Life& life : lives_) {
      out.insert(life.closed);
      // A way that ends before the others may be what a start is undecided by.
      out.insert(life.closings.begin(), life.closings.end());
    }
    while (!out.empty() && !out.rbegin()->comes()) out.erase(std::prev(out.end()));
    return out;
  }

  // --- runs ----------------------------------------------------------------------------------------

  void see_event() {
    cancel();
    go_on();
    const bool one_at_a_time = program_.runs == RunsKept::first;
    const bool taken = one_at_a_time && report_matches();
    const bool taken_up = taken || (one_at_a_time && any_open());
    if (!taken_up && (only_start_ == kNever || only_start_ == now_.event)) begin();
    report_matches();
    if (program_.runs == RunsKept::newest) replace_older();
  }

  void cancel() {
    for (std::size_t i = 0; i < lives_.size(); ++i) {
      if (lives_[i].cancelled == now_.event) end(i);
    }
  }

  /// Runs that take this event. What it ends has looked at it before.
  void go_on() {
    for (std::size_t i = 0; i < lives_.size(); ++i) {
      const Life& life = lives_[i];
      if (life.parent == kNever || life.run.last() != now_.event) continue;
      exists_[i] = exists_[life.parent] && ended_[life.parent] >= now_;
    }
  }

  void begin() {
    for (std::size_t i = 0; i < lives_.size(); ++i) {
      if (lives_[i].parent != kNever || lives_[i].run.last() != now_.event) continue;
      exists_[i] = true;
    }
  }

  void end(std::size_t life) { ended_[life] = std::min(ended_[life], now_); }

  bool is_open(std::size_t life) const {
    return exists_[life] && lives_[life].closed > now_ && ended_[life] > now_ && now_ != kInputEnd;
  }
  bool any_open() const {
    for (std::size_t i = 0; i < lives_.size(); ++i) {
      if (is_open(i)) return true;
    }
    return false;
  }

  /// It waits for an event, and not only for the deadline of an absence.
  bool is_replaceable(std::size_t life) const { return is_open(life) && lives_[life].takes_until > now_; }

  /// `runs: newest`: of the runs that reached a step with this event one stays, and no older one.
  void replace_older() {
    for (std::size_t i = 0; i < lives_.size(); ++i) {
      if (lives_[i].run.last() != now_.event || !is_replaceable(i)) continue;
      for (std::size_t j = 0; j < lives_.size(); ++j) {
        const bool rivals = j != i && is_replaceable(j) && lives_[i].step == lives_[j].step;
        if (rivals && is_newer(lives_[i].run, lives_[j].run)) end(j);
      }
    }
  }

  /// The later event taken last; then the later start; of one start the one that comes first.
  static bool is_newer(const Run& a, const Run& b) {
    if (a.last() != b.last()) return a.last() > b.last();
    if (a.start() != b.start()) return a.start() > b.start();
    return a.choices < b.choices;
  }

  // --- matches -------------------------------------------------------------------------------------

  /// Whether one took this event.
  bool report_matches() { return program_.emit_preferred ? decide() : report_completed(); }

  bool report_completed() {
    std::vector<const Candidate*> completed;
    for (const Candidate& candidate : candidates_) {
      const bool here = candidate.at == now_ && exists_[candidate.life] && ended_[candidate.life] > now_;
      if (here) completed.push_back(&candidate);
    }
    std::sort(completed.begin(), completed.end(), [](const Candidate* a, const Candidate* b) {
      return std::tuple{a->run.start(), a->run.choices} < std::tuple{b->run.start(), b->run.choices};
    });
    bool reported = false;
    for (const Candidate* candidate : completed) {
      const bool dropped = ended_[candidate->life] <= now_ && !program_.report_all;
      if (dropped || !told_.insert(candidate->run.pairs()).second) continue;
      reported = true;
      matched_.insert(candidate->run.start());
      if (program_.on_match) tell(OutcomeKind::match, candidate->time, candidate->run, 0);
      apply_after_match(candidate->run);
    }
    return reported;
  }

  void apply_after_match(const Run& run) {
    switch (program_.after_match) {
      case AfterMatch::no_skip:
        return;
      case AfterMatch::skip_past_last_event:
        return drop_before(run.last() + 1);
      case AfterMatch::skip_to_next_event:
        break;
      case AfterMatch::skip_to_first:
        drop_before(first_skipped_to(run.events, run.variables));
        break;
      case AfterMatch::skip_to_last:
        drop_before(first_skipped_to({run.events.rbegin(), run.events.rend()},
                                     {run.variables.rbegin(), run.variables.rend()}));
        break;
    }
    drop(run.start(), run.start() + 1);
  }

  void drop_before(std::size_t event) { drop(0, event); }

  void drop(std::size_t first_start, std::size_t end_start) {
    for (std::size_t i = 0; i < lives_.size(); ++i) {
      const std::size_t start = lives_[i].run.start();
      if (!exists_[i] || start < first_start || start >= end_start) continue;
      dropped_.insert(start);
      end(i);
    }
  }

  /// The first event in the given order that a variable of `skip to` took; 0 if it took nothing.
  std::size_t first_skipped_to(const std::vector<std::size_t>& events,
                               const std::vector<VariableId>& variables) const {
    for (std::size_t i = 0; i < events.size(); ++i) {
      if ((mask_of(variables[i]) & program_.skip_to) != 0) return events[i];
    }
    return 0;
  }

  // --- emit: preferred -----------------------------------------------------------------------------

  /// Starts in their order, up to the first that is not decided. Whether a match took this event.
  bool decide() {
    bool taken = false;
    for (std::size_t start = 0; start < events_.size(); ++start) {
      if (decided_.contains(start) || dropped_.contains(start) || !has_begun(start)) continue;
      const Candidate* const best = best_of(start);
      if (!is_decided(start, best)) break;
      decided_.insert(start);
      if (best == nullptr) {
        if (const Expired* const first = first_expired(start)) expired_.push_back(first);
        continue;
      }
      if (program_.on_match) tell(OutcomeKind::match, best->time, best->run, 0);
      taken = taken || best->run.last() == now_.event;
      apply_after_match(best->run);
    }
    return taken;
  }

  bool has_begun(std::size_t start) const {
    for (std::size_t i = 0; i < lives_.size(); ++i) {
      if (exists_[i] && lives_[i].run.start() == start) return true;
    }
    return false;
  }

  /// Of the matches so far the one that comes first.
  const Candidate* best_of(std::size_t start) const {
    const Candidate* best = nullptr;
    for (const Candidate& candidate : candidates_) {
      const bool there = candidate.run.start() == start && candidate.at <= now_ && exists_[candidate.life] &&
                         (ended_[candidate.life] > candidate.at || candidate.at == born(candidate.life));
      if (there && (best == nullptr || candidate.run.choices < best->run.choices)) best = &candidate;
    }
    return best;
  }

  Instant born(std::size_t life) const {
    const std::size_t event = lives_[life].run.last();
    return {events_[event].time, event};
  }

  bool is_decided(std::size_t start, const Candidate* best) const {
    for (std::size_t i = 0; i < lives_.size(); ++i) {
      if (lives_[i].run.start() != start || !is_open(i)) continue;
      if (best == nullptr || earliest_way_on(i) < best->run.choices) return false;
    }
    return true;
  }

  /// Where in the order of candidates stands what may still come of an open run.
  std::vector<Choice> earliest_way_on(std::size_t life) const {
    std::vector<Choice> out = lives_[life].run.choices;
    const auto& closings = lives_[life].closings;
    const auto open =
        std::find_if(closings.begin(), closings.end(), [&](const Instant& i) { return i > now_; });
    out.emplace_back(static_cast<std::size_t>(open - closings.begin()), kNever);
    return out;
  }

  const Expired* first_expired(std::size_t start) const {
    const Expired* first = nullptr;
    for (std::size_t i = 0; i < lives_.size(); ++i) {
      const Life& life = lives_[i];
      const bool timed_out =
          exists_[i] && life.expired && life.closed <= now_ && ended_[i] > now_ && life.run.start() == start;
      if (timed_out && (first == nullptr || life.expired->run.choices < first->run.choices))
        first = &*life.expired;
    }
    return first;
  }

  // --- timeouts ------------------------------------------------------------------------------------

  void report_timeouts() {
    if (!program_.on_timeout) return;
    if (!program_.emit_preferred) return report_ended();
    for (const Expired* expired : expired_)
      tell(OutcomeKind::timeout, expired->deadline, expired->run, expired->waiting);
    expired_.clear();
  }

  /// A start whose runs have all ended, with no match and not dropped: one timeout, of the run that comes
  /// first.
  void report_ended() {
    std::set<std::size_t> open;
    std::map<std::size_t, const Expired*> first;
    for (std::size_t i = 0; i < lives_.size(); ++i) {
      const Life& life = lives_[i];
      if (is_open(i)) open.insert(life.run.start());
      const bool timed_out = exists_[i] && life.expired && life.closed <= now_ && ended_[i] > now_;
      if (!timed_out) continue;
      const Expired*& best = first[life.run.start()];
      if (best == nullptr || life.expired->run.choices < best->run.choices) best = &*life.expired;
    }
    for (const auto& [start, expired] : first) {
      if (open.contains(start) || matched_.contains(start) || !timed_out_.insert(start).second) continue;
      tell(OutcomeKind::timeout, expired->deadline, expired->run, expired->waiting);
    }
  }

  void tell(OutcomeKind kind, EventTime time, const Run& run, patterns::VariableMask waiting) {
    Outcome& out = out_.emplace_back();
    out.kind = kind;
    out.time = time;
    out.at = now_;
    out.waiting = waiting;
    for (std::size_t i = 0; i < run.events.size(); ++i)
      out.taken.emplace_back(run.events[i], run.variables[i]);
  }

  const std::vector<Life>& lives_;
  const std::vector<Candidate>& candidates_;
  const patterns::Program& program_;
  std::span<const Event> events_;
  std::size_t only_start_;
  Instant now_;
  std::vector<bool> exists_;             // by life
  std::vector<Instant> ended_;           // by life: before its time, by a report, a newer run or `cancel`
  std::set<std::size_t> decided_;        // starts
  std::set<std::size_t> dropped_;        // starts
  std::vector<const Expired*> expired_;  // to be told at the end of this instant
  std::set<std::size_t> matched_;        // starts
  std::set<std::size_t> timed_out_;      // starts
  std::set<decltype(Run{}.pairs())> told_;
  std::vector<Outcome> out_;
};

}  // namespace

std::vector<Outcome> reports_of(const Findings& findings,
                                const patterns::Program& program,
                                std::span<const Event> events,
                                std::size_t only_start) {
  return Reporter{findings, program, events, only_start}.run();
}

}  // namespace tocsin::oracle
