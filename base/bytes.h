#pragma once
/// Copying and comparing the few bytes that keys and names are: a call would cost more than the work.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace tocsin {

/// As std::memcpy.
inline void copy_bytes(char* to, const char* from, std::size_t size) {
  if (size > 32) {
    std::memcpy(to, from, size);
  } else if (size > 16) {
    std::array<char, 16> first;
    std::array<char, 16> last;
    std::memcpy(first.data(), from, 16);
    std::memcpy(last.data(), from + size - 16, 16);
    std::memcpy(to, first.data(), 16);
    std::memcpy(to + size - 16, last.data(), 16);
  } else if (size >= 8) {  // two halves that may overlap; so below
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::memcpy(&first, from, 8);
    std::memcpy(&last, from + size - 8, 8);
    std::memcpy(to, &first, 8);
    std::memcpy(to + size - 8, &last, 8);
  } else if (size >= 4) {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::memcpy(&first, from, 4);
    std::memcpy(&last, from + size - 4, 4);
    std::memcpy(to, &first, 4);
    std::memcpy(to + size - 4, &last, 4);
  } else {
    for (std::size_t i = 0; i < size; ++i) to[i] = from[i];
  }
}

/// The same of a text, which has room at `to`. Gives the end.
inline char* put_bytes(char* to, std::string_view text) {
  copy_bytes(to, text.data(), text.size());
  return to + text.size();
}

/// Whether the `size` bytes at `a` and `b` are the same.
inline bool same_bytes(const char* a, const char* b, std::size_t size) {
  if (size > 16 || size < 8) return std::memcmp(a, b, size) == 0;
  std::uint64_t a_first = 0;
  std::uint64_t a_last = 0;
  std::uint64_t b_first = 0;
  std::uint64_t b_last = 0;
  std::memcpy(&a_first, a, 8);
  std::memcpy(&a_last, a + size - 8, 8);
  std::memcpy(&b_first, b, 8);
  std::memcpy(&b_last, b + size - 8, 8);
  return ((a_first ^ b_first) | (a_last ^ b_last)) == 0;
}

/// The at most 8 bytes at `from` as a word, the first of them lowest; the rest of it is 0. Reads nothing that
/// was written in parts just before, which would wait for these.
inline std::uint64_t word_of_bytes(const char* from, std::size_t size) {
  if (size >= 4) {  // two halves that may overlap
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::memcpy(&first, from, 4);
    std::memcpy(&last, from + size - 4, 4);
    return first | std::uint64_t{last} << (8 * (size - 4));
  }
  if (size == 0) return 0;
  const auto byte = [from](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(from[i])}; };
  const std::size_t middle = size / 2;
  const std::size_t end = size - 1;
  return byte(0) | byte(middle) << (8 * middle) | byte(end) << (8 * end);
}

}  // namespace tocsin
