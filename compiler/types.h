#pragma once
/// Static types of expressions. Attributes carry no declared type, so most are `any` and are checked as
/// events come.

#include "base/value.h"
#include "dsl/ast.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace tocsin::compiler {

enum class Type : std::uint8_t {
  any,  ///< known only when the event is there
  null,
  boolean,
  number,  ///< int or float: they mix freely
  string,
  duration,
  time,
  list,
};
std::string_view name_of(Type type);

Type type_of(const Value& value);

/// Whether a value of type `have` may be used where `want` is asked for. `any` goes with everything but
/// lists.
bool fits(Type have, Type want);

/// Whether `==`, `<`, … can ever say anything but null.
bool comparable(Type a, Type b);

/// The one type of a value that may come from either.
Type joined(Type a, Type b);

/// What `a op b` gives for + - * / %; nothing if it can only be null.
std::optional<Type> arithmetic_type(dsl::BinaryOp op, Type a, Type b);

}  // namespace tocsin::compiler
