#pragma once
/// The functions of the expression language: what they are called, take and give.

#include "compiler/types.h"
#include "patterns/expression.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tocsin::compiler {

/// Arguments that must be literals, because they are made ready before any event comes: those behind the
/// first.
enum class Prepared : std::uint8_t {
  none,
  zone,    ///< the name of a time zone; UTC without
  unit,    ///< of a number: `s` (without), `ms`, `us`, `ns`
  blocks,  ///< of addresses
};

struct Function {
  static constexpr std::size_t kAnyNumber = 0xFFFF;

  std::string_view name;
  patterns::Op op;
  std::size_t arguments_min;
  std::size_t arguments_max;
  std::array<Type, 3> arguments;  ///< the last one stands for all further ones
  Type result;
  bool takes_lists = false;  ///< in place of what `arguments` says
  Prepared prepared = Prepared::none;

  Type argument(std::size_t i) const { return arguments[i < arguments.size() ? i : arguments.size() - 1]; }
};

/// Null if there is none of that name.
const Function* find_function(std::string_view name);

/// Null if there is none of that name.
const patterns::AggregateKind* find_aggregate(std::string_view name);

/// Of functions and aggregates.
std::vector<std::string_view> function_names();

}  // namespace tocsin::compiler
