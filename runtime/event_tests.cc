#include "runtime/event_tests.h"

#include <algorithm>
#include <bit>

namespace tocsin::runtime {

using patterns::VariableId;
using patterns::VariableMask;

EventTests::EventTests(Context& context, std::uint32_t rule, RuleCounters& counters)
    : context_{context},
      own_words_(context.rules->rules()[rule].program->variables.size()),
      rule_{context.rules->rules()[rule]},
      program_{*rule_.program},
      counters_{counters} {
  for (std::size_t v = 0; v < program_.variables.size(); ++v) {
    Asked& asked = asked_.emplace_back();
    asked.own = program_.variables[v].own_condition;
    asked.run = program_.variables[v].run_condition;
    const VariableMask mask = patterns::mask_of(VariableId{static_cast<std::uint16_t>(v)});
    if (!asked.own) unconditional_ |= mask;
    if (asked.run) with_run_condition_ |= mask;
    const OwnConditions& own = rule_.own_conditions[v];
    if (own.remembered) asked.parts = own.parts;
    asked.term = own.term;
  }
}

Scope EventTests::scope(const TakenEvent* taken) {
  Scope s{program_.expressions, context_.rules->schema(), context_.scratch, counters_.null_operations};
  s.own = event_;
  s.taken = taken;
  s.prior = prior_;
  s.tables = context_.tables;
  return s;
}

void EventTests::look_at_type() {
  type_ = event_->type;
  of_type_ = rule_.variables_of_type[event_->type.value];
}

void EventTests::test(VariableId variable) {
  const VariableMask mask = patterns::mask_of(variable);
  tested_ |= mask;
  if (own_condition_holds(variable)) passed_ |= mask;
}

bool EventTests::own_condition_holds(VariableId variable) {
  const Asked& asked = asked_[variable.value];
  if (asked.term) {
    const Value v = attribute_of(*event_, context_.rules->schema(), asked.term->attribute);
    const TermTest::Answer answer = asked.term->test.ask(v);
    if (answer != TermTest::Answer::unsure) return answer == TermTest::Answer::yes;
  }
  if (asked.parts.empty()) return holds(scope(nullptr), asked.own);
  return std::all_of(asked.parts.begin(), asked.parts.end(), [&](ConditionId part) {
    return context_.facts->holds(part, counters_.null_operations);
  });
}

VariableMask EventTests::passing(VariableMask variables) {
  for (VariableMask untested = variables & typed_ & ~tested_; untested != 0; untested &= untested - 1) {
    test(VariableId{static_cast<std::uint16_t>(std::countr_zero(untested))});
  }
  return passed_ & variables;
}

bool EventTests::ask_run_condition(VariableId variable, const TakenEvent* taken) {
  return holds(scope(taken), asked_[variable.value].run);
}

void EventTests::take_own_word(VariableId variable, const Join& join) {
  worded_ |= patterns::mask_of(variable);
  own_words_[variable.value] =
      join.word_of(join.own_attribute ? attribute_of(*event_, context_.rules->schema(), join.own_attribute)
                                      : evaluate(scope(nullptr), join.own));
}

std::uint64_t EventTests::earlier_word(const Join& join, const TakenEvent* taken) {
  return join.word_of(join.last_attribute
                          ? attribute_of(*event_, context_.rules->schema(), join.last_attribute)
                          : evaluate(scope(taken), join.earlier));
}

}  // namespace tocsin::runtime
