#pragma once
/// Writes values the way a message's format says.

#include "base/value.h"
#include "patterns/format_spec.h"

#include <string>

namespace tocsin::runtime {

/// Appends `v` as `spec` says. What the spec does not fit is written as without a format, as wide as asked.
void append_formatted(std::string& out, const Value& v, const patterns::FormatSpec& spec);

}  // namespace tocsin::runtime
