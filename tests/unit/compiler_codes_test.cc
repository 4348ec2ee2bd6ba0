#include "tests/support/golden.h"

#include <regex>

namespace tocsin {
namespace {

TEST_CASE("docs/errors.md explains every code of the compiler, and no other of its ranges",
          "[compiler][docs]") {
  const std::filesystem::path root{TOCSIN_SOURCE_DIR};
  const auto codes_of = [](const std::string& text, const std::regex& code) {
    std::set<std::string> out;
    for (std::sregex_iterator at{text.begin(), text.end(), code}; at != std::sregex_iterator{}; ++at)
      out.insert((*at)[1]);
    return out;
  };
  std::set<std::string> used;
  for (const auto& path : tests::files_of(root / "compiler", ".cc")) {
    used.merge(codes_of(tests::read_text(path), std::regex{"\"([EW]0[0-9]{3})\""}));
  }
  CHECK(used.size() > 40);
  CHECK(codes_of(tests::read_text(root / "docs" / "errors.md"),
                 std::regex{"\\| (E0[3-9][0-9]{2}|W01[0-9]{2}) "}) == used);
}

}  // namespace
}  // namespace tocsin
