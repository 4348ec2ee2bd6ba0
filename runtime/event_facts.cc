#include "runtime/event_facts.h"

#include "runtime/evaluator.h"

#define XXH_INLINE_ALL  // the texts are short: the call would cost as much as the hash
#include <xxhash.h>

#include <algorithm>

namespace tocsin::runtime {

std::uint64_t TextMemo::hash_of(std::string_view text) {
  return XXH3_64bits(text.data(), text.size());
}

bool TextMemo::find(std::string_view text,
                    std::uint64_t hash,
                    std::span<const std::uint32_t>& accepted) const {
  if (places_.empty()) return false;
  const std::size_t first = first_place(hash);
  for (std::size_t i = first; i < first + kWays; ++i) {
    const Place& place = places_[i];
    if (hashes_[i] != hash || !place.taken || std::string_view{place.text.data(), place.size} != text)
      continue;
    accepted = std::span(place.accepted).first(place.accepted_count);
    return true;
  }
  return false;
}

void TextMemo::keep(std::string_view text, std::uint64_t hash, std::span<const std::uint32_t> accepted) {
  if (text.size() > kTextMax || accepted.size() > kAcceptedMax) return;
  if (places_.empty()) {
    places_.resize(kPlaces);
    hashes_.resize(kPlaces);
  }
  const std::size_t first = first_place(hash);
  std::size_t at = first;
  while (at < first + kWays && places_[at].taken) ++at;
  if (at == first + kWays) at = first + next_way_++ % kWays;
  hashes_[at] = hash;
  Place& place = places_[at];
  place.taken = true;
  place.size = static_cast<std::uint16_t>(text.size());
  place.accepted_count = static_cast<std::uint8_t>(accepted.size());
  std::copy(accepted.begin(), accepted.end(), place.accepted.begin());
  std::copy(text.begin(), text.end(), place.text.begin());
}

EventFacts::EventFacts(const Conditions& conditions, const Schema& schema, const TableStore* tables)
    : conditions_{conditions}, schema_{schema}, tables_{tables}, answers_(conditions.size()) {
  for (const TextGroup& group : conditions.groups()) {
    Group& known = groups_.emplace_back();
    known.scratch = group.set.make_scratch();
    known.found.reserve(group.conditions.size());
  }
}

bool EventFacts::evaluate_anew(const Condition& condition, std::uint64_t& null_operations) {
  scratch_.reset();
  Scope scope{*condition.expression.pool, schema_, scratch_, null_operations};
  scope.own = event_;
  scope.tables = tables_;
  return evaluate(scope, condition.expression.id).is_true();
}

bool EventFacts::ask(const Condition& condition, std::uint64_t& null_operations) {
  if (!condition.grouped) return evaluate_anew(condition, null_operations);
  const Value v = attribute_of(*event_, schema_, conditions_.groups()[condition.group].attribute);
  if (!v.is_string()) return evaluate_anew(condition, null_operations);
  const auto numbers = accepted(condition.group, v.as_text());
  return std::binary_search(numbers.begin(), numbers.end(), condition.number);
}

bool EventFacts::holds(ConditionId id, std::uint64_t& null_operations) {
  Answer& answer = answers_[id.value];
  if (answer.sequence != sequence_) {
    std::uint64_t counted = 0;
    answer.holds = ask(conditions_[id], counted);
    answer.null_operations = static_cast<std::uint32_t>(counted);
    answer.sequence = sequence_;
  }
  null_operations += answer.null_operations;
  return answer.holds;
}

std::span<const std::uint32_t> EventFacts::accepted(std::uint32_t group, std::string_view text) {
  Group& known = groups_[group];
  if (known.sequence == sequence_) return known.accepted;
  known.sequence = sequence_;
  const std::uint64_t hash = TextMemo::hash_of(text);
  if (known.memo.find(text, hash, known.accepted)) return known.accepted;
  search(conditions_.groups()[group], known, text);
  known.memo.keep(text, hash, known.found);
  known.accepted = known.found;
  return known.accepted;
}

/// Leaves in `found` the patterns that accept `text`.
void EventFacts::search(const TextGroup& group, Group& known, std::string_view text) {
  known.found.clear();
  group.set.find(text, known.scratch, known.found);
  std::uint64_t none = 0;
  std::erase_if(known.found, [&](std::uint32_t number) {
    return !evaluate_anew(conditions_[group.conditions[number]], none);
  });
  std::sort(known.found.begin(), known.found.end());
}

}  // namespace tocsin::runtime
