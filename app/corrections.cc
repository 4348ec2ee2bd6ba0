#include "app/corrections.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace tocsin::app {

using runtime::Alert;
using runtime::AlertBatch;
using runtime::AlertKind;
using runtime::AlertOrder;
using runtime::RuleSet;

namespace {

std::shared_ptr<const RuleSet> subset_of(const RuleSet& rules, const std::vector<std::uint32_t>& which) {
  std::vector<std::shared_ptr<const patterns::Program>> programs;
  for (const std::uint32_t rule : which) programs.push_back(rules.rules()[rule].program);
  return std::make_shared<const RuleSet>(rules.shared_schema(), std::move(programs), rules.tables());
}

/// An instant is corrected when settled time has come to it.
AlertOrder later_by(AlertOrder order, Duration lateness) {
  order.decided = saturating_add(order.decided, lateness);
  return order;
}

/// `line` as it is when no wall time stands in.
std::string without_clock(std::string_view line, bool idle_clock) {
  static constexpr std::string_view kClock = "\"clock\":\"idle\",";
  std::string out{line};
  if (idle_clock) out.erase(out.find(kClock), kClock.size());
  return out;
}

/// How long `line` is up to and with the key and the comma behind it. Nothing before it is an object.
std::size_t head_size(std::string_view line) {
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (in_text && line[i] == '\\') {
      ++i;
    } else if (line[i] == '"') {
      in_text = !in_text;
    } else if (!in_text && line[i] == '{') {
      ++depth;
    } else if (!in_text && line[i] == '}' && --depth == 0) {
      return i + 2;
    }
  }
  return line.size();
}

constexpr std::string_view kIdBegin = "{\"id\":\"";
constexpr std::size_t kIdSize = 32;

/// The line that takes back the alert whose line begins with `head`.
std::string retraction_of(std::string_view head) {
  static constexpr std::string_view kKind = "\"kind\":\"";
  const std::string_view id = head.substr(kIdBegin.size(), kIdSize);
  const std::string seed = fmt::format("retract {}", id);
  const XXH128_hash_t hash = XXH3_128bits(seed.data(), seed.size());
  const std::size_t kind = head.find(kKind) + kKind.size();
  const std::size_t kind_end = head.find('"', kind);
  return fmt::format("{}{:016x}{:016x}{}retract{}\"retracts\":\"{}\"}}\n",
                     kIdBegin,
                     hash.high64,
                     hash.low64,
                     head.substr(kIdBegin.size() + kIdSize, kind - kIdBegin.size() - kIdSize),
                     head.substr(kind_end),
                     id);
}

}  // namespace

// --- rules -----------------------------------------------------------------------------------------

/// Groups for the rules of `rules` that apply late events and are not `there` already.
void Corrections::add_groups(const RuleSet& rules, const std::vector<bool>& there, EventTime since) {
  const std::size_t first = groups_.size();
  for (std::uint32_t rule = 0; rule < rules.rules().size(); ++rule) {
    const Duration lateness = rules.rules()[rule].program->lateness;
    if (lateness <= Duration{0} || (!there.empty() && there[rule])) continue;
    const auto same = [&](const Group& group) { return group.lateness == lateness; };
    auto group = std::find_if(groups_.begin() + static_cast<std::ptrdiff_t>(first), groups_.end(), same);
    if (group == groups_.end()) {
      groups_.push_back({});
      group = groups_.end() - 1;
      group->lateness = lateness;
      group->since = since;
    }
    group->rules.push_back(rule);
  }
  for (std::size_t i = first; i < groups_.size(); ++i) make_engine(groups_[i], rules);
}

/// What waits there is as wide as an event may be late.
void Corrections::make_engine(Group& group, const RuleSet& rules) const {
  const runtime::ShardOptions options{std::max(disorder_, group.lateness)};
  group.engine = std::make_unique<Engine>(subset_of(rules, group.rules), workers_, options);
}

