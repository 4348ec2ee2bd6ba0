#pragma once
/// Blocks of IP addresses, as `cidr(ip, '10.0.0.0/8', 'fd00::/8')` names them, ready to be searched.

#include "base/result.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::patterns {

/// IPv4 and IPv6; an IPv4 address written as IPv6 (`::ffff:10.0.0.1`) is the IPv4 address.
struct IpAddress {
  std::uint8_t version = 4;
  std::uint64_t high = 0;  ///< 0 for IPv4
  std::uint64_t low = 0;
  auto operator<=>(const IpAddress&) const = default;
};

std::optional<IpAddress> parse_ip_address(std::string_view text);

/// Immutable once its blocks are added.
class AddressSet {
 public:
  /// `10.0.0.0/8`, or an address by itself. Bits behind the prefix are ignored. Fails if `block` is neither.
  Status add(std::string_view block);

  /// O(log blocks)
  bool contains(const IpAddress& address) const;

  const std::vector<std::string>& blocks() const { return blocks_; }  ///< as written

 private:
  using Range = std::pair<IpAddress, IpAddress>;  // both included

  void insert(const Range& range);

  std::vector<std::string> blocks_;
  std::vector<Range> ranges_;  // sorted, none within another's reach
};

}  // namespace tocsin::patterns
