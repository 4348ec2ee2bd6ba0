#pragma once
/// Bytes of keys and lists, as `append_key_bytes` and `append_item` write them, that come from elsewhere.

#include <cstddef>
#include <optional>
#include <string_view>

namespace tocsin {

/// How many values `bytes` are; nothing where they are not what these write.
std::optional<std::size_t> count_key_bytes(std::string_view bytes);

}  // namespace tocsin
