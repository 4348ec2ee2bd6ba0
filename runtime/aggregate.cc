#include "runtime/aggregate.h"

#include "base/key_bytes.h"
#include "runtime/snapshot.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace tocsin::runtime {

using patterns::AggregateKind;

namespace {

/// Beyond these a sum or a sum of squares could leave the range of a double.
constexpr double kSumMax = 0x1p960;
constexpr double kSquareMax = 0x1p480;

/// Objects, arrays and lists are no single values: only `count` takes notice of them.
bool passed_over(AggregateKind kind, const Value& v) {
  return v.is_null() || (v.is_text() && !v.is_string() && kind != AggregateKind::count);
}

}  // namespace

void ExactSum::add(double v) {
  std::size_t kept = 0;
  for (double partial : partials_) {
    if (std::fabs(v) < std::fabs(partial)) std::swap(v, partial);
    const double sum = v + partial;
    const double rest = partial - (sum - v);
    if (rest != 0) partials_[kept++] = rest;
    v = sum;
  }
  partials_.resize(kept);
  if (v != 0) partials_.push_back(v);
}

void ExactSum::add_product(double a, double b) {
  const double product = a * b;
  add(product);
  add(std::fma(a, b, -product));
}

void ExactSum::add_scaled(const ExactSum& other, double factor) {
  for (const double partial : other.partials_) add_product(partial, factor);
}

double ExactSum::rounded() const {
  if (partials_.empty()) return 0;
  std::size_t n = partials_.size();
  double high = partials_[--n];
  double low = 0;
  while (n > 0) {
    const double x = high;
    const double y = partials_[--n];
    high = x + y;
    low = y - (high - x);
    if (low != 0) break;
  }
  // Half-way cases: the partials below decide to which side the true sum lies.
  if (n > 0 && ((low < 0 && partials_[n - 1] < 0) || (low > 0 && partials_[n - 1] > 0))) {
    const double twice = low * 2;
    const double nudged = high + twice;
    if (twice == nudged - high) high = nudged;
  }
  return high;
}

Accumulator::Accumulator(AggregateKind kind) : kind_{kind} {
  const bool plain =
      kind == AggregateKind::count || kind == AggregateKind::sum || kind == AggregateKind::average;
  if (!plain) rest_ = std::make_unique<Rest>();
}

namespace {

/// Valid until the thread asks for the next ones.
std::string_view key_bytes_of(const Value& v) {
  thread_local std::string bytes;
  bytes.clear();
  append_key_bytes(bytes, v);
  return bytes;
}

}  // namespace

void Accumulator::add(const Value& v) {
  if (passed_over(kind_, v)) return;
  switch (kind_) {
    case AggregateKind::count:
      ++count_;
      return;
    case AggregateKind::minimum:
    case AggregateKind::maximum:
      add_candidate(v);
      return;
    case AggregateKind::distinct:
      add_distinct(v);
      return;
    case AggregateKind::collect:
      append_item(rest_->items, v);
      return;
    default:
      add_number(v, 1);
  }
}

void Accumulator::remove_oldest(const Value& v) {
  if (passed_over(kind_, v)) return;
  switch (kind_) {
    case AggregateKind::count:
      --count_;
      return;
    case AggregateKind::minimum:
    case AggregateKind::maximum:
      remove_candidate();
      return;
    case AggregateKind::distinct:
      remove_distinct(v);
      return;
    case AggregateKind::collect:
      remove_collected();
      return;
    default:
      add_number(v, -1);
  }
}

void Accumulator::add_distinct(const Value& v) {
  const std::string_view bytes = key_bytes_of(v);
  const auto at = rest_->counts.find(bytes);
  if (at != rest_->counts.end()) {
    ++at->second;
  } else {
    rest_->counts.emplace(bytes, 1);
  }
}

void Accumulator::remove_distinct(const Value& v) {
  const auto at = rest_->counts.find(key_bytes_of(v));
  if (at == rest_->counts.end()) return;  // a snapshot may hold anything
  if (--at->second == 0) rest_->counts.erase(at);
}

/// The bytes of what is gone are given back once they are the greater part.
void Accumulator::remove_collected() {
  std::string_view rest{rest_->items};
  rest.remove_prefix(rest_->items_begin);
  if (rest.empty()) return;  // a snapshot may hold anything
  read_key_bytes(rest);
  rest_->items_begin = rest_->items.size() - rest.size();
  if (rest_->items_begin <= rest.size()) return;
  rest_->items.erase(0, rest_->items_begin);
  rest_->items_begin = 0;
}

Value Accumulator::collected(std::uint64_t& null_operations) const {
  const std::string_view items = std::string_view{rest_->items}.substr(rest_->items_begin);
  if (items.empty()) return Value::null();
  if (items.size() <= kCollectedBytesMax) return Value::list(items);
  ++null_operations;
  return Value::null();
}

void Accumulator::add_number(const Value& v, int sign) {
  if (!v.is_number()) return;
  count_ += sign;
  const double x = v.as_number();
  if (std::fabs(x) > (kind_ == AggregateKind::stddev ? kSquareMax : kSumMax)) {
    huge_ += sign;
    return;
  }
  if (v.kind() == ValueKind::real) {
    reals_ += sign;
    real_sum_.add(sign * x);
  } else {
    integers_ += sign > 0 ? v.as_integer() : -static_cast<__int128>(v.as_integer());
  }
  if (kind_ == AggregateKind::stddev) rest_->squares.add_product(sign * x, x);
}

