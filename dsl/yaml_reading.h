#pragma once
/// What all readers of YAML trees share: shapes, names and words, and errors about them.
///
/// A function that finds what it wants gives it; one that does not has reported why, and gives nothing.

#include "dsl/ast.h"
#include "dsl/diagnostics.h"
#include "dsl/grammar.h"
#include "dsl/yaml_tree.h"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::dsl {

/// A word of a setting and what it means.
template <class Meaning>
struct Word {
  std::string_view text;
  Meaning meaning;
};

class YamlReading {
 public:
  YamlReading(std::shared_ptr<const SourceFile> file, Diagnostics& diagnostics)
      : file_(std::move(file)), diagnostics_(diagnostics) {}

  const std::shared_ptr<const SourceFile>& file() const { return file_; }
  Diagnostics& diagnostics() const { return diagnostics_; }

  void error(Span span, std::string code, std::string message, std::string hint = {}) const;

  /// Reports a value that is not what its key wants, as "`tags` wants a list of words".
  void wrong_shape(const YamlEntry& entry, std::string_view wanted) const;

  /// Reports a key that `known` does not have.
  void unknown_key(const YamlNode& key,
                   std::string_view of_what,
                   const std::vector<std::string_view>& known) const;

  /// The entries of a map, without those whose key came before; those are reported.
  std::vector<const YamlEntry*> entries(const YamlNode& map) const;

  /// A scalar with something in it.
  std::optional<Located<std::string>> text(const YamlEntry& entry, std::string_view wanted) const;

  /// A word, or a list of words.
  std::vector<Located<std::string>> texts(const YamlEntry& entry, std::string_view wanted) const;

  /// Whether `name` may name a variable, a set, a list, a macro or a table.
  bool check_name(const YamlNode& name, std::string_view of_what) const;

  /// The value, read by one of the functions of dsl/grammar.h.
  template <class Tree>
  std::optional<Tree> parse(const YamlEntry& entry,
                            std::string_view wanted,
                            std::optional<Tree> (*grammar)(const MappedText&, Diagnostics&)) const {
    if (!text(entry, wanted)) return std::nullopt;
    return grammar(mapped(entry.value), diagnostics_);
  }

  /// The same, with its place.
  template <class Tree>
  std::optional<Located<Tree>> parse_located(const YamlEntry& entry,
                                             std::string_view wanted,
                                             std::optional<Tree> (*grammar)(const MappedText&,
                                                                            Diagnostics&)) const {
    auto tree = parse(entry, wanted, grammar);
    if (!tree) return std::nullopt;
    return Located<Tree>{std::move(*tree), entry.value.span};
  }

  /// One of a few words.
  template <class Meaning, std::size_t N>
  std::optional<Located<Meaning>> word(const YamlEntry& entry,
                                       const std::array<Word<Meaning>, N>& words) const {
    std::vector<std::string_view> texts;
    for (const Word<Meaning>& each : words) texts.push_back(each.text);
    const auto written = one_of(entry, texts);
    if (!written) return std::nullopt;
    return Located<Meaning>{words[*written].meaning, entry.value.span};
  }

  /// The text of a scalar, every byte with its place.
  MappedText mapped(const YamlNode& scalar) const;

 private:
  std::optional<std::size_t> one_of(const YamlEntry& entry, const std::vector<std::string_view>& words) const;

  std::shared_ptr<const SourceFile> file_;
  Diagnostics& diagnostics_;
};

/// `a`, `b` or `c`, each in backquotes.
std::string list_of(const std::vector<std::string_view>& words);

/// "did you mean `x`?", or nothing.
std::string did_you_mean(std::string_view written, const std::vector<std::string_view>& known);

}  // namespace tocsin::dsl
