/// Short copies and comparisons are those of the C library, at every size and for every difference.

#include "base/bytes.h"
#include "tests/support/catch.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tocsin::tests {

TEST_CASE("bytes are copied as they are, and nothing beside them", "[base]") {
  const std::string from = "the quick brown fox jumps over the lazy dog";
  for (std::size_t size = 0; size <= from.size(); ++size) {
    std::string to(from.size() + 2, '.');
    copy_bytes(to.data() + 1, from.data(), size);
    CHECK(to == "." + from.substr(0, size) + std::string(from.size() + 1 - size, '.'));
  }
}

TEST_CASE("bytes are the same if none differs", "[base]") {
  const std::string a = "the quick brown fox jumps over the lazy dog";
  for (std::size_t size = 0; size <= a.size(); ++size) {
    CHECK(same_bytes(a.data(), std::string(a).data(), size));
    for (std::size_t i = 0; i < a.size(); ++i) {
      std::string b = a;
      b[i] = '!';
      CHECK(same_bytes(a.data(), b.data(), size) == (i >= size));
    }
  }
}

TEST_CASE("few bytes are a word, the first of them lowest", "[base]") {
  const std::string from = "\x01\xFE\x03\xFC\x05\xFA\x07\xF8";
  for (std::size_t size = 0; size <= from.size(); ++size) {
    const std::string bytes = from.substr(0, size);  // nothing may be read behind them
    std::uint64_t want = 0;
    for (std::size_t i = size; i > 0; --i) want = want << 8 | static_cast<unsigned char>(bytes[i - 1]);
    CHECK(word_of_bytes(std::vector<char>(bytes.begin(), bytes.end()).data(), size) == want);
  }
}

}  // namespace tocsin::tests
