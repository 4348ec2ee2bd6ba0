#include "tests/oracle/outcomes.h"

#include <algorithm>
#include <tuple>

namespace tocsin::oracle {

void Outcome::put_into(const Slice& slice) {
  for (auto& [event, variable] : taken) event += slice.begin;
  if (at.event != kNever) at.event += slice.begin;
  span = slice.span;
}

std::vector<Outcome> told_of(std::vector<Outcome> outcomes, const patterns::Program& program) {
  if (program.window.kind == patterns::WindowKind::hopping) {
    // Of windows that overlap, those that began first tell first what is decided at one instant.
    std::stable_sort(outcomes.begin(), outcomes.end(), [](const Outcome& a, const Outcome& b) {
      return std::tie(a.at.time, a.at.event) < std::tie(b.at.time, b.at.event);
    });
  }
  if (program.suppress == Duration{0}) return outcomes;
  std::vector<Outcome> out;
  std::size_t held = 0;
  for (Outcome& outcome : outcomes) {
    if (!out.empty() && outcome.time < out.back().time + program.suppress) {
      ++held;
      continue;
    }
    out.push_back(std::move(outcome));
    out.back().suppressed = std::exchange(held, 0);
  }
  return out;
}

}  // namespace tocsin::oracle
