#pragma once
/// Message templates: text with `{expression}` and `{expression:format}` in it.

#include "dsl/ast.h"
#include "dsl/diagnostics.h"
#include "dsl/mapped_text.h"

#include <optional>

namespace tocsin::dsl {

/// Braces are written twice to stand for themselves. Reports every hole that is wrong, and then gives
/// nothing.
std::optional<Template> parse_template(const MappedText& text, Diagnostics& diagnostics);

}  // namespace tocsin::dsl
