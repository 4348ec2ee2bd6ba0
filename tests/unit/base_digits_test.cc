#include "base/digits.h"
#include "tests/support/catch.h"

#include <cstdlib>
#include <string>

using namespace tocsin;

TEST_CASE("eight digits are told from what is none, and read", "[base]") {
  for (const std::string text : {"00000000", "12345678", "99999999", "90909090", "00000001"}) {
    CHECK(are_digits(eight_bytes(text.data())));
    CHECK(number_of_digits(eight_bytes(text.data())) == std::strtoull(text.c_str(), nullptr, 10));
  }
  for (std::size_t at = 0; at < kEightDigits; ++at) {
    for (int c = 0; c < 256; ++c) {
      std::string text = "12345678";
      text[at] = static_cast<char>(c);
      CHECK(are_digits(eight_bytes(text.data())) == (c >= '0' && c <= '9'));
    }
  }
}
