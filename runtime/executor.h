#pragma once
/// Which executor runs a rule.

#include "runtime/context.h"

#include <cstdint>
#include <memory>
#include <string_view>

namespace tocsin::runtime {

enum class ExecutorKind : std::uint8_t { absence, window, window_pattern, sequence, pattern, settings };

struct ExecutorChoice {
  ExecutorKind kind;
  std::string_view name;
  std::string_view reason;  ///< for people
};

ExecutorChoice choose_executor(const patterns::Program& program);

std::unique_ptr<Executor> make_executor(Context& context, std::uint32_t rule);

}  // namespace tocsin::runtime
