#include "dsl/rule_file.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace tocsin::dsl {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string diagnostics_of(const fs::path& rule_file) {
  Diagnostics diagnostics;
  parse_rule_file(std::make_shared<const SourceFile>(rule_file.filename(), read(rule_file)), diagnostics);
  diagnostics.sort();
  std::string out;
  for (const Diagnostic& each : diagnostics.all()) append_text(out, each, false);
  return out;
}

std::vector<fs::path> broken_files() {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(fs::path(TOCSIN_SOURCE_DIR) / "tests/golden/diagnostics")) {
    if (entry.path().extension() == ".yaml") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

TEST_CASE("diagnostics of broken rule files", "[dsl][golden]") {
  const std::vector<fs::path> files = broken_files();
  REQUIRE(files.size() >= 40);
  for (const fs::path& rule_file : files) {
    fs::path expected = rule_file;
    expected.replace_extension(".txt");
    const std::string got = diagnostics_of(rule_file);
    if (std::getenv("TOCSIN_UPDATE_GOLDEN")) std::ofstream(expected, std::ios::binary) << got;
    CAPTURE(rule_file.filename().string());
    CHECK_FALSE(got.empty());
    CHECK(got == read(expected));
  }
}

}  // namespace tocsin::dsl
