#pragma once
/// Keeps events back that mean nothing to any rule under a key, by the value of an attribute or two: before
/// they are put in order, and before their key is looked for.

#include "base/event.h"
#include "base/schema.h"
#include "runtime/access.h"
#include "runtime/term_test.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tocsin::runtime {

/// For the events of one type under one key space.
class Sieve {
 public:
  static constexpr std::size_t kTermsMax = 8;  ///< more are the index's to ask

  /// Lets all through.
  Sieve() = default;

  /// Lets through what shows one of `terms`, and what one of them cannot be asked of: rules count that. The
  /// texts in them must outlive it. None: they are too many, or text patterns.
  static std::optional<Sieve> of(std::span<const AccessTerm> terms, const Layout& layout);

  bool lets_all() const { return lets_all_; }

  /// cost  a comparison for each term
  bool lets_through(const Event& event) const {
    if (lets_all_) return true;
    if (event.values == nullptr) return false;
    return std::any_of(asked_.begin(), asked_.end(), [&](const Asked& asked) {
      return asked.test.ask(event.values[asked.slot]) != TermTest::Answer::no;
    });
  }

 private:
  struct Asked {
    std::uint16_t slot = 0;
    TermTest test;
  };

  void add(const AccessTerm& term, std::uint16_t slot);

  bool lets_all_ = true;
  std::vector<Asked> asked_;
};

}  // namespace tocsin::runtime
