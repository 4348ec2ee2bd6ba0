#pragma once
/// Evaluates one expression or message as text, over one event given as JSON.

#include <string>

namespace tocsin::tests {

/// `int 5`, `string "a"`, `null null`; a `!` behind it where something made no sense. What the parser or the
/// compiler finds wrong instead: ``E0504 `len()` ``. The event's time is 2023-11-14T22:13:20Z.
std::string evaluate_text(const std::string& expression, const std::string& event = "{}");

/// What a message comes to, or what is wrong with it. Bare names are the event's attributes.
std::string write_message(const std::string& message, const std::string& event = "{}");

}  // namespace tocsin::tests
