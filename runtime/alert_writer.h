#pragma once
/// The lines of alerts: one JSON object each, as LANGUAGE's section on alerts has it.

#include "base/arena.h"
#include "base/text_buffer.h"
#include "runtime/alert.h"
#include "runtime/evaluator.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::runtime {

/// What the line of one alert is made from. Borrowed.
struct AlertView {
  AlertKind kind = AlertKind::match;
  EventTime time;
  EventPlace decided;                       ///< as of where tables are asked
  std::string_view key;                     ///< key bytes
  std::span<const TakenEvent* const> path;  ///< what was taken, the first event first
  const TakenEvent* named = nullptr;        ///< the last of the events that the outputs may name
  const WindowAnswers* window = nullptr;    ///< window rules
  EventTime window_begin = kTimeMin;        ///< what the window spans, if the alert is to tell it
  EventTime window_end = kTimeMin;
  patterns::VariableMask waiting = 0;  ///< timeouts: variables that could have gone on
  std::uint64_t suppressed = 0;        ///< alerts held back since the last one
  bool idle_clock = false;             ///< wall time stood in for the events'

  bool has_span() const { return window != nullptr || window_end != kTimeMin; }
};

/// For one rule. Looks at nothing but what it is given: not thread-safe, but no part of a shard.
class AlertWriter {
 public:
  /// All borrowed. tables  null: every look-up is null. scratch  for texts made while one alert is worked on
  AlertWriter(const patterns::Program& program,
              const Schema& schema,
              const TableStore* tables,
              Arena& scratch);

  /// Appends the line, with its break. null_operations  as of Scope
  /// cost  one pass over its bytes; texts only of what the rule's message and fields name
  void write(const AlertView& alert, std::uint64_t& null_operations, TextBuffer& line);

  /// Its id alone, as it stands in the line, without quotes. Valid until the next call.
  std::string_view id_of(const AlertView& alert);

  /// For the rule's expressions about it, until the next call.
  Scope scope_of(const AlertView& alert, std::uint64_t& null_operations);

 private:
  static constexpr std::size_t kIdBytes = 32;
  static constexpr std::size_t kConstantBytesMax =
      512;  ///< of what is the same for all rules, with the times

  /// What is the same for all alerts of one kind, ready to be appended.
  struct Kind {
    std::string head;                  // `{"id":"…","rule":…,"severity":…,"time":"`, the id yet to come
    std::string id_bytes;              // the first of those that the id is the hash of
    std::vector<std::string> message;  // the texts around its holes, as JSON, up to the closing quote
    std::vector<patterns::ExpressionId> holes;
    std::vector<std::string> fields;  // `"fields":{"query":`, then `,"waited":` and so on

    std::size_t constant_bytes() const;
  };
  static Kind make_kind(const patterns::Program& program, AlertKind kind);

  void gather_id_bytes(const AlertView& alert);
  void put_id(char* to) const;

  // Each puts its part at `at`, where there is room for all the constant texts of a line, and sees to it that
  // there is again behind what else it puts. Gives the end.
  char* put_time(char* at, EventTime time);
  char* put_text(std::string_view text, TextBuffer& line, char* at);
  char* put_value(const Value& v, TextBuffer& line, char* at);
  char* put_key(std::string_view bytes, TextBuffer& line, char* at);
  char* put_output(
      const AlertView& alert, const Kind& kind, std::uint64_t& null_operations, TextBuffer& line, char* at);
  char* put_hole(const Value& v, TextBuffer& line, char* at);
  char* put_events(std::span<const TakenEvent* const> path, TextBuffer& line, char* at) const;
  std::string_view waiting_text(patterns::VariableMask waiting);

  const patterns::Program& program_;
  const Schema& schema_;
  const TableStore* tables_;
  Arena& texts_;
  std::array<Kind, 2> kinds_;            // by AlertKind
  std::vector<std::string> key_begins_;  // by part of the key: `"key":{"user":`, then `,"device":` and so on
  std::vector<std::string> variable_begins_;  // by variable: `"s":[`
  std::size_t constant_bytes_ = 0;            // of a line, at most: all but keys, values and events
  patterns::VariableMask waiting_ = 0;        // of the last timeout
  std::string waiting_text_;                  // for it
  TextBuffer id_bytes_;                       // of the alert in hand
  std::array<char, kIdBytes> id_{};
  TimeWriter times_;
  std::string hole_;
  std::string escaped_;
};

}  // namespace tocsin::runtime
