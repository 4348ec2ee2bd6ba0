#include "runtime/operators.h"

#include <algorithm>
#include <cmath>

namespace tocsin::runtime {
namespace {

using patterns::Op;

Value finite(double v, std::uint64_t& null_operations) {
  return std::isfinite(v) ? Value::real(v) : no_sense(null_operations);
}

bool ordered(Op op, Ordering o) {
  switch (op) {
    case Op::equal:
      return o == Ordering::equal;
    case Op::not_equal:
      return o != Ordering::equal;
    case Op::less:
      return o == Ordering::less;
    case Op::less_equal:
      return o != Ordering::greater;
    case Op::greater:
      return o == Ordering::greater;
    default:
      return o != Ordering::less;
  }
}

bool is_instant_or_span(const Value& v) {
  return v.kind() == ValueKind::duration || v.kind() == ValueKind::time;
}

/// int64 + - * %, or nothing on overflow and on % 0.
bool integer_operation(Op op, std::int64_t a, std::int64_t b, std::int64_t& out) {
  switch (op) {
    case Op::add:
      return !__builtin_add_overflow(a, b, &out);
    case Op::subtract:
      return !__builtin_sub_overflow(a, b, &out);
    case Op::multiply:
      return !__builtin_mul_overflow(a, b, &out);
    default:
      if (b == 0) return false;
      out = b == -1 ? 0 : a % b;  // INT64_MIN % -1 traps
      return true;
  }
}

double real_operation(Op op, double a, double b) {
  switch (op) {
    case Op::add:
      return a + b;
    case Op::subtract:
      return a - b;
    case Op::multiply:
      return a * b;
    case Op::divide:
      return a / b;
    case Op::pow:
      return std::pow(a, b);
    default:
      return std::fmod(a, b);
  }
}

/// The kind of `a op b` where a time or a duration takes part; null if there is none.
ValueKind temporal_kind(Op op, ValueKind a, ValueKind b) {
  using enum ValueKind;
  const bool sum = op == Op::add || op == Op::subtract;
  if (sum && a == duration && b == duration) return duration;
  if (sum && a == time && b == duration) return time;
  if (op == Op::add && a == duration && b == time) return time;
  if (op == Op::subtract && a == time && b == time) return duration;
  if (op == Op::multiply && ((a == duration && b == integer) || (a == integer && b == duration)))
    return duration;
  return null;
}

/// A duration times a float.
Value scaled(const Value& a, const Value& b, std::uint64_t& null_operations) {
  const double ns = a.as_number() * b.as_number();
  const bool durations = a.kind() == ValueKind::duration || b.kind() == ValueKind::duration;
  if (!durations || !(std::fabs(ns) < 9.2e18)) return no_sense(null_operations);
  return Value::duration(Duration{std::llround(ns)});
}

Value temporal(Op op, const Value& a, const Value& b, std::uint64_t& null_operations) {
  if (op == Op::divide && a.kind() == ValueKind::duration) {
    if (b.kind() == ValueKind::duration && b.as_integer() != 0) {
      return Value::real(static_cast<double>(a.as_integer()) / static_cast<double>(b.as_integer()));
    }
    if (b.kind() == ValueKind::integer && b.as_integer() > 0) {
      return Value::duration(Duration{a.as_integer() / b.as_integer()});
    }
    return no_sense(null_operations);
  }
  if (op == Op::multiply && (a.kind() == ValueKind::real || b.kind() == ValueKind::real)) {
    return scaled(a, b, null_operations);
  }
  const ValueKind kind = temporal_kind(op, a.kind(), b.kind());
  std::int64_t out = 0;
  if (kind == ValueKind::null || !integer_operation(op, a.as_integer(), b.as_integer(), out)) {
    return no_sense(null_operations);
  }
  return kind == ValueKind::time ? Value::time(EventTime{Duration{out}}) : Value::duration(Duration{out});
}

char lower_ascii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
char upper_ascii(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

bool same_letter(char a, char b) {
  return lower_ascii(a) == lower_ascii(b);
}

bool test_exact(Op op, std::string_view text, std::string_view part) {
  if (op == Op::starts_with) return text.starts_with(part);
  if (op == Op::ends_with) return text.ends_with(part);
  return text.find(part) != std::string_view::npos;
}

bool test_any_case(Op op, std::string_view text, std::string_view part) {
  if (op == Op::contains) {
    return std::search(text.begin(), text.end(), part.begin(), part.end(), same_letter) != text.end() ||
           part.empty();
  }
  if (part.size() > text.size()) return false;
  const std::string_view at =
      op == Op::starts_with ? text.substr(0, part.size()) : text.substr(text.size() - part.size());
  return std::equal(at.begin(), at.end(), part.begin(), same_letter);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

Value compare_with(Op op, const Value& a, const Value& b, std::uint64_t& null_operations) {
  if (a.is_null() || b.is_null()) return Value::null();
  const Ordering o = compare(a, b);
  if (o == Ordering::incomparable) return no_sense(null_operations);
  return Value::boolean(ordered(op, o));
}

Value arithmetic(Op op, const Value& a, const Value& b, std::uint64_t& null_operations) {
  if (a.is_null() || b.is_null()) return Value::null();
  if (is_instant_or_span(a) || is_instant_or_span(b)) return temporal(op, a, b, null_operations);
  if (!a.is_number() || !b.is_number()) return no_sense(null_operations);
  const bool integers = a.kind() == ValueKind::integer && b.kind() == ValueKind::integer;
  if (integers && op != Op::divide && op != Op::pow) {
    std::int64_t out = 0;
    if (!integer_operation(op, a.as_integer(), b.as_integer(), out)) return no_sense(null_operations);
    return Value::integer(out);
  }
  if ((op == Op::divide || op == Op::modulo) && b.as_number() == 0) return no_sense(null_operations);
  return finite(real_operation(op, a.as_number(), b.as_number()), null_operations);
}

Value unary_number(Op op, const Value& a, std::uint64_t& null_operations) {
  if (a.is_null()) return Value::null();
  const bool sign = op == Op::negate || op == Op::abs;
  if (sign && (a.kind() == ValueKind::integer || a.kind() == ValueKind::duration)) {
    if (a.as_integer() == std::numeric_limits<std::int64_t>::min()) return no_sense(null_operations);
    const std::int64_t v = op == Op::negate || a.as_integer() < 0 ? -a.as_integer() : a.as_integer();
    return a.kind() == ValueKind::integer ? Value::integer(v) : Value::duration(Duration{v});
  }
  if (!a.is_number()) return no_sense(null_operations);
  if (a.kind() == ValueKind::integer && (op == Op::round || op == Op::floor || op == Op::ceil)) return a;
  const double v = a.as_number();
  switch (op) {
    case Op::negate:
      return finite(-v, null_operations);
    case Op::abs:
      return finite(std::fabs(v), null_operations);
    case Op::round:
      return finite(std::round(v), null_operations);
    case Op::floor:
      return finite(std::floor(v), null_operations);
    case Op::ceil:
      return finite(std::ceil(v), null_operations);
    case Op::sqrt:
      return finite(std::sqrt(v), null_operations);
    default:
      return finite(std::log(v), null_operations);
  }
}

Value text_test(Op op, bool ignore_case, const Value& a, const Value& b, std::uint64_t& null_operations) {
  if (a.is_null() || b.is_null()) return Value::null();
  if (!a.is_string() || !b.is_string()) return no_sense(null_operations);
  return Value::boolean(ignore_case ? test_any_case(op, a.as_text(), b.as_text())
                                    : test_exact(op, a.as_text(), b.as_text()));
}

Value text_change(Op op, const Value& a, Arena& arena, std::uint64_t& null_operations) {
  if (a.is_null()) return a;
  if (!a.is_string()) return no_sense(null_operations);
  const std::string_view text = a.as_text();
  if (op == Op::trim) return Value::string(trimmed(text));
  char* to = arena.allocate<char>(text.size());
  std::transform(text.begin(), text.end(), to, op == Op::lower ? lower_ascii : upper_ascii);
  return Value::string({to, text.size()});
}

Value text_length(const Value& a, std::uint64_t& null_operations) {
  if (a.is_null()) return a;
  if (!a.is_string()) return no_sense(null_operations);
  const auto starts_point = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  return Value::integer(std::count_if(a.as_text().begin(), a.as_text().end(), starts_point));
}

}  // namespace tocsin::runtime
