#include "patterns/table.h"

#define XXH_INLINE_ALL  // keys are short: the call would cost as much as the hash
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace tocsin::patterns {
namespace {

constexpr double kIntegersEnd = 9223372036854775808.0;  // 2^63

std::uint64_t hash_of_number(std::int64_t v, std::uint64_t seed) {
  return XXH3_64bits_withSeed(&v, sizeof v, seed);
}

/// Of a whole float as of the int.
std::uint64_t hash_of_real(double v, std::uint64_t seed) {
  const bool whole = v == std::floor(v) && v >= -kIntegersEnd && v < kIntegersEnd;
  if (whole) return hash_of_number(static_cast<std::int64_t>(v), seed);
  return XXH3_64bits_withSeed(&v, sizeof v, seed + 1);
}

std::optional<std::uint64_t> hash_of_part(const Value& v, std::uint64_t seed) {
  switch (v.kind()) {
    case ValueKind::string:
      return XXH3_64bits_withSeed(v.as_text().data(), v.as_text().size(), seed);
    case ValueKind::real:
      if (std::isnan(v.as_real())) return std::nullopt;
      return hash_of_real(v.as_real(), seed);
    case ValueKind::boolean:
    case ValueKind::integer:
    case ValueKind::duration:
    case ValueKind::time:
      return hash_of_number(v.as_integer(), seed);
    case ValueKind::null:
    case ValueKind::json:
    case ValueKind::list:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> hash_of_key(std::span<const Value> key) {
  std::uint64_t hash = 0;
  for (const Value& part : key) {
    const auto next = hash_of_part(part, hash);
    if (!next) return std::nullopt;
    hash = *next;
  }
  return hash;
}

bool same_key(std::span<const Value> a, std::span<const Value> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Value& x, const Value& y) {
    return compare(x, y) == Ordering::equal;
  });
}

Value TableRows::kept(const Value& value) {
  return value.is_text() ? value.with_text(texts_.copy(value.as_text())) : value;
}

std::uint32_t TableRows::add_row(std::span<const Value> values) {
  for (const Value& value : values) values_.push_back(kept(value));
  return rows_++;
}

bool TableRows::add_key(std::span<const Value> key, std::uint32_t row, bool named) {
  const auto hash = hash_of_key(key);
  if (!hash) return true;
  const std::uint32_t known = index_.find(*hash, [&](std::uint32_t n) { return same_key(key_at(n), key); });
  if (known != HashIndex::kNone) {
    row_of_[known] = row;
    named_[known] = named_[known] || named;
    return false;
  }
  index_.add(*hash, static_cast<std::uint32_t>(row_of_.size()));
  for (const Value& part : key) keys_.push_back(kept(part));
  row_of_.push_back(row);
  named_.push_back(named);
  return true;
}

const Value* TableRows::find(std::span<const Value> key) const {
  const auto hash = hash_of_key(key);
  if (!hash) return nullptr;
  const std::uint32_t found = index_.find(*hash, [&](std::uint32_t n) { return same_key(key_at(n), key); });
  return found == HashIndex::kNone ? nullptr : values_.data() + row_of_[found] * columns_;
}

bool TableRows::has_any(std::size_t column) const {
  for (std::size_t i = column; i < values_.size(); i += columns_) {
    if (!values_[i].is_null()) return true;
  }
  return false;
}

}  // namespace tocsin::patterns
