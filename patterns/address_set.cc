#include "patterns/address_set.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace tocsin::patterns {
namespace {

constexpr std::uint64_t kMappedPrefix = 0xFFFF;  // of `::ffff:10.0.0.1`, in bits 80 to 95
constexpr unsigned kMappedBits = 96;

std::uint64_t read_big_endian(const unsigned char* bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | bytes[i];
  return value;
}

/// A mask of the last `bits` bits of 64.
std::uint64_t low_bits(unsigned bits) {
  return bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
}

unsigned width_of(const IpAddress& address) {
  return address.version == 4 ? 32 : 128;
}

/// The least and the greatest address with the same first `prefix` bits.
std::pair<IpAddress, IpAddress> block_around(const IpAddress& address, unsigned prefix) {
  const unsigned free = width_of(address) - prefix;
  const std::uint64_t low = low_bits(free);
  const std::uint64_t high = free > 64 ? low_bits(free - 64) : 0;
  return {{address.version, address.high & ~high, address.low & ~low},
          {address.version, address.high | high, address.low | low}};
}

}  // namespace

std::optional<IpAddress> parse_ip_address(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size()) return std::nullopt;
  std::copy(text.begin(), text.end(), terminated.begin());
  std::array<unsigned char, 16> bytes{};
  if (text.find(':') == std::string_view::npos) {
    if (inet_pton(AF_INET, terminated.data(), bytes.data() + 12) != 1) return std::nullopt;
    return IpAddress{4, 0, read_big_endian(bytes.data() + 8)};
  }
  if (inet_pton(AF_INET6, terminated.data(), bytes.data()) != 1) return std::nullopt;
  const IpAddress out{6, read_big_endian(bytes.data()), read_big_endian(bytes.data() + 8)};
  const bool mapped = out.high == 0 && out.low >> 32 == kMappedPrefix;
  return mapped ? IpAddress{4, 0, out.low & low_bits(32)} : out;
}

Status AddressSet::add(std::string_view block) {
  const auto bad = [block](std::string_view why) {
    return fail(ErrorCode::bad_argument,
                "`" + std::string{block} + "` is no block of addresses: " + std::string{why});
  };
  const std::size_t slash = std::min(block.find('/'), block.size());
  const std::string_view written = block.substr(0, slash);
  const auto address = parse_ip_address(written);
  if (!address) return bad("before the `/` stands no address");
  unsigned prefix = width_of(*address);
  if (slash < block.size()) {
    const std::string_view bits = block.substr(slash + 1);
    const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), prefix);
    if (error != std::errc{} || end != bits.data() + bits.size())
      return bad("behind the `/` stands no number");
    const bool mapped = address->version == 4 && written.find(':') != std::string_view::npos;
    if (mapped && prefix < kMappedBits) return bad("it is neither of IPv4 nor of IPv6");
    if (mapped) prefix -= kMappedBits;
    if (prefix > width_of(*address)) return bad("the prefix is longer than the address");
  }
  blocks_.emplace_back(block);
  insert(block_around(*address, prefix));
  return std::monostate{};
}

/// Two blocks never overlap but by one holding the other.
void AddressSet::insert(const Range& range) {
  if (contains(range.first) && contains(range.second)) return;
  std::erase_if(ranges_, [&](const Range& other) {
    return range.first <= other.first && other.second <= range.second;
  });
  ranges_.insert(std::upper_bound(ranges_.begin(), ranges_.end(), range), range);
}

bool AddressSet::contains(const IpAddress& address) const {
  const auto after =
      std::upper_bound(ranges_.begin(), ranges_.end(), address, [](const IpAddress& a, const Range& range) {
        return a < range.first;
      });
  return after != ranges_.begin() && address <= std::prev(after)->second;
}

}  // namespace tocsin::patterns
