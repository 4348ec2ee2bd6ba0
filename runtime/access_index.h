#pragma once
/// Finds the rules that have use for an event: by the value of each attribute, in one look-up for all rules.
///
/// One for the events of one type under one key space. What it finds may not hold after all; what it does not
/// find does not.

#include "base/event.h"
#include "base/schema.h"
#include "runtime/access.h"
#include "runtime/event_facts.h"
#include "runtime/interval_tree.h"
#include "runtime/rule_places.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tocsin::runtime {

/// A rule, and what an event must show for it. Without an access it must look at every event.
struct RuleAccess {
  std::uint32_t rule = 0;
  std::optional<Access> access;
  const patterns::ExpressionPool* pool = nullptr;  ///< of the access
};

/// Lists of rules by a number that looks like chance.
class RulesByFingerprint {
 public:
  void add(std::uint64_t fingerprint, std::uint32_t rule) { entries_.push_back({fingerprint, rule}); }
  void seal();
  bool empty() const { return entries_.empty(); }
  std::span<const std::uint32_t> find(std::uint64_t fingerprint) const;

 private:
  struct Entry {
    std::uint64_t fingerprint = 0;
    std::uint32_t rule = 0;
  };
  struct Place {
    std::uint64_t fingerprint = 0;
    std::uint32_t begin = 0;
    std::uint32_t count = 0;  // 0: free
  };
  static std::size_t mixed(std::uint64_t fingerprint);

  std::vector<Entry> entries_;
  std::vector<Place> places_;  // open addressing; a power of two
  std::vector<std::uint32_t> rules_;
};

class AccessIndex {
 public:
  AccessIndex() = default;

  /// accesses  each of another rule. conditions  has all text patterns in them, grouped
  AccessIndex(std::span<const RuleAccess> accesses, const Layout& layout, Conditions& conditions);

  /// Appends the rules to `rules`, in no order, some maybe twice; gives up with false once there are more
  /// than `most`. cost  O(attributes) and what is found
  bool find(const Event& event, EventFacts& facts, std::size_t most, std::vector<std::uint32_t>& rules) const;

  /// Whether `rule` would be found.
  bool admits(std::uint32_t rule, const Event& event, EventFacts& facts) const;

 private:
  /// Kinds that compare with each other.
  enum class Class : std::uint8_t { number, string, boolean, other };
  static constexpr std::size_t kClasses = 4;
  static Class class_of(const Value& v);
  static Class class_of(const AccessTerm& term);

  struct TextRules {
    std::uint32_t number = 0;  // of the pattern in the group
    std::vector<std::uint32_t> rules;
  };
  struct Attribute {
    AttributeId id;
    std::uint16_t slot = 0;
    IntervalTree ranges;
    RulesByFingerprint equal;
    std::optional<std::uint32_t> group;  // of text patterns
    std::vector<TextRules> texts;        // by number, rising
    /// By the class of the event's value: rules that expect another. Let through, so that they count it.
    std::array<std::vector<std::uint32_t>, kClasses> surprised;
  };
  /// A term of one rule.
  struct Gate {
    std::uint16_t slot = 0;
    AccessTerm::Kind kind = AccessTerm::Kind::equal;
    Class expects = Class::other;
    double low = 0;
    double high = 0;
    std::uint64_t fingerprint = 0;
    std::uint32_t group = 0;
    std::uint32_t number = 0;
  };
  struct RuleGates {
    std::uint32_t begin = 0;
    std::uint32_t count = 0;
    bool open = false;  // without a test
  };

  class Maker;

  template <class Found>
  bool find_in(const Attribute& attribute, const Value& v, EventFacts& facts, Found&& found) const;
  static bool passes(const Gate& gate, const Value& v, EventFacts& facts);

  std::vector<std::uint32_t> always_;
  std::vector<Attribute> attributes_;
  std::vector<RuleGates> gates_of_;
  RulePlaces places_;  // in gates_of_, by rule
  std::vector<Gate> gates_;
};

}  // namespace tocsin::runtime
