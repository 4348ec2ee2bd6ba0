#include "runtime/sieve.h"

namespace tocsin::runtime {

std::optional<Sieve> Sieve::of(std::span<const AccessTerm> terms, const Layout& layout) {
  Sieve sieve;
  sieve.lets_all_ = false;
  for (const AccessTerm& term : terms) {
    if (term.kind == AccessTerm::Kind::text || term.values.size() > kTermsMax) return std::nullopt;
    const std::uint16_t slot = layout.slot_of[term.attribute.value];
    if (slot != Layout::kAbsent) sieve.add(term, slot);  // or null in all of them
    if (sieve.asked_.size() > kTermsMax) return std::nullopt;
  }
  return sieve;
}

void Sieve::add(const AccessTerm& term, std::uint16_t slot) {
  if (term.kind == AccessTerm::Kind::range)
    return asked_.push_back({slot, TermTest::between(term.low, term.high)});
  for (const Value& value : term.values) asked_.push_back({slot, TermTest::equal_to(value)});
}

}  // namespace tocsin::runtime
