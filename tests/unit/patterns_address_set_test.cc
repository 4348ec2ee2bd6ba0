#include "patterns/address_set.h"
#include "tests/support/catch.h"

namespace tocsin::patterns {
namespace {

AddressSet set_of(const std::vector<const char*>& blocks) {
  AddressSet out;
  for (const char* block : blocks) {
    CAPTURE(block);
    REQUIRE(out.add(block));
  }
  return out;
}

TEST_CASE("addresses in blocks", "[patterns]") {
  struct Case {
    std::vector<const char*> blocks;
    const char* address;
    bool want;
  };
  const auto c = GENERATE(values<Case>({
      {{"10.0.0.0/8"}, "10.255.255.255", true},
      {{"10.0.0.0/8"}, "11.0.0.0", false},
      {{"10.0.0.0/8"}, "9.255.255.255", false},
      {{"10.1.2.3/8"}, "10.9.9.9", true},
      {{"10.1.2.3"}, "10.1.2.3", true},
      {{"10.1.2.3"}, "10.1.2.4", false},
      {{"0.0.0.0/0"}, "255.255.255.255", true},
      {{"0.0.0.0/0"}, "::1", false},
      {{"::/0"}, "::1", true},
      {{"::/0"}, "10.0.0.1", false},
      {{"fd00::/8"}, "fdff:1::9", true},
      {{"fd00::/8"}, "fe00::", false},
      {{"2001:db8::/33"}, "2001:db8:7fff::", true},
      {{"2001:db8::/33"}, "2001:db8:8000::", false},
      {{"2001:db8:0:0:1::/65"}, "2001:db8:0:0:7fff::1", true},
      {{"2001:db8:0:0:1::/65"}, "2001:db8:0:0:8000::1", false},
      {{"::1/128"}, "0:0:0:0:0:0:0:1", true},
      {{"10.0.0.0/8"}, "::ffff:10.1.1.1", true},
      {{"::ffff:10.0.0.0/104"}, "10.1.1.1", true},
      {{"::ffff:10.0.0.0/104"}, "11.1.1.1", false},
      {{"10.1.0.0/16", "10.0.0.0/8"}, "10.200.0.1", true},
      {{"10.0.0.0/8", "10.1.0.0/16"}, "10.200.0.1", true},
      {{"192.168.0.0/16", "10.0.0.0/8", "fd00::/8"}, "192.168.3.4", true},
      {{"192.168.0.0/16", "10.0.0.0/8", "fd00::/8"}, "172.16.0.1", false},
      {{}, "10.0.0.1", false},
  }));
  CAPTURE(c.blocks, c.address);
  const auto address = parse_ip_address(c.address);
  REQUIRE(address);
  CHECK(set_of(c.blocks).contains(*address) == c.want);
}

TEST_CASE("what is no block and no address", "[patterns]") {
  const auto text = GENERATE(values<const char*>({"",
                                                  "/8",
                                                  "10.0.0/8",
                                                  "10.0.0.0/",
                                                  "10.0.0.0/-1",
                                                  "10.0.0.0/33",
                                                  "10.0.0.0/8/8",
                                                  "10.0.0.256",
                                                  "::/129",
                                                  "::ffff:10.0.0.0/95",
                                                  "fe80::1%eth0",
                                                  "localhost",
                                                  "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb"}));
  CAPTURE(text);
  AddressSet set;
  CHECK_FALSE(set.add(text));
  CHECK(set.blocks().empty());
}

}  // namespace
}  // namespace tocsin::patterns
