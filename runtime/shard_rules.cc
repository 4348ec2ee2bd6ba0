/// The rules that an event means something to, where there are many. Part of Shard.

#include "runtime/shard.h"

#include <algorithm>
#include <limits>

namespace tocsin::runtime {

/// The rules that `event` may mean something to, rising.
void Shard::find_rules(const TypeRules& rules, const Event& event, KeyState* key) {
  to_show_.clear();
  found_.clear();
  rules.opening.find(event, *facts_, std::numeric_limits<std::size_t>::max(), found_);
  for (const AccessIndex::Entry entry : found_) {
    if (const auto holds = rules.opening.ask(entry, *facts_)) show_found(rules.opening, entry, *holds);
  }
  if (key != nullptr) find_advancing(rules.advancing, event, *key);
  if (to_show_.size() > 1) merge_to_show();
}

/// Goes through what the key has open or through the rules that the event may advance, whichever is less.
void Shard::find_advancing(const AccessIndex& advancing, const Event& event, KeyState& key) {
  found_.clear();
  if (key.rules.size() >= advancing.attribute_count() &&
      advancing.find(event, *facts_, key.rules.size(), found_)) {
    for (const AccessIndex::Entry entry : found_) {
      const RuleState* const state = key.find(advancing.rule_of(entry));
      if (state == nullptr || !state->open()) continue;
      if (const auto holds = advancing.ask(entry, *facts_)) show_found(advancing, entry, *holds);
    }
    return;
  }
  for (const RuleState& state : key.rules) {
    if (!state.open()) continue;
    if (const auto entry = advancing.admits(state.rule, event, *facts_))
      show_found(advancing, *entry, *advancing.ask(*entry, *facts_));
  }
}

void Shard::show_found(const AccessIndex& index, AccessIndex::Entry entry, patterns::VariableMask holds) {
  to_show_.push_back({index.rule_of(entry), &index, {holds, index.of_other_index(entry)}});
  look_ahead_.prefetch_executor(to_show_.back().rule);
}

/// Rules that are there more than once become one.
void Shard::merge_to_show() {
  const auto rises = [](const ShownRule& a, const ShownRule& b) { return a.rule < b.rule; };
  if (!std::is_sorted(to_show_.begin(), to_show_.end(), rises))
    std::sort(to_show_.begin(), to_show_.end(), rises);
  std::size_t last = 0;
  for (std::size_t i = 1; i < to_show_.size(); ++i) {
    const ShownRule& next = to_show_[i];
    ShownRule& merged = to_show_[last];
    if (merged.rule != next.rule) {
      to_show_[++last] = next;
      continue;
    }
    merged.known.holds |= next.known.holds;
    if (merged.found_by != next.found_by) merged.known.fails = 0;
  }
  to_show_.resize(last + 1);
}

}  // namespace tocsin::runtime
