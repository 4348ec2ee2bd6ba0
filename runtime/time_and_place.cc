#include "runtime/time_and_place.h"

#include "runtime/operators.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <numbers>

namespace tocsin::runtime {
namespace {

using patterns::CivilTime;
using patterns::Op;

constexpr double kEarthRadiusKm = 6371.0088;  // IUGG's mean radius
constexpr double kNanosecondsMax = 9.2e18;

/// `count` `unit`s in nanoseconds; nothing if they do not fit.
std::optional<std::int64_t> nanoseconds(const Value& count, TimeFormat unit) {
  static constexpr std::array<std::int64_t, 4> kNanoseconds{1'000'000'000, 1'000'000, 1'000, 1};
  const std::int64_t per_unit = kNanoseconds[static_cast<std::size_t>(unit)];
  std::int64_t out = 0;
  if (count.kind() == ValueKind::integer) {
    if (__builtin_mul_overflow(count.as_integer(), per_unit, &out)) return std::nullopt;
    return out;
  }
  const double product = count.as_number() * static_cast<double>(per_unit);
  if (!(std::fabs(product) < kNanosecondsMax)) return std::nullopt;
  return std::llround(product);
}

double radians(double degrees) {
  return degrees * std::numbers::pi / 180;
}

double squared(double v) {
  return v * v;
}

bool is_place(double latitude, double longitude) {
  return std::fabs(latitude) <= 90 && std::fabs(longitude) <= 180;
}

}  // namespace

Value calendar_field(Op op,
                     const Value& time,
                     const patterns::TimeZone& zone,
                     std::uint64_t& null_operations) {
  if (time.is_null()) return time;
  if (time.kind() != ValueKind::time) return no_sense(null_operations);
  const CivilTime civil = patterns::civil_time(time.as_time(), zone);
  return Value::integer(op == Op::hour ? civil.hour : static_cast<int>(civil.weekday));
}

Value date_of(const Value& time,
              const patterns::TimeZone& zone,
              Arena& scratch,
              std::uint64_t& null_operations) {
  if (time.is_null()) return time;
  if (time.kind() != ValueKind::time) return no_sense(null_operations);
  const CivilTime civil = patterns::civil_time(time.as_time(), zone);
  std::array<char, 16> text;
  const auto end =
      fmt::format_to_n(text.data(), text.size(), "{:04}-{:02}-{:02}", civil.year, civil.month, civil.day).out;
  return Value::string(scratch.copy({text.data(), static_cast<std::size_t>(end - text.data())}));
}

Value to_time(const Value& v, TimeFormat unit, std::uint64_t& null_operations) {
  if (v.is_null() || v.kind() == ValueKind::time) return v;
  if (v.is_string()) {
    const auto time = parse_time_or_date(v.as_text());
    return time ? Value::time(*time) : no_sense(null_operations);
  }
  const auto ns = v.is_number() ? nanoseconds(v, unit) : std::nullopt;
  return ns ? Value::time(EventTime{Duration{*ns}}) : no_sense(null_operations);
}

Value to_duration(const Value& v, TimeFormat unit, std::uint64_t& null_operations) {
  if (v.is_null() || v.kind() == ValueKind::duration) return v;
  if (v.is_string()) {
    const auto duration = parse_duration(v.as_text());
    return duration ? Value::duration(*duration) : no_sense(null_operations);
  }
  const auto ns = v.is_number() ? nanoseconds(v, unit) : std::nullopt;
  return ns ? Value::duration(Duration{*ns}) : no_sense(null_operations);
}

Value in_blocks(const Value& text, const patterns::AddressSet& blocks, std::uint64_t& null_operations) {
  if (text.is_null()) return text;
  const auto address = text.is_string() ? patterns::parse_ip_address(text.as_text()) : std::nullopt;
  return address ? Value::boolean(blocks.contains(*address)) : no_sense(null_operations);
}

Value haversine(const Value& latitude_a,
                const Value& longitude_a,
                const Value& latitude_b,
                const Value& longitude_b,
                std::uint64_t& null_operations) {
  const std::array all{&latitude_a, &longitude_a, &latitude_b, &longitude_b};
  std::array<double, 4> degrees;
  for (const Value* v : all) {
    if (v->is_null()) return Value::null();
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i]->is_number()) return no_sense(null_operations);
    degrees[i] = all[i]->as_number();
  }
  const auto [lat_a, lon_a, lat_b, lon_b] = degrees;
  if (!is_place(lat_a, lon_a) || !is_place(lat_b, lon_b)) return no_sense(null_operations);
  const double h =
      squared(std::sin(radians(lat_b - lat_a) / 2)) +
      std::cos(radians(lat_a)) * std::cos(radians(lat_b)) * squared(std::sin(radians(lon_b - lon_a) / 2));
  return Value::real(2 * kEarthRadiusKm * std::asin(std::sqrt(std::min(1.0, h))));
}

}  // namespace tocsin::runtime