void Corrections::swap_rules(const RuleSet& next,
                             const std::vector<std::optional<std::uint32_t>>& kept,
                             EventTime released,
                             const runtime::DecodeAgain& decode_again) {
  std::erase_if(groups_, [&](Group& group) { return !keep_group(group, next, kept, decode_again); });
  std::vector<bool> there(next.rules().size());
  for (const Group& group : groups_) {
    for (const std::uint32_t rule : group.rules) there[rule] = true;
  }
  add_groups(next, there, released);
}

/// False if none of its rules goes on.
bool Corrections::keep_group(Group& group,
                             const RuleSet& next,
                             const std::vector<std::optional<std::uint32_t>>& kept,
                             const runtime::DecodeAgain& decode_again) {
  std::vector<std::uint32_t> rules;                         // of `next`
  std::vector<std::optional<std::uint32_t>> kept_of_group;  // by these: which of the group's they were
  std::vector<std::optional<std::uint32_t>> new_index;      // of the whole set, by the group's
  new_index.resize(group.rules.size());
  for (std::uint32_t rule = 0; rule < kept.size(); ++rule) {
    const auto was =
        kept[rule] ? std::find(group.rules.begin(), group.rules.end(), *kept[rule]) : group.rules.end();
    if (was == group.rules.end()) continue;
    const auto number = static_cast<std::uint32_t>(was - group.rules.begin());
    rules.push_back(rule);
    kept_of_group.emplace_back(number);
    new_index[number] = rule;
  }
  if (rules.empty()) return false;
  std::erase_if(group.told, [&](Told& told) {
    const auto was = std::find(group.rules.begin(), group.rules.end(), told.order.rule);
    const auto& now = new_index[static_cast<std::size_t>(was - group.rules.begin())];
    told.order.rule = now.value_or(0);
    return !now;
  });
  group.rules = std::move(rules);
  group.engine->swap_rules(subset_of(next, group.rules), kept_of_group, decode_again);
  return true;
}

// --- events ----------------------------------------------------------------------------------------

bool Corrections::take(const Event& event, EventTime watermark) const {
  return std::any_of(groups_.begin(), groups_.end(), [&](const Group& group) {
    return event.time >= saturating_add(watermark, -group.lateness) && event.time > group.since &&
           !group.engine->rules().spaces_of_type(event.type).empty();
  });
}

void Corrections::route(Chunk& chunk, std::size_t part) {
  if (part >= chunk.batches.size()) return;
  for (Group& group : groups_) {
    for (const Event& event : chunk.batches[part].events) {
      if (!event.late && event.time > group.since) group.engine->route(part, event, chunk.routed[part].keys);
    }
    for (const LateEvent& late : chunk.applied) {
      if (late.part != part) continue;
      const Event& event = chunk.batches[part].events[late.index];
      if (event.time >= saturating_add(late.watermark, -group.lateness) && event.time > group.since)
        group.engine->route(part, event, chunk.routed[part].keys);
    }
  }
}

void Corrections::route_again(Chunk& chunk, std::size_t part) {
  for (Group& group : groups_) {
    const EventTime after = std::max(group.released, group.since);
    for (const Event& event : chunk.batches[part].events) {
      if (!event.late && event.time > after) group.engine->route(part, event, chunk.routed[part].keys);
    }
    for (const LateEvent& late : chunk.applied) {
      const Event& event = chunk.batches[part].events[late.index];
      const bool in_time = event.time >= saturating_add(late.watermark, -group.lateness);
      if (late.part == part && in_time && event.time > after)
        group.engine->route(part, event, chunk.routed[part].keys);
    }
  }
}

// --- time ------------------------------------------------------------------------------------------

EventTime Corrections::step(const Step& step, AlertBatch& out, std::size_t first) {
  EventTime released = step.released;
  std::vector<Correction> corrections;
  for (Group& group : groups_) {
    note(group, step, out, first);
    settle(group, step, corrections);
    released = std::min(released, group.released);
  }
  if (!corrections.empty()) put_in(corrections, out, first);
  return released;
}

Corrections::Mark Corrections::mark_of(const AlertOrder& order, std::string_view line) {
  const XXH128_hash_t hash = XXH3_128bits(line.data(), line.size());
  return {order.decided, order.phase, hash.high64, hash.low64};
}

