/// The rules shown in the docs compile.

#include "tests/support/catch.h"
#include "tests/support/compiled.h"
#include "tests/support/golden.h"

#include <sstream>

namespace tocsin {
namespace {

/// The texts between "```yaml" and "```".
std::vector<std::string> yaml_blocks(const std::string& page) {
  std::istringstream lines{page};
  std::vector<std::string> blocks;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line == "```yaml") {
      blocks.emplace_back();
      inside = true;
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      blocks.back() += line + "\n";
    }
  }
  return blocks;
}

TEST_CASE("the rules of docs/coming-from.md compile", "[compiler][docs]") {
  const auto blocks =
      yaml_blocks(tests::read_text(std::filesystem::path{TOCSIN_SOURCE_DIR} / "docs" / "coming-from.md"));
  CHECK(blocks.size() >= 3);
  for (const std::string& block : blocks) {
    CAPTURE(block);
    const tests::Compiled compiled = tests::compile_texts({block});
    CHECK(compiled.rules.has_value());
    CHECK(compiled.diagnostics.all().empty());
  }
}

}  // namespace
}  // namespace tocsin
