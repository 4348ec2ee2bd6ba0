#pragma once
/// What one attribute must be, asked without the evaluator: a number between two, a value, not true. Most of
/// what rules say of an event by itself is no more than that.

#include "base/value.h"

#include <cstdint>

namespace tocsin::runtime {

class TermTest {
 public:
  enum class Answer : std::uint8_t {
    no,
    yes,
    unsure,  ///< it is of another kind: the condition itself must be asked, and counts that
  };

  /// From `low` to `high`, both included.
  static TermTest between(double low, double high) {
    TermTest test;
    test.low_ = low;
    test.high_ = high;
    return test;
  }
  /// `value` equals itself; its text must outlive the test.
  static TermTest equal_to(const Value& value) {
    TermTest test;
    test.kind_ = Kind::equal;
    test.value_ = value;
    return test;
  }
  /// As it is where there is none.
  static TermTest not_true() {
    TermTest test;
    test.kind_ = Kind::not_true;
    return test;
  }

  Answer ask(const Value& v) const {
    if (kind_ == Kind::not_true) return v.is_true() ? Answer::no : Answer::yes;
    if (v.is_null()) return Answer::no;
    return kind_ == Kind::range ? ask_range(v) : ask_value(v);
  }

 private:
  Answer ask_range(const Value& v) const {
    if (!v.is_number()) return Answer::unsure;
    const double number = v.as_number();
    if (number >= low_ && number <= high_) return Answer::yes;
    return number < low_ || number > high_ ? Answer::no : Answer::unsure;  // it is a NaN
  }
  Answer ask_value(const Value& v) const {
    const Ordering order = compare(v, value_);
    if (order == Ordering::equal) return Answer::yes;
    return order == Ordering::incomparable ? Answer::unsure : Answer::no;
  }

  enum class Kind : std::uint8_t { range, equal, not_true };

  Kind kind_ = Kind::range;
  double low_ = 0;
  double high_ = 0;
  Value value_;
};

}  // namespace tocsin::runtime
