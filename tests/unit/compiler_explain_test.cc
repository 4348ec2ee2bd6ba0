#include "compiler/explain.h"
#include "tests/support/compiled.h"
#include "tests/support/golden.h"

namespace tocsin {
namespace {

TEST_CASE("explain prints every stage of a rule", "[compiler][golden]") {
  for (const auto& path : tests::files_of(tests::golden_folder("explain"), ".yaml")) {
    CAPTURE(path.filename().string());
    auto compiled = tests::compile_texts({tests::read_text(path)});
    CHECK(tests::findings(compiled).empty());
    REQUIRE(compiled.rules);
    std::string got;
    for (const auto& program : compiled.rules->programs) {
      got += compiler::explain(compiled.files, *compiled.rules, program->id).value() + "\n";
    }
    tests::check_golden(std::filesystem::path{path}.replace_extension(".txt"), got);
  }
}

TEST_CASE("explain knows only rules that are there", "[compiler]") {
  const auto compiled = tests::compile_texts({"rule: a\nevents: {x: t}\npattern: x\n"});
  REQUIRE(compiled.rules);
  CHECK(compiler::explain(compiled.files, *compiled.rules, "a").has_value());
  CHECK_FALSE(compiler::explain(compiled.files, *compiled.rules, "b").has_value());
}

}  // namespace
}  // namespace tocsin
