#include "runtime/access_index.h"

#include "base/check.h"

#include <algorithm>
#include <map>

namespace tocsin::runtime {

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
    if (index_.gates_of_.empty()) index_.first_rule_ = rule.rule;
    index_.gates_of_.resize(rule.rule - index_.first_rule_ + 1);
    RuleGates& gates = index_.gates_of_.back();
    rule_ = &rule;
    plain_ = gates.plain = add_entry({});
    if (rule.sees_all) {
      gates.always = true;
      index_.always_.push_back(plain_);
      return;
    }
    gates.begin = static_cast<std::uint32_t>(index_.gates_.size());
    for (const VariableAccess& variable : rule.variables) {
      for (const AccessTerm& term : variable.access) add(variable, term);
    }
    gates.count = static_cast<std::uint32_t>(index_.gates_.size()) - gates.begin;
  }

  void finish() {
    for (std::size_t i = 0; i < index_.attributes_.size(); ++i) {
      Attribute& attribute = index_.attributes_[i];
      attribute.ranges = IntervalTree{intervals_[i]};
      attribute.equal.seal();
      std::sort(attribute.texts.begin(), attribute.texts.end(), [](const auto& a, const auto& b) {
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

  Entry add_entry(OneEntry entry) {
    entry.rule = rule_->rule;
    entry.of_other_index = rule_->of_other_index;
    index_.entries_.push_back(entry);
    return static_cast<Entry>(index_.entries_.size() - 1);
  }

  /// What is still to be asked of `variable` where `term` holds.
  Entry entry_of(const VariableAccess& variable, const AccessTerm& term) {
    if (!variable.alone) return plain_;
    std::vector<ConditionId> decided;
    for (const patterns::ExpressionId id : term.decides)
      decided.push_back(conditions_.add({rule_->pool, id}));
    OneEntry entry;
    entry.known = patterns::mask_of(variable.variable);
    entry.asks_begin = static_cast<std::uint32_t>(index_.asks_.size());
    for (const ConditionId part : variable.parts) {
      if (std::find(decided.begin(), decided.end(), part) == decided.end()) index_.asks_.push_back(part);
    }
    entry.asks_count = static_cast<std::uint32_t>(index_.asks_.size()) - entry.asks_begin;
    if (entry.asks_count == 1) entry.asks_begin = index_.asks_.back().value;
    return add_entry(entry);
  }

  void add(const VariableAccess& variable, const AccessTerm& term) {
    const std::uint16_t slot = layout_.slot_of[term.attribute.value];
    if (slot == Layout::kAbsent) return;  // null in all of them
    if (term.kind == AccessTerm::Kind::equal && term.values.empty()) return;
    const std::size_t place = place_of(term.attribute, slot);
    Attribute& attribute = index_.attributes_[place];
    Gate gate;
    gate.slot = slot;
    gate.kind = term.kind;
    gate.expects = class_of(term);
    gate.entry = entry_of(variable, term);
    surprise_by_others(attribute, gate.expects);
    switch (term.kind) {
      case AccessTerm::Kind::range:
        gate.low = term.low;
        gate.high = term.high;
        intervals_[place].push_back({term.low, term.high, gate.entry});
        index_.gates_.push_back(gate);
        return;
      case AccessTerm::Kind::text:
        return add_text(attribute, term, gate);
      case AccessTerm::Kind::equal:
        return add_values(attribute, term, gate);
    }
  }

  void add_text(Attribute& attribute, const AccessTerm& term, Gate gate) {
    const ConditionId condition_id = conditions_.add({rule_->pool, term.condition});
    const Condition& condition = conditions_[condition_id];
    TOCSIN_CHECK(condition.grouped, "text patterns of an access are looked for together");
    attribute.group = gate.group = condition.group;
    gate.number = condition.number;
    index_.gates_.push_back(gate);
    const auto [at, is_new] = text_places_.try_emplace(condition_id, attribute.texts.size());
    if (is_new) attribute.texts.push_back({gate.number, {}});
    attribute.texts[at->second].entries.push_back(gate.entry);
  }

  void add_values(Attribute& attribute, const AccessTerm& term, Gate gate) {
    for (const Value& value : term.values) {
      gate.value = value;
      attribute.equal.add(value, gate.entry);
      index_.gates_.push_back(gate);
    }
  }

  void surprise_by_others(Attribute& attribute, Class expected) const {
    for (std::size_t c = 0; c < kClasses; ++c) {
      if (c != static_cast<std::size_t>(expected)) attribute.surprised[c].push_back(plain_);
    }
  }

  AccessIndex& index_;
  const Layout& layout_;
  Conditions& conditions_;
  const RuleAccess* rule_ = nullptr;                // in hand
  Entry plain_ = 0;                                 // of the rule in hand: it must look for itself
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
  if (!attribute.equal.empty() && !found(attribute.equal.find(v))) return false;
  if (kind != Class::string || !attribute.group) return true;
  for (const std::uint32_t number : facts.accepted(*attribute.group, v.as_text())) {
    const auto at = std::lower_bound(
        attribute.texts.begin(), attribute.texts.end(), number, [](const TextEntries& t, std::uint32_t n) {
          return t.number < n;
        });
    const bool here = at != attribute.texts.end() && at->number == number;
    if (here && !found(std::span(at->entries))) return false;
  }
  return true;
}

bool AccessIndex::find(const Event& event,
                       EventFacts& facts,
                       std::size_t most,
                       std::vector<Entry>& found) const {
  const auto take = [&](std::span<const Entry> some) {
    found.insert(found.end(), some.begin(), some.end());
    return found.size() <= most;
  };
  if (!take(always_)) return false;
  if (event.values == nullptr) return true;
  for (const Attribute& attribute : attributes_) {
    const Value& v = event.values[attribute.slot];
    if (!v.is_null() && !find_in(attribute, v, facts, take)) return false;
  }
  return true;
}

/// What counts something while it is asked is the rule's to ask.
std::optional<patterns::VariableMask> AccessIndex::ask(Entry id, EventFacts& facts) const {
  const OneEntry& entry = entries_[id];
  std::uint64_t counted = 0;
  const auto holds = [&](ConditionId condition) { return facts.holds(condition, counted); };
  const bool all = entry.asks_count == 1 ? holds(ConditionId{entry.asks_begin})
                                         : std::all_of(asks_.begin() + entry.asks_begin,
                                                       asks_.begin() + entry.asks_begin + entry.asks_count,
                                                       holds);
  if (!all) return counted == 0 ? std::nullopt : std::optional{patterns::VariableMask{0}};
  return counted == 0 ? entry.known : 0;
}

bool AccessIndex::passes(const Gate& gate, const Value& v, EventFacts& facts) {
  switch (gate.kind) {
    case AccessTerm::Kind::range:
      return v.as_number() >= gate.low && v.as_number() <= gate.high;
    case AccessTerm::Kind::equal:
      return compare(v, gate.value) == Ordering::equal;
    case AccessTerm::Kind::text: {
      const auto numbers = facts.accepted(gate.group, v.as_text());
      return std::binary_search(numbers.begin(), numbers.end(), gate.number);
    }
  }
  return true;
}

std::optional<AccessIndex::Entry> AccessIndex::admits(std::uint32_t rule,
                                                      const Event& event,
                                                      EventFacts& facts) const {
  if (rule < first_rule_ || rule - first_rule_ >= gates_of_.size()) return std::nullopt;
  const RuleGates& gates = gates_of_[rule - first_rule_];
  if (gates.always) return gates.plain;
  if (event.values == nullptr) return std::nullopt;
  for (const Gate& gate : std::span(gates_).subspan(gates.begin, gates.count)) {
    const Value& v = event.values[gate.slot];
    if (v.is_null()) continue;
    if (class_of(v) != gate.expects) return gates.plain;
    if (passes(gate, v, facts) && ask(gate.entry, facts)) return gate.entry;
  }
  return std::nullopt;
}

}  // namespace tocsin::runtime
