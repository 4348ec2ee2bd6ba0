#pragma once
/// Many text patterns over one text: finds those that may accept it in one pass, however many there are.
///
/// A prefilter: what it finds is to be confirmed by the pattern's own test. Each pattern is looked for by
/// what it requires (text_factors.h): of that, by what the fewest others require too; a regular expression
/// without such a text as a whole. Immutable, shared by all threads.

#include "patterns/text_factors.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace tocsin::patterns {

class TextSet {
 public:
  /// cost  some 40 us for each pattern; 2 ms for each of those regular expressions that are looked for as a
  /// whole, of which there are at most kWholeMax
  explicit TextSet(std::span<const TextPattern> patterns);

  static constexpr std::size_t kWholeMax = 256;

  /// What a thread needs to search: one for each.
  class Scratch {
   public:
    Scratch();
    ~Scratch();
    Scratch(Scratch&&) noexcept;
    Scratch& operator=(Scratch&&) noexcept;

   private:
    friend class TextSet;
    struct Memory;
    std::unique_ptr<Memory> memory_;
  };
  Scratch make_scratch() const;

  /// Appends to `candidates` the number of every pattern that accepts `text`, and of some that do not; each
  /// once, in no order. cost  O(text) and what is found
  void find(std::string_view text, Scratch& scratch, std::vector<std::uint32_t>& candidates) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace tocsin::patterns