void Accumulator::add_candidate(const Value& v) {
  const Ordering worse = kind_ == AggregateKind::minimum ? Ordering::greater : Ordering::less;
  // A value that a later one beats can never be the best again; of equal ones the earlier leaves first.
  while (!rest_->candidates.empty() && compare(rest_->candidates.back().value(), v) == worse)
    rest_->candidates.pop_back();
  const bool text = v.is_string();
  rest_->candidates.push_back(
      {rest_->added++, text ? Value::null() : v, PoolString(text ? v.as_text() : std::string_view{})});
}

void Accumulator::remove_candidate() {
  if (!rest_->candidates.empty() && rest_->candidates.front().number == rest_->removed)
    rest_->candidates.pop_front();
  ++rest_->removed;
}

ExactSum Accumulator::total() const {
  ExactSum all = real_sum_;
  __int128 rest = integers_;
  while (rest != 0) {
    const auto part = static_cast<double>(rest);
    all.add(part);
    rest -= static_cast<__int128>(part);
  }
  return all;
}

Value Accumulator::sum(std::uint64_t& null_operations) const {
  if (reals_ > 0) return Value::real(total().rounded());
  const auto narrow = static_cast<std::int64_t>(integers_);
  if (static_cast<__int128>(narrow) != integers_) {
    ++null_operations;
    return Value::null();
  }
  return Value::integer(narrow);
}

Value Accumulator::mean() const {
  return count_ == 0 ? Value::null() : Value::real(total().rounded() / static_cast<double>(count_));
}

/// Of a sample, as SQL's STDDEV: null for fewer than two values. The squares of the distances from the mean m
/// are summed exactly, as sum(x^2) - 2 m sum(x) + n m^2.
Value Accumulator::deviation() const {
  if (count_ < 2) return Value::null();
  const auto n = static_cast<double>(count_);
  const ExactSum values = total();
  const double mean = values.rounded() / n;
  ExactSum mean_squared;
  mean_squared.add_product(mean, mean);
  ExactSum distances = rest_->squares;
  distances.add_scaled(values, -2 * mean);
  distances.add_scaled(mean_squared, n);
  return Value::real(std::sqrt(std::max(0.0, distances.rounded()) / (n - 1)));
}

Value Accumulator::result(std::uint64_t& null_operations) const {
  if (huge_ > 0) {
    ++null_operations;
    return Value::null();
  }
  switch (kind_) {
    case AggregateKind::count:
      return Value::integer(count_);
    case AggregateKind::sum:
      return sum(null_operations);
    case AggregateKind::average:
      return mean();
    case AggregateKind::stddev:
      return deviation();
    case AggregateKind::distinct:
      return Value::integer(static_cast<std::int64_t>(rest_->counts.size()));
    case AggregateKind::minimum:
    case AggregateKind::maximum:
      return rest_->candidates.empty() ? Value::null() : rest_->candidates.front().value();
    case AggregateKind::collect:
      return collected(null_operations);
  }
  return Value::null();
}

// --- snapshots -------------------------------------------------------------------------------------

void ExactSum::save(SnapshotWriter& out) const {
  out.number(partials_.size());
  for (const double partial : partials_) out.real(partial);
}

void ExactSum::restore(SnapshotReader& in) {
  const std::size_t size = in.count();
  for (std::size_t i = 0; i < size && in.ok(); ++i) partials_.push_back(in.real());
}

void Accumulator::save(SnapshotWriter& out) const {
  for (const std::int64_t n : {count_, reals_, huge_}) out.word(static_cast<std::uint64_t>(n));
  out.word(static_cast<std::uint64_t>(integers_));
  out.word(static_cast<std::uint64_t>(integers_ >> 64));
  real_sum_.save(out);
  rest_ != nullptr ? rest_->save(out) : Rest{}.save(out);
}

void Accumulator::Rest::save(SnapshotWriter& out) const {
  squares.save(out);
  out.number(added);
  out.number(removed);
  out.number(candidates.size());
  for (const Candidate& candidate : candidates) {
    out.number(candidate.number);
    out.value(candidate.value());
  }
  save_counts(out);
  out.text(std::string_view{items}.substr(items_begin));
}

/// In the order of their bytes.
void Accumulator::Rest::save_counts(SnapshotWriter& out) const {
  std::vector<std::pair<std::string_view, std::int64_t>> sorted(counts.begin(), counts.end());
  std::sort(sorted.begin(), sorted.end());
  out.number(sorted.size());
  for (const auto& [bytes, n] : sorted) {
    out.text(bytes);
    out.word(static_cast<std::uint64_t>(n));
  }
}

void Accumulator::restore(SnapshotReader& in) {
  for (std::int64_t* const n : {&count_, &reals_, &huge_}) *n = static_cast<std::int64_t>(in.word());
  const std::uint64_t low = in.word();
  integers_ = static_cast<__int128>(static_cast<std::int64_t>(in.word())) << 64 | low;
  real_sum_.restore(in);
  Rest none;
  Rest& rest = rest_ != nullptr ? *rest_ : none;
  rest.restore(in);
  if (!none.is_empty()) in.fail();
}

void Accumulator::Rest::restore(SnapshotReader& in) {
  squares.restore(in);
  added = in.number();
  removed = in.number();
  const std::size_t candidates_in = in.count();
  for (std::size_t i = 0; i < candidates_in && in.ok(); ++i) {
    const std::uint64_t number = in.number();
    const Value v = in.value();
    const bool text = v.is_text();
    candidates.push_back(
        {number, text ? Value::null() : v, PoolString(text ? v.as_text() : std::string_view{})});
  }
  const std::size_t counts_in = in.count();
  for (std::size_t i = 0; i < counts_in && in.ok(); ++i) {
    const std::string_view bytes = in.text();
    counts[PoolString(bytes)] = static_cast<std::int64_t>(in.word());
  }
  items = in.text();
  if (!count_key_bytes(items)) in.fail();
}

}  // namespace tocsin::runtime
