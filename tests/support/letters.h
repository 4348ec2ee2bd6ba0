#pragma once
/// Tries a rule on a stream written as letters, and tells its alerts as short text.

#include <string>

namespace tocsin::tests {

/// rule    the rule file's text; its events have types `a`, `b`, … and an attribute `v`
/// events  one word an event, a second apart: `a`, or `a=5`, `a=1.5`, `a=x` with v an int, a float, a text.
/// `.` lets a
///         second pass; `a+b` come at the same second. At the end time runs out
/// Gives   `match(a0 b1) timeout(a3)`: kinds and the taken events, each with its second, in the order of the
/// alerts.
///         A timeout or a late match tells its own time where it is not the last event's: `timeout(a0)@2`.
///         Then what the alert has of a window, of fields, and how many were held back before it:
///         `match(a1)@5[0..5]{n=2 sum=7}+3`
/// The rule is run alone and as one of many; the answers must be the same.
std::string run_letters(const std::string& rule, const std::string& events);

/// The same for a rule with `a: a`, `b: b`, … and the given pattern and further settings, one a line.
std::string run_pattern(const std::string& pattern, const std::string& settings, const std::string& events);

}  // namespace tocsin::tests
