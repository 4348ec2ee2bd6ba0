#pragma once
/// Matches and timeouts -> alerts: one JSON object a line, as LANGUAGE's section on alerts has it.

#include "runtime/context.h"
#include "runtime/evaluator.h"
#include "runtime/key_store.h"

#include <array>
#include <string>
#include <vector>

namespace tocsin::runtime {

/// One result of a rule, in the words its outputs are made from. Borrowed.
struct ResultView {
  AlertKind kind = AlertKind::match;
  EventTime time;    ///< of the last event, the deadline, or the window's end
  AlertOrder order;  ///< decided and phase, and of an event its place; the emitter fills in the rest
  KeyState* key = nullptr;
  const TakenEvent* tail = nullptr;       ///< the last event taken
  const WindowAnswers* window = nullptr;  ///< window rules
  EventTime window_begin = kTimeMin;      ///< window rules: what the window spans
  EventTime window_end = kTimeMin;
  patterns::VariableMask waiting = 0;  ///< timeouts: variables that could have gone on
  std::uint64_t suppressed = 0;        ///< alerts held back before it; the emitter fills it in
};

/// The place in the order of alerts of what `event` brings.
AlertOrder order_of(const Event& event);

/// For one rule of one shard.
class Emitter {
 public:
  Emitter(Context& context, std::uint32_t rule, RuleCounters& counters);

  /// Counts the result and, if the rule emits it, appends its alert.
  /// cost  one buffer append; texts only of what the rule's message and fields name
  void emit(ResultView result);

 private:
  bool held_back(ResultView& result);
  void render(const ResultView& result, const patterns::Output& output, std::string& line);
  void append_id(const ResultView& result, std::string& line);
  void append_key(const ResultView& result, std::string& line);
  void append_output(const ResultView& result, const patterns::Output& output, std::string& line);
  void append_events(std::string& line);
  void append_waiting(const ResultView& result, std::string& line);

  Context& context_;
  std::uint32_t rule_;
  const patterns::Program& program_;
  RuleCounters& counters_;
  /// What is the same for all alerts of one kind.
  struct Constants {
    std::string head;      // `"rule":…,"severity":…,`
    std::string id_bytes;  // the first of those that the id is the hash of
  };
  const Constants& constants(AlertKind kind) const { return constants_[static_cast<std::size_t>(kind)]; }

  std::array<Constants, 2> constants_;       // by kind
  std::vector<std::string> key_names_;       // by part of the key: `"user":`
  std::vector<std::string> variable_names_;  // by variable: `"s":`
  EventTime ordinal_decided_ = kTimeMin;
  std::uint32_t ordinal_ = 0;
  std::vector<const TakenEvent*> path_;  // of the result in hand
  std::string id_bytes_;
  std::string message_;
};

}  // namespace tocsin::runtime
