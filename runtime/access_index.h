#pragma once
/// Finds the rules that have use for an event: by the value of each attribute, in one look-up for all rules.
///
/// One for the events of one type under one key space. What it finds is then asked for the rest of the
/// condition, so that a rule is only touched by an event that one of its variables takes by itself, or about
/// which it has something to count. What it does not find, or what says no, no variable of those takes.

#include "base/event.h"
#include "base/schema.h"
#include "runtime/access.h"
#include "runtime/entries_by_value.h"
#include "runtime/event_facts.h"
#include "runtime/interval_tree.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tocsin::runtime {

/// What an event must show for one variable of a rule.
struct VariableAccess {
  patterns::VariableId variable;
  Access access;
  /// The parts of all that the variable asks of the event by itself; of no use if not `alone`.
  std::vector<ConditionId> parts;
  bool alone = true;  ///< they look at nothing but the event
};

/// A rule, and what an event must show for it: what one of some variables asks.
struct RuleAccess {
  std::uint32_t rule = 0;
  bool sees_all = false;  ///< it must look at every event
  std::vector<VariableAccess> variables;
  const patterns::ExpressionPool* pool = nullptr;  ///< of the accesses
  /// Those that are known not to take the event if this index finds the rule and the other one does not.
  patterns::VariableMask of_other_index = 0;
};

class AccessIndex {
 public:
  AccessIndex() = default;

  /// accesses  each of another rule. conditions  has all text patterns in them, grouped
  AccessIndex(std::span<const RuleAccess> accesses, const Layout& layout, Conditions& conditions);

  /// One way in which an event may mean something to a rule.
  using Entry = std::uint32_t;

  /// Appends what the event shows to `found`, in no order, of some rules maybe several; gives up with false
  /// once there are more than `most`. cost  O(attributes) and what is found
  bool find(const Event& event, EventFacts& facts, std::size_t most, std::vector<Entry>& found) const;

  /// What `find` costs.
  std::size_t attribute_count() const { return attributes_.size(); }

  std::uint32_t rule_of(Entry entry) const { return entries_[entry].rule; }

  /// See RuleAccess.
  patterns::VariableMask of_other_index(Entry entry) const { return entries_[entry].of_other_index; }

  /// Asks what is left to be asked of a found entry: nothing if the event is of no use for it, or else the
  /// variables whose conditions are now known to hold of it by itself.
  std::optional<patterns::VariableMask> ask(Entry entry, EventFacts& facts) const;

  /// An entry of `rule` that `find` would find and to which `ask` does not say no.
  std::optional<Entry> admits(std::uint32_t rule, const Event& event, EventFacts& facts) const;

 private:
  /// Kinds that compare with each other.
  enum class Class : std::uint8_t { number, string, boolean, other };
  static constexpr std::size_t kClasses = 4;
  static Class class_of(const Value& v);
  static Class class_of(const AccessTerm& term);

  struct OneEntry {
    std::uint32_t rule = 0;
    std::uint32_t asks_begin = 0;  // in asks_; if there is one only, that one
    std::uint32_t asks_count = 0;
    patterns::VariableMask known = 0;  // if they all hold
    patterns::VariableMask of_other_index = 0;
  };
  struct TextEntries {
    std::uint32_t number = 0;  // of the pattern in the group
    std::vector<Entry> entries;
  };
  struct Attribute {
    AttributeId id;
    std::uint16_t slot = 0;
    IntervalTree ranges;
    EntriesByValue equal;
    std::optional<std::uint32_t> group;  // of text patterns
    std::vector<TextEntries> texts;      // by number, rising
    /// By the class of the event's value: rules that expect another. Let through, so that they count it.
    std::array<std::vector<Entry>, kClasses> surprised;
  };
  /// A value or a term of one rule.
  struct Gate {
    std::uint16_t slot = 0;
    AccessTerm::Kind kind = AccessTerm::Kind::equal;
    Class expects = Class::other;
    Entry entry = 0;
    double low = 0;
    double high = 0;
    Value value;
    std::uint32_t group = 0;
    std::uint32_t number = 0;
  };
  struct RuleGates {
    std::uint32_t begin = 0;
    std::uint32_t count = 0;
    bool always = false;  // without a test
    Entry plain = 0;
  };

  class Maker;

  template <class Found>
  bool find_in(const Attribute& attribute, const Value& v, EventFacts& facts, Found&& found) const;
  static bool passes(const Gate& gate, const Value& v, EventFacts& facts);

  std::vector<OneEntry> entries_;
  std::vector<ConditionId> asks_;
  std::vector<Entry> always_;
  std::vector<Attribute> attributes_;
  std::vector<RuleGates> gates_of_;
  std::uint32_t first_rule_ = 0;  // that of gates_of_[0]
  std::vector<Gate> gates_;
};

}  // namespace tocsin::runtime
