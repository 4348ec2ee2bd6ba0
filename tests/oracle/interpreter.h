#pragma once
/// Reads conditions node by node, as section 4 of the language defines them. Slow, and of its own making: it
/// shares the expression's data structures with the engine, and no code.

#include "base/event.h"
#include "base/schema.h"
#include "patterns/program.h"

#include <span>

namespace tocsin::oracle {

struct Taken {
  const Event* event = nullptr;
  patterns::VariableId variable;
};

class Interpreter {
 public:
  /// Both are borrowed.
  Interpreter(const patterns::Program& program, const Schema& schema) : program_{program}, schema_{schema} {}

  /// Whether `event` may be taken as `variable` after `taken`: by its type and the variable's condition.
  bool satisfies(const Event& event, patterns::VariableId variable, std::span<const Taken> taken) const;

  /// Operators that no generated rule uses are a failed check.
  Value evaluate(patterns::ExpressionId id, const Event* own, std::span<const Taken> taken) const;

 private:
  class Evaluation;

  const patterns::Program& program_;
  const Schema& schema_;
};

}  // namespace tocsin::oracle
