#pragma once
/// Alerts as events that other rules see (`emit to:`), as JSON:
/// {"type":…,"time":…, the fields, the key, "rule":…,"kind":…,"severity":…,"alert":…}.
///
/// Of members of one name the first stands: a field wins over a part of the key, and that over what all
/// alerts have.

#include "base/event.h"
#include "runtime/alert.h"
#include "runtime/evaluator.h"

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::runtime {

/// For one rule.
class DerivedWriter {
 public:
  DerivedWriter(const patterns::Program& program, const Schema& schema);

  /// Appends the event that the alert `id` becomes. scope  as for the alert's fields; has the key
  void write(AlertKind kind, EventTime time, std::string_view id, const Scope& scope, std::string& out);

 private:
  /// Text, then a part of the key.
  struct KeyPiece {
    std::string text;
    std::size_t part = 0;
  };
  /// Text, then a field.
  struct FieldPiece {
    std::string text;
    patterns::ExpressionId value;
  };
  struct Form {
    std::string head;                // up to the time
    std::vector<FieldPiece> fields;  // in order
    std::vector<KeyPiece> key;       // in order
    std::string tail;                // behind the key, up to the id
  };

  Form form_of(AlertKind kind, const patterns::Output& output, const Schema& schema) const;
  void place_key(Form& form, std::set<std::string>& taken, const Schema& schema) const;
  const std::optional<patterns::Output>& output_of(AlertKind kind) const;

  const patterns::Program& program_;
  std::array<Form, 2> forms_;  // by kind
  std::vector<Value> key_;     // of the alert in hand, by part
};

/// The id of the alert that became the event with these raw bytes.
std::string_view alert_id_of(std::string_view raw);

}  // namespace tocsin::runtime
