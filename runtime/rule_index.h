#pragma once
/// Which rules an event of one type must be shown to, under one key space.
///
/// A rule is touched by an event that may start something of it, or that may do something to what it has open
/// under the event's key. Few rules are all asked; for many there is an index.

#include "patterns/program.h"
#include "runtime/access_index.h"
#include "runtime/conditions.h"
#include "runtime/sieve.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace tocsin::runtime {

struct TypeRules {
  std::vector<std::uint32_t> all;  ///< those that see the type, rising
  bool indexed = false;            ///< else all of them are asked
  AccessIndex opening;             ///< those for which an event may open something
  AccessIndex advancing;           ///< those for which it may matter to what is open
  Sieve sieve;                     ///< keeps back events that mean nothing to any of them
};

/// What a variable asks of an event by itself, cut into conditions that all must hold.
struct OwnConditions {
  std::vector<ConditionId> parts;
  bool remembered = false;  ///< some part is asked elsewhere, too

  /// What says the same as all of them.
  struct Term {
    AttributeId attribute;
    TermTest test;
  };
  std::optional<Term> term;
};

/// Makes the indices of a rule set. Used once, then thrown away.
class RuleIndexer {
 public:
  /// programs  by rule; borrowed, like `conditions`
  RuleIndexer(std::span<const patterns::Program* const> programs,
              const Schema& schema,
              Conditions& conditions);

  /// What the variables of `rule` ask.
  std::vector<OwnConditions> own_conditions(std::uint32_t rule) const;

  /// Fills in the rest of `rules`, of which `all` is there.
  void index(TypeRules& rules, TypeId type) const;

  /// From how many rules on it is worth it, and from how many text patterns over one attribute.
  static constexpr std::size_t kRulesMin = 4;
  static constexpr std::size_t kTextsMin = 4;

 private:
  /// A rule's access by variable, and which variables matter for what.
  struct IndexedRule {
    const patterns::Program* program = nullptr;
    std::vector<std::optional<Access>> accesses;
    patterns::VariableMask opening = 0;
    patterns::VariableMask advancing = 0;
    bool remembers_all = false;  ///< also events that no variable takes, whether or not anything is open
    bool heeds_all = false;      ///< such events may change what is open
  };

  void count_askers();
  void group_texts();
  void find_accesses();
  std::optional<OwnConditions::Term> term_of(std::uint32_t rule, patterns::VariableId variable) const;
  std::vector<ConditionId> parts_of(std::uint32_t rule, patterns::VariableId variable) const;
  /// Of those of `variables` that take events of the type.
  RuleAccess access_of(std::uint32_t rule, patterns::VariableMask variables) const;
  Sieve make_sieve(std::span<const std::uint32_t> rules, TypeId type) const;
  patterns::VariableMask variables_of(std::uint32_t rule, TypeId type) const;

  Conditions& conditions_;
  const Schema& schema_;
  std::vector<IndexedRule> rules_;
};

}  // namespace tocsin::runtime
