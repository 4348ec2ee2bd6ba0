#pragma once
/// Which executor runs a rule.

#include "runtime/context.h"

#include <cstdint>
#include <memory>
#include <string_view>

namespace tocsin::runtime {

enum class ExecutorKind : std::uint8_t {
  absence,
  window,
  window_pattern,
  sequence,
  deterministic,
  pattern,
  settings
};

struct ExecutorChoice {
  ExecutorKind kind;
  std::string_view name;
  std::string_view reason;  ///< for people, as is the rest
  std::string_view event_cost;
  std::string_view kept;  ///< what `max runs per key` counts; empty: nothing such
};

/// general_only  none that is there for a special shape of patterns alone
ExecutorChoice choose_executor(const patterns::Program& program, bool general_only = false);

std::unique_ptr<Executor> make_executor(Context& context, std::uint32_t rule, bool general_only = false);

}  // namespace tocsin::runtime
