#pragma once
/// Reads conditions node by node, as section 4 of the language defines them. Slow, and of its own making: it
/// shares the expression's data structures with the engine, and no code.

#include "base/event.h"
#include "base/schema.h"
#include "patterns/program.h"
#include "patterns/table.h"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace tocsin::oracle {

struct Taken {
  const Event* event = nullptr;
  patterns::VariableId variable;
};

/// Whether a variable's own key, if it has one, is that of the stream.
using MayTake = std::function<bool(const Event& event, patterns::VariableId variable)>;

/// What look-ups in tables see: the tables by their id, and all events there are, in order, whatever their
/// key.
struct History {
  std::span<const std::shared_ptr<const patterns::Table>> tables;
  std::span<const Event> events;
};

class Interpreter {
 public:
  /// All are borrowed. `seen` are the events among which an event under test has others before it.
  Interpreter(const patterns::Program& program,
              const Schema& schema,
              const History& history,
              std::span<const Event> seen,
              MayTake may_take = nullptr)
      : program_{program}, schema_{schema}, history_{history}, seen_{seen}, may_take_{std::move(may_take)} {}

  /// Whether `event` may be taken as `variable` after `taken`: by its type and the variable's condition.
  bool satisfies(const Event& event, patterns::VariableId variable, std::span<const Taken> taken) const;

  /// Operators that no generated rule uses are a failed check.
  Value evaluate(patterns::ExpressionId id, const Event* own, std::span<const Taken> taken) const;

  /// The fields of an alert as JSON; empty if it has none.
  std::string fields(const patterns::Output& output, std::span<const Taken> taken) const;

 private:
  class Evaluation;

  const patterns::Program& program_;
  const Schema& schema_;
  History history_;
  std::span<const Event> seen_;
  MayTake may_take_;
};

}  // namespace tocsin::oracle
