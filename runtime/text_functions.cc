#include "runtime/text_functions.h"

#include "runtime/operators.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

namespace tocsin::runtime {
namespace {

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

/// Where character `n` of `text` begins; its end if it has fewer.
std::size_t byte_of_character(std::string_view text, std::int64_t n) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (begins_character(text[i]) && n-- == 0) return i;
  }
  return text.size();
}

std::int64_t count_characters(std::string_view text) {
  return std::count_if(text.begin(), text.end(), begins_character);
}

using Characters = std::array<std::string_view, kLevenshteinCharactersMax>;

/// The characters of `text`, in `storage`; nothing if there are too many.
std::optional<std::span<const std::string_view>> characters_of(std::string_view text, Characters& storage) {
  std::size_t count = 0;
  for (std::size_t begin = 0; begin < text.size(); ++count) {
    if (count == storage.size()) return std::nullopt;
    std::size_t end = begin + 1;
    while (end < text.size() && !begins_character(text[end])) ++end;
    storage[count] = text.substr(begin, end - begin);
    begin = end;
  }
  return std::span{storage}.first(count);
}

using Text = std::span<const std::string_view>;

std::int64_t distance(Text a, Text b) {
  std::array<std::uint16_t, kLevenshteinCharactersMax + 1> row;  // to the first i of b
  for (std::size_t i = 0; i <= b.size(); ++i) row[i] = static_cast<std::uint16_t>(i);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::uint16_t diagonal = row[0];
    row[0] = static_cast<std::uint16_t>(i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const int replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = static_cast<std::uint16_t>(std::min({replaced, row[j] + 1, diagonal + 1}));
    }
  }
  return row[b.size()];
}

}  // namespace

Value substr(const Value& text, const Value& start, const Value& length, std::uint64_t& null_operations) {
  if (text.is_null() || start.is_null() || length.is_null()) return Value::null();
  const bool counts = start.kind() == ValueKind::integer && length.kind() == ValueKind::integer;
  if (!text.is_string() || !counts || length.as_integer() < 0) return no_sense(null_operations);
  const std::string_view all = text.as_text();
  std::int64_t first = start.as_integer();
  if (first < 0) first = std::max<std::int64_t>(0, first + count_characters(all));
  const std::string_view from = all.substr(byte_of_character(all, first));
  return Value::string(from.substr(0, byte_of_character(from, length.as_integer())));
}

Value split(const Value& text, const Value& separator, Arena& scratch, std::uint64_t& null_operations) {
  if (text.is_null() || separator.is_null()) return Value::null();
  const bool texts = text.is_string() && separator.is_string();
  if (!texts || separator.as_text().empty()) return no_sense(null_operations);
  std::string items;
  std::string_view rest = text.as_text();
  while (true) {
    const std::size_t end = std::min(rest.find(separator.as_text()), rest.size());
    append_item(items, Value::string(rest.substr(0, end)));
    if (end == rest.size()) break;
    rest.remove_prefix(end + separator.as_text().size());
  }
  return Value::list(scratch.copy(items));
}

Value entropy(const Value& text, std::uint64_t& null_operations) {
  if (text.is_null()) return text;
  if (!text.is_string() || text.as_text().size() > kEntropyBytesMax) return no_sense(null_operations);
  std::array<std::uint32_t, 256> counts{};
  for (const char c : text.as_text()) ++counts[static_cast<unsigned char>(c)];
  const auto size = static_cast<double>(text.as_text().size());
  double bits = 0;
  for (const std::uint32_t count : counts) {
    if (count > 0) bits += count / size * std::log2(size / count);
  }
  return Value::real(bits);
}

Value levenshtein(const Value& a, const Value& b, std::uint64_t& null_operations) {
  if (a.is_null() || b.is_null()) return Value::null();
  if (!a.is_string() || !b.is_string()) return no_sense(null_operations);
  Characters storage_a;
  Characters storage_b;
  const auto text_a = characters_of(a.as_text(), storage_a);
  const auto text_b = characters_of(b.as_text(), storage_b);
  if (!text_a || !text_b) return no_sense(null_operations);
  return Value::integer(distance(*text_a, *text_b));
}

Value hash_of(const std::string& key_bytes) {
  const std::uint64_t hash = XXH3_64bits(key_bytes.data(), key_bytes.size());
  return Value::integer(static_cast<std::int64_t>(hash & std::numeric_limits<std::int64_t>::max()));
}

}  // namespace tocsin::runtime
