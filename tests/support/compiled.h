#pragma once
/// Rule text -> compiled rules, for tests of what comes after the parser.

#include "compiler/compile.h"
#include "dsl/rule_file.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::tests {

struct Compiled {
  std::vector<dsl::RuleFile> files;
  dsl::Diagnostics diagnostics;
  std::optional<compiler::CompiledRules> rules;

  const patterns::Program& program(std::size_t i = 0) const { return *rules->programs.at(i); }
  std::string program_text(std::size_t i = 0) const { return to_string(program(i), *rules->schema); }
};

/// Every text is a file of its own: `rules-0.yaml`, `rules-1.yaml`, …
inline Compiled compile_texts(const std::vector<std::string>& texts,
                              const compiler::CompileOptions& options = {}) {
  Compiled out;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto name = "rules-" + std::to_string(i) + ".yaml";
    auto file = std::make_shared<const dsl::SourceFile>(name, texts[i]);
    out.files.push_back(dsl::parse_rule_file(std::move(file), out.diagnostics));
  }
  if (!out.diagnostics.has_errors()) out.rules = compiler::compile(out.files, out.diagnostics, options);
  return out;
}

/// What a diagnostic points at and says: ``E0302 `x` ``, in the order of their places.
inline std::vector<std::string> findings(Compiled& compiled) {
  compiled.diagnostics.sort();
  std::vector<std::string> out;
  for (const dsl::Diagnostic& d : compiled.diagnostics.all()) {
    out.push_back(d.code + " `" + std::string{d.file->text(d.span)} + "`");
  }
  return out;
}

}  // namespace tocsin::tests
