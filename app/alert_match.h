#pragma once
/// Expected alerts against those that came: who goes with whom, and how they differ.

#include <string>
#include <vector>

namespace tocsin::app {

/// How `actual` differs from what `expected` names, one line a field, as `fields.probes: expected 3, got 4`.
/// Both are JSON. Maps are compared by the members that `expected` names, lists item by item, numbers by
/// value.
std::vector<std::string> differences(const std::string& expected, const std::string& actual);

/// A readable account of all that is missing, unexpected or different; empty if every expected alert came, in
/// this order, and no other. cost  O(expected * actual)
std::string compare_alerts(const std::vector<std::string>& expected, const std::vector<std::string>& actual);

}  // namespace tocsin::app
