#include "runtime/access_index.h"

#include "base/check.h"
#include "runtime/join.h"

#include <algorithm>
#include <bit>
#include <map>

namespace tocsin::runtime {

// --- by fingerprint --------------------------------------------------------------------------------

std::size_t RulesByFingerprint::mixed(std::uint64_t fingerprint) {
  return static_cast<std::size_t>((fingerprint * 0x9E3779B97F4A7C15u) >> 20);
}

void RulesByFingerprint::seal() {
  if (entries_.empty()) return;
  std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return a.fingerprint < b.fingerprint;
  });
  places_.resize(std::bit_ceil(entries_.size() * 2));
  const std::size_t mask = places_.size() - 1;
  Place* place = nullptr;
  for (const Entry& entry : entries_) {
    if (place == nullptr || place->fingerprint != entry.fingerprint) {
      std::size_t at = mixed(entry.fingerprint) & mask;
      while (places_[at].count > 0) at = (at + 1) & mask;
      place = &places_[at];
      place->fingerprint = entry.fingerprint;
      place->begin = static_cast<std::uint32_t>(rules_.size());
    }
    ++place->count;
    rules_.push_back(entry.rule);
  }
}

std::span<const std::uint32_t> RulesByFingerprint::find(std::uint64_t fingerprint) const {
  const std::size_t mask = places_.size() - 1;
  for (std::size_t at = mixed(fingerprint) & mask; places_[at].count > 0; at = (at + 1) & mask) {
    if (places_[at].fingerprint == fingerprint) return {&rules_[places_[at].begin], places_[at].count};
  }
  return {};
}

// --- making ----------------------------------------------------------------------------------------

AccessIndex::Class AccessIndex::class_of(const Value& v) {
  if (v.is_number()) return Class::number;
  if (v.is_string()) return Class::string;
  return v.kind() == ValueKind::boolean ? Class::boolean : Class::other;
}

AccessIndex::Class AccessIndex::class_of(const AccessTerm& term) {
  if (term.kind == AccessTerm::Kind::range) return Class::number;
  return term.kind == AccessTerm::Kind::text || term.values.empty() ? Class::string
                                                                    : class_of(term.values.front());
}

class AccessIndex::Maker {
 public:
  Maker(AccessIndex& index, const Layout& layout, Conditions& conditions)
      : index_{index}, layout_{layout}, conditions_{conditions} {}

  void add(const RuleAccess& rule) {
    index_.places_.put(rule.rule, static_cast<std::uint32_t>(index_.gates_of_.size()));
    RuleGates& gates = index_.gates_of_.emplace_back();
    if (!rule.access) {
      gates.open = true;
      index_.always_.push_back(rule.rule);
      return;
    }
    gates.begin = static_cast<std::uint32_t>(index_.gates_.size());
    for (const AccessTerm& term : *rule.access) add(rule, term);
    gates.count = static_cast<std::uint32_t>(index_.gates_.size()) - gates.begin;
  }

  void finish() {
    for (std::size_t i = 0; i < index_.attributes_.size(); ++i) {
      Attribute& attribute = index_.attributes_[i];
      attribute.ranges = IntervalTree{intervals_[i]};
      attribute.equal.seal();
      std::sort(attribute.texts.begin(), attribute.texts.end(), [](const TextRules& a, const TextRules& b) {
        return a.number < b.number;
      });
    }
  }

 private:
  std::size_t place_of(AttributeId id, std::uint16_t slot) {
    auto& attributes = index_.attributes_;
    const auto at =
        std::find_if(attributes.begin(), attributes.end(), [&](const Attribute& a) { return a.id == id; });
    if (at != attributes.end()) return static_cast<std::size_t>(at - attributes.begin());
    Attribute& added = attributes.emplace_back();
    added.id = id;
    added.slot = slot;
    intervals_.emplace_back();
    return attributes.size() - 1;
  }

  void add(const RuleAccess& rule, const AccessTerm& term) {
    const std::uint16_t slot = layout_.slot_of[term.attribute.value];
    if (slot == Layout::kAbsent) return;  // null in all of them
    const std::size_t place = place_of(term.attribute, slot);
    Attribute& attribute = index_.attributes_[place];
    Gate gate;
    gate.slot = slot;
    gate.kind = term.kind;
    gate.expects = class_of(term);
    surprise_by_others(attribute, gate.expects, rule.rule);
    switch (term.kind) {
      case AccessTerm::Kind::range:
        gate.low = term.low;
        gate.high = term.high;
        intervals_[place].push_back({term.low, term.high, rule.rule});
        index_.gates_.push_back(gate);
        return;
      case AccessTerm::Kind::text:
        return add_text(attribute, rule, term, gate);
      case AccessTerm::Kind::equal:
        return add_values(attribute, rule, term, gate);
    }
  }

