/// docs/functions.md: every example in it is run, and every function is in it.

#include "compiler/functions.h"
#include "tests/support/catch.h"
#include "tests/support/evaluation.h"
#include "tests/support/golden.h"

#include <sstream>

namespace tocsin {
namespace {

struct Example {
  std::string written;
  std::string want;
};

std::string page() {
  return tests::read_text(std::filesystem::path{TOCSIN_SOURCE_DIR} / "docs" / "functions.md");
}

/// The last cell of a table's row, where it is `` `written` → `want` ``.
std::vector<Example> examples() {
  static const std::string kArrow = "` → `";
  std::vector<Example> out;
  std::istringstream lines{page()};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t arrow = line.find(kArrow);
    if (!line.starts_with('|') || arrow == std::string::npos) continue;
    const std::size_t begin = line.rfind("| `", arrow) + 3;
    const std::size_t want = arrow + kArrow.size();
    out.push_back({line.substr(begin, arrow - begin), line.substr(want, line.rfind("` |") - want)});
  }
  return out;
}

TEST_CASE("the examples of docs/functions.md are right", "[runtime][evaluator][docs]") {
  const std::vector<Example> all = examples();
  CHECK(all.size() > 40);
  for (const Example& example : all) {
    CAPTURE(example.written);
    const bool message = example.written.starts_with('{');
    CHECK(tests::write_message(message ? example.written : "{" + example.written + "}") == example.want);
  }
}

TEST_CASE("docs/functions.md has every function", "[runtime][evaluator][docs]") {
  const std::string text = page();
  for (const std::string_view name : compiler::function_names()) {
    if (compiler::find_aggregate(name) != nullptr) continue;
    CAPTURE(name);
    CHECK(text.find("`" + std::string{name} + "(") != std::string::npos);
  }
}

}  // namespace
}  // namespace tocsin
