/// Short copies and comparisons are those of the C library, at every size and for every difference.

#include "base/bytes.h"
#include "tests/support/catch.h"

#include <string>

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

}  // namespace tocsin::tests
