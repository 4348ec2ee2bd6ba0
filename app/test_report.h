#pragma once
/// Results of test cases as people, JSON readers and build servers want them.

#include "app/test_runner.h"

#include <string>
#include <vector>

namespace tocsin::app {

/// Failed cases with their reports, then `12 passed, 0 failed`.
std::string report_text(const std::vector<TestResult>& results, bool color);

/// {"passed":…,"failed":…,"tests":[{"name":…,"file":…,"line":…,"passed":…,"seconds":…,"report":…},…]}
std::string report_json(const std::vector<TestResult>& results);

/// JUnit's XML: one suite, a case each.
std::string report_junit(const std::vector<TestResult>& results);

std::size_t failed_count(const std::vector<TestResult>& results);

}  // namespace tocsin::app
