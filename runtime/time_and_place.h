#pragma once
/// Functions of the language over times, durations, addresses and places on the earth. Null in, null out;
/// what makes no sense is null and counted.

#include "base/arena.h"
#include "base/value.h"
#include "patterns/expression.h"

#include <cstdint>

namespace tocsin::runtime {

/// hour (0 to 23) and weekday (1 Monday to 7 Sunday) in `zone`.
Value calendar_field(patterns::Op op,
                     const Value& time,
                     const patterns::TimeZone& zone,
                     std::uint64_t& null_operations);

/// `2023-11-14` in `zone`.
Value date_of(const Value& time,
              const patterns::TimeZone& zone,
              Arena& scratch,
              std::uint64_t& null_operations);

/// A text in RFC 3339, a date (its midnight in UTC), or a number of `unit`s since the epoch.
Value to_time(const Value& v, TimeFormat unit, std::uint64_t& null_operations);

/// A text as rules write durations, or a number of `unit`s.
Value to_duration(const Value& v, TimeFormat unit, std::uint64_t& null_operations);

/// Whether the address that `text` is lies in one of `blocks`.
Value in_blocks(const Value& text, const patterns::AddressSet& blocks, std::uint64_t& null_operations);

/// Kilometres along the surface of a sphere with the earth's mean radius; degrees in.
Value haversine(const Value& latitude_a,
                const Value& longitude_a,
                const Value& latitude_b,
                const Value& longitude_b,
                std::uint64_t& null_operations);

}  // namespace tocsin::runtime
