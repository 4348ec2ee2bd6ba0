#include "tests/oracle/comparison.h"

#include <algorithm>
#include <set>

namespace tocsin::oracle {
namespace {

using Branches = std::vector<TermSequence>;

std::vector<Branches> simpler(const Branches& branches);

/// What may stand in place of one term.
std::vector<TermSequence> simpler(const Term& term) {
  std::vector<TermSequence> out = term.group;
  out.push_back({});
  const auto with = [&](auto change) {
    Term changed = term;
    change(changed);
    if (changed != term) out.push_back({std::move(changed)});
  };
  with([](Term& t) { t.quantifier.clear(); });
  with([](Term& t) { t.link = "->"; });
  with([](Term& t) { t.link.resize(2); });
  with([](Term& t) { t.absent = false; });
  with([](Term& t) { t.together = false; });
  with([](Term& t) { t.contiguity.clear(); });
  with([](Term& t) { t.until.clear(); });
  for (Branches& group : simpler(term.group)) {
    with([&](Term& t) { t.group = std::move(group); });
  }
  return out;
}

std::vector<Branches> simpler(const Branches& branches) {
  std::vector<Branches> out;
  for (std::size_t b = 0; b < branches.size(); ++b) {
    if (branches.size() > 1) {
      out.push_back(branches);
      out.back().erase(out.back().begin() + static_cast<std::ptrdiff_t>(b));
    }
    for (std::size_t t = 0; t < branches[b].size(); ++t) {
      for (const TermSequence& instead : simpler(branches[b][t])) {
        if (instead.empty() && branches[b].size() == 1) continue;
        TermSequence& sequence = out.emplace_back(branches)[b];
        const auto at = sequence.erase(sequence.begin() + static_cast<std::ptrdiff_t>(t));
        sequence.insert(at, instead.begin(), instead.end());
      }
    }
  }
  return out;
}

std::vector<RuleText> simpler(const RuleText& rule) {
  std::vector<RuleText> out;
  for (Branches& pattern : simpler(rule.pattern)) {
    out.push_back(rule);
    out.back().pattern = std::move(pattern);
  }
  if (!rule.table.empty()) out.emplace_back(rule).table.clear();
  for (const auto& [name, value] : rule.settings) out.emplace_back(rule).settings.erase(name);
  for (const auto& [letter, type] : rule.types) out.emplace_back(rule).types.erase(letter);
  for (const auto& [letter, condition] : rule.conditions) out.emplace_back(rule).conditions.erase(letter);
  return out;
}

std::vector<std::optional<RuleText>> simpler(const std::optional<RuleText>& rule) {
  std::vector<std::optional<RuleText>> out;
  if (!rule) return out;
  out.emplace_back();
  for (RuleText& instead : simpler(*rule)) out.emplace_back(std::move(instead));
  return out;
}

/// The events of each key alone.
std::vector<std::vector<Record>> by_key(const std::vector<Record>& events) {
  std::set<std::string> keys;
  for (const Record& record : events) keys.insert(record.k);
  std::vector<std::vector<Record>> out;
  for (const std::string& key : keys) {
    if (keys.size() == 1) break;
    auto& alone = out.emplace_back();
    std::copy_if(
        events.begin(), events.end(), std::back_inserter(alone), [&](const Record& r) { return r.k == key; });
  }
  return out;
}

/// Without one event, or with less in it; with less time before it.
std::vector<std::vector<Record>> simpler(const std::vector<Record>& events) {
  std::vector<std::vector<Record>> out = by_key(events);
  for (std::size_t i = 0; i < events.size(); ++i) {
    auto& fewer = out.emplace_back(events);
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    if (!events[i].k.empty()) out.emplace_back(events)[i].k.clear();
    if (events[i].x) out.emplace_back(events)[i].x.reset();
    if (events[i].y_halves) out.emplace_back(events)[i].y_halves.reset();
    if (events[i].second == (i == 0 ? 0 : events[i - 1].second)) continue;
    auto& sooner = out.emplace_back(events);
    for (std::size_t j = i; j < sooner.size(); ++j) --sooner[j].second;
  }
  return out;
}

/// Replaces a part of `from` by the first simpler one with which it still differs; false if there is none.
template <class Part>
bool shrink_part(Case& from, Part Case::*part, const std::function<bool(const Case&)>& differs) {
  for (Part& instead : simpler(from.*part)) {
    Case tried = from;
    tried.*part = std::move(instead);
    if (!differs(tried)) continue;
    from = std::move(tried);
    return true;
  }
  return false;
}

}  // namespace

Case shrink(Case from, const std::function<bool(const Case&)>& differs) {
  while (shrink_part(from, &Case::events, differs) || shrink_part(from, &Case::above, differs) ||
         shrink_part(from, &Case::rule, differs)) {
  }
  return from;
}

}  // namespace tocsin::oracle
