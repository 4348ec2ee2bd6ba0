#pragma once
/// Keeps events back that mean nothing to any rule under a key, by the value of an attribute or two: before
/// they are put in order, and before their key is looked for.

#include "base/event.h"
#include "base/schema.h"
#include "runtime/access.h"

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
      return asked.may_hold(event.values[asked.slot]);
    });
  }

 private:
  /// A number between two, or a value. No range is a number that no double is near to.
  struct Asked {
    std::uint16_t slot = 0;
    bool is_range = false;
    double low = 0;
    double high = 0;
    Value value;

    bool may_hold(const Value& v) const {
      if (v.is_null()) return false;
      if (!is_range) return is_or_may_not_be_asked(v);
      return !v.is_number() || (v.as_number() >= low && v.as_number() <= high);
    }
    bool is_or_may_not_be_asked(const Value& v) const {
      const Ordering order = compare(v, value);
      return order == Ordering::equal || order == Ordering::incomparable;
    }
  };

  void add(const AccessTerm& term, std::uint16_t slot);

  bool lets_all_ = true;
  std::vector<Asked> asked_;
};

}  // namespace tocsin::runtime
