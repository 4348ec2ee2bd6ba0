#include "app/wording.h"

#include <fmt/format.h>

#include <array>

namespace tocsin::app {

std::string count_of(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string short_number(double number) {
  static constexpr std::array kUnits = {"", "k", "M", "G"};
  std::size_t unit = 0;
  while (number >= 999.95 && unit + 1 < kUnits.size()) {
    number /= 1000;
    ++unit;
  }
  return unit == 0 ? fmt::format("{:.0f}", number) : fmt::format("{:.1f}{}", number, kUnits[unit]);
}

}  // namespace tocsin::app
