#pragma once
/// Finds where in the file each byte of a YAML scalar was written.
///
/// A YAML reader gives the value of a scalar and the place where it begins. Between the two lie quotes,
/// escapes, folded lines and the indentation of blocks. This walks the file and the value side by side and
/// pairs them up; a value that cannot be paired to the last byte is mapped to the scalar's start, never to a
/// wrong place.

#include "dsl/mapped_text.h"
#include "dsl/source_file.h"

#include <cstdint>
#include <memory>
#include <string_view>

namespace tocsin::dsl {

struct ScalarText {
  MappedText text;  ///< text() is the value
  Span span;        ///< of the scalar as written, quotes and all
};

/// begin  offset of the scalar's first character: a quote, a block indicator, or its first letter
/// value  what the YAML reader made of it
/// cost   O(length of the scalar as written)
ScalarText map_scalar(std::shared_ptr<const SourceFile> file, std::uint32_t begin, std::string_view value);

}  // namespace tocsin::dsl
