#pragma once
/// UTF-8: how code points become bytes, and which bytes are none.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::dsl {

/// Whether `byte` is the second or a later one of a code point.
constexpr bool continues_code_point(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// The bytes of `code`.
std::string encode_utf8(std::uint32_t code);

/// The offset of the first byte that is no UTF-8 or that is a control character other than tab and line
/// breaks.
std::optional<std::size_t> find_unprintable(std::string_view text);

}  // namespace tocsin::dsl
