#pragma once
/// What is wrong with the text of an expression or a pattern, said from the token where the grammar stopped.

#include "dsl/lexer.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::dsl {

/// Thrown inside of the grammar and caught at its entry; never leaves dsl/grammar.cc.
struct SyntaxError {
  Span span;
  std::string code;
  std::string message;
  std::string hint;
};

/// What the text as a whole is.
enum class TextKind : std::uint8_t { expression, pattern, declaration, setting };

/// Explains why the grammar could not take tokens[at].
///
/// expected  what it would have taken, as "a value" or "`)`"; empty where it would have taken an end
SyntaxError explain(const std::vector<Token>& tokens,
                    std::size_t at,
                    std::string_view expected,
                    TextKind kind);

}  // namespace tocsin::dsl