/// Keeps what the group's rules have told, up at the watermark.
void Corrections::note(Group& group, const Step& step, const AlertBatch& out, std::size_t first) const {
  for (std::size_t i = first; i < out.alerts.size(); ++i) {
    const Alert& alert = out.alerts[i];
    if (std::find(group.rules.begin(), group.rules.end(), alert.order.rule) == group.rules.end()) continue;
    const std::string line = without_clock(out.line(alert), step.idle_clock);
    group.told.push_back(
        {mark_of(alert.order, line), alert.order, alert.time, line.substr(0, head_size(line))});
  }
}

/// Takes settled time on, and compares what is told there with what was.
void Corrections::settle(Group& group, const Step& step, std::vector<Correction>& corrections) {
  const bool last = step.released == kTimeMax;
  const EventTime release = last ? kTimeMax : saturating_add(step.released, -group.lateness);
  const EventTime watermark = last ? step.watermark : saturating_add(step.watermark, -group.lateness);
  alerts_.clear();
  group.released = group.engine->step(release, watermark, false, alerts_);

  const auto is_due = [&](const Told& told) {
    if (last) return true;
    const bool by_event = told.order.phase == AlertOrder::Phase::event;
    return by_event ? told.order.decided <= release : told.order.decided < watermark;
  };
  const auto due_end = std::partition_point(group.told.begin(), group.told.end(), is_due);
  std::vector<Told> told(std::make_move_iterator(group.told.begin()), std::make_move_iterator(due_end));
  group.told.erase(group.told.begin(), due_end);
  std::vector<std::pair<Mark, const Alert*>> settled;
  for (const Alert& alert : alerts_.alerts)
    settled.emplace_back(mark_of(alert.order, alerts_.line(alert)), &alert);
  const auto by_mark = [](const Told& a, const Told& b) { return a.mark < b.mark; };
  std::stable_sort(told.begin(), told.end(), by_mark);
  std::sort(settled.begin(), settled.end());
  auto is = settled.begin();
  for (const Told& was : told) {
    for (; is != settled.end() && is->first < was.mark; ++is) tell(group, *is->second, corrections);
    if (is != settled.end() && is->first == was.mark) {
      ++is;
    } else {
      retract(group, was, corrections);
    }
  }
  for (; is != settled.end(); ++is) tell(group, *is->second, corrections);
}

void Corrections::retract(const Group& group, const Told& told, std::vector<Correction>& corrections) {
  const AlertOrder order = later_by(told.order, group.lateness);
  corrections.push_back({order, AlertKind::retract, told.time, retraction_of(told.head)});
  ++retracted_;
}

void Corrections::tell(const Group& group, const Alert& alert, std::vector<Correction>& corrections) {
  AlertOrder order = later_by(alert.order, group.lateness);
  order.rule = group.rules[order.rule];
  corrections.push_back({order, alert.kind, alert.time, std::string(alerts_.line(alert))});
  ++corrected_;
}

/// Among what is told of the same instant corrections come last, and of those what takes back comes first.
void Corrections::put_in(std::vector<Correction>& corrections, AlertBatch& out, std::size_t first) {
  struct Place {
    Alert alert;
    bool corrects;
  };
  std::vector<Place> places;
  for (std::size_t i = first; i < out.alerts.size(); ++i) places.push_back({out.alerts[i], false});
  for (const Correction& correction : corrections) {
    Alert alert;
    alert.order = correction.order;
    alert.kind = correction.kind;
    alert.time = correction.time;
    alert.begin = out.lines.size();
    alert.size = correction.line.size();
    out.lines += correction.line;
    places.push_back({alert, true});
  }
  std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    const auto rank = [](const Place& place) {
      AlertOrder order = place.alert.order;
      const std::uint32_t ordinal = std::exchange(order.ordinal, 0);
      const bool tells = place.alert.kind != AlertKind::retract;
      return std::tuple{order, place.corrects, tells, ordinal};
    };
    return rank(a) < rank(b);
  });
  out.alerts.resize(first);
  for (const Place& place : places) out.alerts.push_back(place.alert);
}

}  // namespace tocsin::app
