#pragma once
/// Small numbers that name one thing of one kind.

#include <compare>
#include <cstdint>
#include <limits>

namespace tocsin {

/// No arithmetic, no conversion to another kind. `none()` names nothing.
template <class Tag, class Number = std::uint32_t>
struct Id {
  Number value = std::numeric_limits<Number>::max();

  constexpr auto operator<=>(const Id&) const = default;
  static constexpr Id none() { return Id{}; }
  constexpr explicit operator bool() const { return value != std::numeric_limits<Number>::max(); }
};

/// An event type that some rule names. `kOtherType` stands for all types that no rule names.
using TypeId = Id<struct TypeTag, std::uint16_t>;
inline constexpr TypeId kOtherType{0};

/// An attribute path that some rule names, as `geo.country`.
using AttributeId = Id<struct AttributeTag, std::uint16_t>;

/// One partition of one source: events of a partition arrive in the order of their offsets.
using PartitionId = Id<struct PartitionTag>;

}  // namespace tocsin
