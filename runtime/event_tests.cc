#include "runtime/event_tests.h"

#include <bit>

namespace tocsin::runtime {

using patterns::VariableId;
using patterns::VariableMask;

EventTests::EventTests(Context& context, std::uint32_t rule, RuleCounters& counters)
    : context_{context},
      rule_{context.rules->rules()[rule]},
      program_{*rule_.program},
      counters_{counters},
      fingerprints_(program_.variables.size()) {}

Scope EventTests::scope(const TakenEvent* taken) {
  Scope s{program_.expressions, context_.rules->schema(), context_.scratch, counters_.null_operations};
  s.own = event_;
  s.taken = taken;
  s.prior = prior_;
  s.tables = context_.tables;
  return s;
}

void EventTests::test(VariableId variable) {
  const VariableMask mask = patterns::mask_of(variable);
  tested_ |= mask;
  const auto condition = program_.variables[variable.value].own_condition;
  if (!condition || holds(scope(nullptr), condition)) passed_ |= mask;
}

bool EventTests::any_own_holds(VariableMask variables) {
  for (VariableMask untested = variables & typed_ & ~tested_; untested != 0; untested &= untested - 1) {
    test(VariableId{static_cast<std::uint16_t>(std::countr_zero(untested))});
  }
  return (passed_ & variables) != 0;
}

bool EventTests::run_condition_holds(VariableId variable, const TakenEvent* taken) {
  const auto condition = program_.variables[variable.value].run_condition;
  return !condition || holds(scope(taken), condition);
}

void EventTests::take_fingerprint(VariableId variable, const Join& join) {
  fingerprinted_ |= patterns::mask_of(variable);
  fingerprints_[variable.value] = fingerprint_of(attribute_of(*event_, context_.rules->schema(), join.own));
}

std::uint64_t EventTests::awaited_fingerprint(const Join& join, const TakenEvent* taken) {
  if (!join.of_last) return fingerprint_of(evaluate(scope(taken), join.picked));
  return fingerprint_of(attribute_of(*event_, context_.rules->schema(), join.earlier));
}

}  // namespace tocsin::runtime
