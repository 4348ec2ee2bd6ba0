#pragma once
/// Numbers as people read them.

#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin::app {

/// `1 rule`, `3 rules`.
std::string count_of(std::uint64_t count, std::string_view noun);

/// `950`, `12.3k`, `4.5M`.
std::string short_number(double number);

}  // namespace tocsin::app
