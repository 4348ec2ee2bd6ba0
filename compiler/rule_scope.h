#pragma once
/// The rule being compiled: what its names stand for, and where its parts are put.

#include "base/schema.h"
#include "compiler/library.h"
#include "compiler/reporter.h"
#include "patterns/program.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::compiler {

class TableAnalysis;

/// One for each rule, borrowed by every step of its analysis.
struct RuleScope {
  const Library& library;
  Schema& schema;
  Reporter reporter;
  patterns::Program& program;  ///< variables are declared before anything else is analysed
  std::map<std::string, patterns::VariableMask, std::less<>>
      sets{};                        ///< `sets:`: names of unions of variables
  std::size_t expression_count = 0;  ///< nodes analysed so far, macros expanded
  TableAnalysis* tables = nullptr;   ///< of the rule set; none: there are no tables

  std::optional<patterns::VariableId> find_variable(std::string_view name) const;
  std::vector<std::string_view> variable_names() const;

  /// What a variable or a set of that name stands for; none if there is neither.
  patterns::VariableMask find_variables(std::string_view name) const;
  patterns::VariableMask all_variables() const;

  /// The type's id; nothing, with an error, when the rule set names too many.
  std::optional<TypeId> use_type(const dsl::Located<std::string>& name);

  /// The same for a type that alerts become.
  std::optional<TypeId> use_emitted_type(const dsl::Located<std::string>& name);

  /// The attribute's id, for events taken by `variables`, whatever their type.
  AttributeId use_attribute(const AttributePath& path,
                            patterns::VariableMask variables,
                            Reading reading,
                            dsl::Span span);
  /// The same for every event that the rule sees.
  AttributeId use_attribute_of_seen(const AttributePath& path, Reading reading, dsl::Span span);

 private:
  AttributeId use_attribute(const AttributePath& path, dsl::Span span);
  void use_of(bool any, const std::vector<TypeId>& types, AttributeId attribute, Reading reading);
};

/// Where an expression stands, and so what a name in it may mean.
struct Place {
  enum class Kind : std::uint8_t {
    condition,         ///< of a variable in a pattern: its own event, and those taken before
    window_condition,  ///< of a variable in a window without a pattern: its own event alone
    key,               ///< any event that the rule sees
    having,            ///< the events of a window
    output,            ///< the events of a match or a timeout
  };
  Kind kind = Kind::condition;
  patterns::VariableId own;            ///< of the conditions
  patterns::VariableMask visible = 0;  ///< variables that some path to this place can have bound
  bool sums_window = false;            ///< aggregates are of a window, which takes each event in as it comes

  bool has_own_event() const {
    return kind == Kind::condition || kind == Kind::window_condition || kind == Kind::key;
  }
};

}  // namespace tocsin::compiler
