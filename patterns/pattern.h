#pragma once
/// What one rule's pattern means: the analysed logical plan, a tree with names resolved and defaults filled
/// in.
///
/// Made by the compiler's analysis, rewritten by its passes (Pattern -> Pattern), lowered to a Program. It
/// says nothing about how it is run: an interpreter that follows the language's definition word by word can
/// read it. Immutable once made. Variables are numbered as in Program::variables, where their conditions are.

#include "base/time.h"
#include "patterns/program.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace tocsin::patterns {

/// How an event is joined to the one taken before it.
struct Joint {
  Link link = Link::followed_by;
  Duration gap_max = kForever;  ///< since the event before, included
  Duration gap_min{0};          ///< the same
  bool operator==(const Joint&) const = default;
};

struct PatternNode;

/// One event that satisfies `variable`.
struct Occurrence {
  VariableId variable;
};

/// No event that satisfies any of `variables`: until the next event taken or, at the end, until the time
/// limit.
struct Absence {
  std::vector<VariableId> variables;
  Duration length{0};  ///< `not a for 10m`: none so long before the first event taken; 0: without `for`
};

/// What a loop prefers: one more repetition; to leave; never to leave by what it would take itself.
enum class LoopMode : std::uint8_t { greedy, lazy, possessive };

/// `unit` from `min` to `max` times.
struct Quantified {
  std::shared_ptr<const PatternNode> unit;
  std::uint32_t min = 1;
  std::optional<std::uint32_t> max;  ///< none: unbounded
  LoopMode mode = LoopMode::greedy;
  Joint repeat;                   ///< between two repetitions
  std::vector<VariableId> until;  ///< an event that satisfies any of these ends the taking
};

/// All `units` in any order, the orders preferred as written: a & b is (a -> b | b -> a).
struct Conjunction {
  std::vector<PatternNode> units;
  Link link = Link::followed_by;
};

/// `terms` one after the other. joints[i] stands before terms[i + 1]. Before an absence `next` speaks of the
/// very next event alone; a gap matters only at the end of a pattern, where it is the absence's time limit.
struct Sequence {
  std::vector<PatternNode> terms;
  std::vector<Joint> joints;
};

/// One of `branches`, the preferred first.
struct Alternation {
  std::vector<PatternNode> branches;
};

struct PatternNode {
  std::variant<Occurrence, Absence, Quantified, Conjunction, Sequence, Alternation> node;
};

/// More units than these are not joined by `&`: their orders are too many.
inline constexpr std::size_t kConjunctionMax = 8;

struct Pattern {
  PatternNode root;
  Duration within = kForever;  ///< from the first to the last event, included
  AfterMatch after_match = AfterMatch::skip_past_last_event;
  VariableMask skip_to = 0;  ///< of skip_to_first and skip_to_last
  std::vector<std::string> variable_names;
};

bool same_node(const PatternNode& a, const PatternNode& b);

/// `->`, `~>[10m]`.
std::string to_string(const Joint& joint);

/// One line in the language's own syntax, every group in parentheses.
std::string to_string(const PatternNode& node, std::span<const std::string> variable_names);

/// The node, and the settings that decide matches, a line each.
std::string to_string(const Pattern& pattern);

}  // namespace tocsin::patterns
