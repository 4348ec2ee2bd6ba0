#pragma once
/// Decimal digits, eight at a time: times and numbers are most of what is read of an event.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tocsin {

inline constexpr std::size_t kEightDigits = 8;

/// The eight bytes at `text`, the first one lowest.
inline std::uint64_t eight_bytes(const char* text) {
  std::uint64_t bytes = 0;
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(&bytes, text, sizeof bytes);
  } else {
    for (std::size_t i = 0; i < sizeof bytes; ++i)
      bytes |= std::uint64_t{static_cast<unsigned char>(text[i])} << 8 * i;
  }
  return bytes;
}

/// Whether all of `eight_bytes` are digits.
constexpr bool are_digits(std::uint64_t bytes) {
  constexpr std::uint64_t kHigh = 0xF0F0F0F0F0F0F0F0;
  constexpr std::uint64_t kZeros = 0x3030303030303030;
  constexpr std::uint64_t kSixes = 0x0606060606060606;  // from '9' to the end of its sixteen
  return (bytes & kHigh) == kZeros && ((bytes + kSixes) & kHigh) == kZeros;
}

/// Their number. Pairs become numbers of two digits, pairs of these of four, and these one of eight.
constexpr std::uint64_t number_of_digits(std::uint64_t bytes) {
  bytes -= 0x3030303030303030;
  bytes = (bytes * 10 + (bytes >> 8)) & 0x00FF00FF00FF00FF;
  bytes = (bytes * 100 + (bytes >> 16)) & 0x0000FFFF0000FFFF;
  return (bytes * 10'000 + (bytes >> 32)) & 0xFFFFFFFF;
}

}  // namespace tocsin
