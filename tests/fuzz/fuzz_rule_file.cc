// Any bytes are read as a rule file and the diagnostics printed; trees that come out must print to text that
// reads.

#include "base/check.h"
#include "dsl/grammar.h"
#include "dsl/printer.h"
#include "dsl/rule_file.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace {

using namespace tocsin::dsl;

template <class Tree>
void check_reprint(const Tree& tree, std::optional<Tree> (*grammar)(const MappedText&, Diagnostics&)) {
  const std::string printed = to_string(tree);
  const auto file = std::make_shared<const SourceFile>("printed", printed);
  MappedText text(file);
  text.append(printed, {0, 1});
  Diagnostics diagnostics;
  const auto again = grammar(text, diagnostics);
  if (printed.size() > kTextBytesMax) return;
  TOCSIN_CHECK(again && to_string(*again) == printed, printed.c_str());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file =
      std::make_shared<const SourceFile>("fuzz.yaml", std::string(reinterpret_cast<const char*>(data), size));
  Diagnostics diagnostics;
  const RuleFile rules = parse_rule_file(file, diagnostics);
  diagnostics.sort();
  std::string out;
  for (const Diagnostic& each : diagnostics.all()) {
    TOCSIN_CHECK(each.span.begin <= each.span.end, "a span that ends before it begins");
    append_text(out, each, true);
    append_json(out, each);
  }
  for (const Rule& rule : rules.rules) {
    if (rule.pattern) check_reprint(*rule.pattern, parse_pattern);
    if (rule.having) check_reprint(*rule.having, parse_expression);
  }
  for (const MacroDecl& macro : rules.macros) check_reprint(macro.body, parse_expression);
  return 0;
}
