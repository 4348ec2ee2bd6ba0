#include "compiler/types.h"

#include "base/check.h"

namespace tocsin::compiler {

std::string_view name_of(Type type) {
  switch (type) {
    case Type::any:
      return "any";
    case Type::null:
      return "null";
    case Type::boolean:
      return "bool";
    case Type::number:
      return "number";
    case Type::string:
      return "string";
    case Type::duration:
      return "duration";
    case Type::time:
      return "time";
    case Type::list:
      return "list";
  }
  TOCSIN_CHECK(false, "no such type");
  return {};
}

Type type_of(const Value& value) {
  switch (value.kind()) {
    case ValueKind::null:
      return Type::null;
    case ValueKind::boolean:
      return Type::boolean;
    case ValueKind::integer:
    case ValueKind::real:
      return Type::number;
    case ValueKind::string:
      return Type::string;
    case ValueKind::duration:
      return Type::duration;
    case ValueKind::time:
      return Type::time;
    case ValueKind::json:
      return Type::any;
    case ValueKind::list:
      return Type::list;
  }
  TOCSIN_CHECK(false, "no such kind");
  return {};
}

bool fits(Type have, Type want) {
  if (have == Type::list || want == Type::list) return have == want;
  return want == Type::any || have == Type::any || have == want;
}

bool comparable(Type a, Type b) {
  if (a == Type::null || b == Type::null || a == Type::list || b == Type::list) return false;
  return a == Type::any || b == Type::any || a == b;
}

Type joined(Type a, Type b) {
  if (a == b || b == Type::null) return a;
  return a == Type::null ? b : Type::any;
}

namespace {

bool takes_part(Type type) {
  return type == Type::any || type == Type::number || type == Type::duration || type == Type::time;
}

std::optional<Type> sum_type(Type a, Type b) {
  if (a == Type::any || b == Type::any)
    return a == Type::number || b == Type::number ? Type::number : Type::any;
  if (a == Type::time && b == Type::time) return std::nullopt;
  if (a == Type::time || b == Type::time) {
    const Type other = a == Type::time ? b : a;
    return other == Type::duration ? std::optional{Type::time} : std::nullopt;
  }
  return a == b ? std::optional{a} : std::nullopt;
}

std::optional<Type> difference_type(Type a, Type b) {
  if (a == Type::any || b == Type::any)
    return a == Type::number || b == Type::number ? Type::number : Type::any;
  if (a == Type::time && b == Type::time) return Type::duration;
  if (a == Type::time && b == Type::duration) return Type::time;
  return a == b ? std::optional{a} : std::nullopt;
}

std::optional<Type> product_type(Type a, Type b) {
  if (a == Type::time || b == Type::time) return std::nullopt;
  if (a == Type::any || b == Type::any) return Type::any;
  if (a == Type::duration && b == Type::duration) return std::nullopt;
  return a == Type::duration || b == Type::duration ? Type::duration : Type::number;
}

std::optional<Type> quotient_type(Type a, Type b) {
  if (a == Type::time || b == Type::time) return std::nullopt;
  if (a == Type::any || b == Type::any) return Type::any;
  if (a == Type::duration) return b == Type::duration ? Type::number : Type::duration;
  return b == Type::number ? std::optional{Type::number} : std::nullopt;
}

std::optional<Type> remainder_type(Type a, Type b) {
  if (!fits(a, Type::number) || !fits(b, Type::number)) return std::nullopt;
  return Type::number;
}

}  // namespace

std::optional<Type> arithmetic_type(dsl::BinaryOp op, Type a, Type b) {
  if (!takes_part(a) || !takes_part(b)) return std::nullopt;
  switch (op) {
    case dsl::BinaryOp::add:
      return sum_type(a, b);
    case dsl::BinaryOp::subtract:
      return difference_type(a, b);
    case dsl::BinaryOp::multiply:
      return product_type(a, b);
    case dsl::BinaryOp::divide:
      return quotient_type(a, b);
    default:
      return remainder_type(a, b);
  }
}

}  // namespace tocsin::compiler
