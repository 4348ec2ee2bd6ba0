#pragma once
/// What the variables of one rule make of the event in hand: each condition that looks at the event alone is
/// asked at most once, and only if somebody wants to know.

#include "runtime/context.h"
#include "runtime/evaluator.h"
#include "runtime/join.h"
#include "runtime/key_store.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tocsin::runtime {

/// One for each executor. `look_at` before all else.
class EventTests {
 public:
  EventTests(Context& context, std::uint32_t rule, RuleCounters& counters);

  /// Takes `event` in hand; a second time changes nothing.
  void look_at(CurrentEvent& event) {
    if (looked_at_ == event.sequence()) return;
    looked_at_ = event.sequence();
    event_ = &event.event();
    if (event_->type != type_) look_at_type();
    typed_ = of_type_;
    tested_ = event.known().holds | event.known().fails | unconditional_;
    passed_ = (event.known().holds | unconditional_) & typed_;
    worded_ = 0;
    context_.scratch.reset();
  }

  /// What `prior` speaks of until the next call: each window that holds the event in hand has its own.
  void look_back(const PriorEvents* prior) {
    if (prior != prior_) tested_ = passed_ = 0;
    prior_ = prior;
  }

  /// The event in hand may be taken by `variables` alone.
  void restrict_to(patterns::VariableMask variables) {
    typed_ &= variables;
    passed_ &= variables;
  }

  const Event& event() const { return *event_; }
  std::uint64_t sequence() const { return looked_at_; }

  /// Whether `variable` takes the event's type, and what its condition says of the event alone holds.
  bool own_holds(patterns::VariableId variable) {
    const patterns::VariableMask mask = patterns::mask_of(variable);
    if ((typed_ & mask) == 0) return false;
    if ((tested_ & mask) == 0) test(variable);
    return (passed_ & mask) != 0;
  }

  /// Those of `variables` of which own_holds is true.
  patterns::VariableMask passing(patterns::VariableMask variables);
  bool any_own_holds(patterns::VariableMask variables) { return passing(variables) != 0; }

  /// Whether `variable` may take the event after `taken`.
  bool satisfied(patterns::VariableId variable, const TakenEvent* taken) {
    return own_holds(variable) && run_condition_holds(variable, taken);
  }

  /// Whether `run` may take the event as `variable`, whose condition has `join`, if any.
  bool satisfied(patterns::VariableId variable, const Join* join, const Run& run) {
    if (!own_holds(variable)) return false;
    if (join == nullptr) return run_condition_holds(variable, run.tail);
    const std::uint64_t own = own_word(variable, *join);
    if (!join->may_hold(own, run.joined)) return false;
    return join->is_certain(own, run.joined) || run_condition_holds(variable, run.tail);
  }

  /// Whether `run` may take the event as `variable` for all that the words of `join` say.
  bool may_join(patterns::VariableId variable, const Join& join, const Run& run) {
    return join.may_hold(own_word(variable, join), run.joined);
  }

  /// The event's word in the join of `variable`.
  std::uint64_t own_word(patterns::VariableId variable, const Join& join) {
    if ((worded_ & patterns::mask_of(variable)) == 0) take_own_word(variable, join);
    return own_words_[variable.value];
  }

  /// The other word, of a run that has just taken the event in hand, as `taken`.
  std::uint64_t earlier_word(const Join& join, const TakenEvent* taken);

 private:
  Scope scope(const TakenEvent* taken);
  void look_at_type();
  bool run_condition_holds(patterns::VariableId variable, const TakenEvent* taken) {
    return (with_run_condition_ & patterns::mask_of(variable)) == 0 || ask_run_condition(variable, taken);
  }
  bool ask_run_condition(patterns::VariableId variable, const TakenEvent* taken);
  void test(patterns::VariableId variable);
  bool own_condition_holds(patterns::VariableId variable);
  void take_own_word(patterns::VariableId variable, const Join& join);

  // What every event looks at comes first.
  std::uint64_t looked_at_ = 0;               // the sequence of event_
  const Event* event_ = nullptr;              // in hand
  patterns::VariableMask typed_ = 0;          // variables whose TYPE takes it
  patterns::VariableMask tested_ = 0;         // whose own condition was evaluated
  patterns::VariableMask passed_ = 0;         // and held
  patterns::VariableMask worded_ = 0;         // whose own word is known
  patterns::VariableMask unconditional_ = 0;  // variables whose condition says nothing of the event alone
  patterns::VariableMask with_run_condition_ = 0;
  patterns::VariableMask of_type_ = 0;  // variables whose TYPE takes events of type_
  std::optional<TypeId> type_;
  Context& context_;
  const PriorEvents* prior_ = nullptr;
  std::vector<std::uint64_t> own_words_;  // by variable

  const DeployedRule& rule_;
  const patterns::Program& program_;
  RuleCounters& counters_;

  /// What a variable asks, in one place.
  struct Asked {
    patterns::ExpressionId own;
    patterns::ExpressionId run;
    std::span<const ConditionId> parts;       // of `own`, where it is worth to ask what is known of them
    std::optional<OwnConditions::Term> term;  // that `own` is, if it is one
  };
  std::vector<Asked> asked_;  // by variable
};

}  // namespace tocsin::runtime
