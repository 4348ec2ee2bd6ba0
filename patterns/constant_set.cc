#include "patterns/expression.h"

#include <algorithm>

namespace tocsin::patterns {
namespace {

/// Kinds that compare with each other share a class.
int class_of(const Value& v) {
  return v.kind() == ValueKind::real ? static_cast<int>(ValueKind::integer) : static_cast<int>(v.kind());
}

bool before(const Value& a, const Value& b) {
  if (class_of(a) != class_of(b)) return class_of(a) < class_of(b);
  return compare(a, b) == Ordering::less;
}

bool equal(const Value& a, const Value& b) {
  return compare(a, b) == Ordering::equal;
}

}  // namespace

ConstantSet::ConstantSet(std::vector<Value> values) : values_{std::move(values)} {
  std::erase_if(values_, [](const Value& v) {
    return compare(v, v) != Ordering::equal;
  });  // null, NaN: equal to nothing
  std::sort(values_.begin(), values_.end(), before);
  values_.erase(std::unique(values_.begin(), values_.end(), equal), values_.end());
}

bool ConstantSet::contains(const Value& v) const {
  const auto at = std::lower_bound(values_.begin(), values_.end(), v, before);
  return at != values_.end() && equal(*at, v);
}

}  // namespace tocsin::patterns