  void add_text(Attribute& attribute, const RuleAccess& rule, const AccessTerm& term, Gate gate) {
    const ConditionId condition_id = conditions_.add({rule.pool, term.condition});
    const Condition& condition = conditions_[condition_id];
    TOCSIN_CHECK(condition.grouped, "text patterns of an access are looked for together");
    attribute.group = gate.group = condition.group;
    gate.number = condition.number;
    index_.gates_.push_back(gate);
    const auto [at, is_new] = text_places_.try_emplace(condition_id, attribute.texts.size());
    if (is_new) attribute.texts.push_back({gate.number, {}});
    attribute.texts[at->second].rules.push_back(rule.rule);
  }

  void add_values(Attribute& attribute, const RuleAccess& rule, const AccessTerm& term, Gate gate) {
    for (const Value& value : term.values) {
      gate.expects = class_of(value);
      gate.fingerprint = fingerprint_of(value);
      attribute.equal.add(gate.fingerprint, rule.rule);
      index_.gates_.push_back(gate);
    }
  }

  static void surprise_by_others(Attribute& attribute, Class expected, std::uint32_t rule) {
    for (std::size_t c = 0; c < kClasses; ++c) {
      if (c != static_cast<std::size_t>(expected)) attribute.surprised[c].push_back(rule);
    }
  }

  AccessIndex& index_;
  const Layout& layout_;
  Conditions& conditions_;
  std::vector<std::vector<Interval>> intervals_;    // by place in attributes_
  std::map<ConditionId, std::size_t> text_places_;  // in its attribute's texts
};

AccessIndex::AccessIndex(std::span<const RuleAccess> accesses, const Layout& layout, Conditions& conditions) {
  Maker maker(*this, layout, conditions);
  for (const RuleAccess& access : accesses) maker.add(access);
  maker.finish();
}

// --- asking ----------------------------------------------------------------------------------------

template <class Found>
bool AccessIndex::find_in(const Attribute& attribute,
                          const Value& v,
                          EventFacts& facts,
                          Found&& found) const {
  const Class kind = class_of(v);
  const auto& surprised = attribute.surprised[static_cast<std::size_t>(kind)];
  if (!surprised.empty() && !found(std::span(surprised))) return false;
  if (kind == Class::number && !attribute.ranges.find(v.as_number(), found)) return false;
  if (!attribute.equal.empty() && !found(attribute.equal.find(fingerprint_of(v)))) return false;
  if (kind != Class::string || !attribute.group) return true;
  for (const std::uint32_t number : facts.accepted(*attribute.group, v.as_text())) {
    const auto at = std::lower_bound(
        attribute.texts.begin(), attribute.texts.end(), number, [](const TextRules& t, std::uint32_t n) {
          return t.number < n;
        });
    const bool here = at != attribute.texts.end() && at->number == number;
    if (here && !found(std::span(at->rules))) return false;
  }
  return true;
}

bool AccessIndex::find(const Event& event,
                       EventFacts& facts,
                       std::size_t most,
                       std::vector<std::uint32_t>& rules) const {
  const auto take = [&](std::span<const std::uint32_t> some) {
    rules.insert(rules.end(), some.begin(), some.end());
    return rules.size() <= most;
  };
  if (!take(always_)) return false;
  if (event.values == nullptr) return true;
  for (const Attribute& attribute : attributes_) {
    const Value& v = event.values[attribute.slot];
    if (!v.is_null() && !find_in(attribute, v, facts, take)) return false;
  }
  return true;
}

bool AccessIndex::passes(const Gate& gate, const Value& v, EventFacts& facts) {
  if (v.is_null()) return false;
  if (class_of(v) != gate.expects) return true;  // surprised
  switch (gate.kind) {
    case AccessTerm::Kind::range:
      return v.as_number() >= gate.low && v.as_number() <= gate.high;
    case AccessTerm::Kind::equal:
      return fingerprint_of(v) == gate.fingerprint;
    case AccessTerm::Kind::text: {
      const auto numbers = facts.accepted(gate.group, v.as_text());
      return std::binary_search(numbers.begin(), numbers.end(), gate.number);
    }
  }
  return true;
}

bool AccessIndex::admits(std::uint32_t rule, const Event& event, EventFacts& facts) const {
  const auto place = places_.find(rule);
  if (!place) return false;
  const RuleGates& gates = gates_of_[*place];
  if (gates.open) return true;
  if (event.values == nullptr) return false;
  const auto mine = std::span(gates_).subspan(gates.begin, gates.count);
  return std::any_of(
      mine.begin(), mine.end(), [&](const Gate& g) { return passes(g, event.values[g.slot], facts); });
}

}  // namespace tocsin::runtime
