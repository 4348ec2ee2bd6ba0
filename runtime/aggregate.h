#pragma once
/// Aggregates over taken events and over windows: count, sum, avg, min, max, stddev, distinct, collect.
///
/// Sums are exact: the sum of floats is the true sum rounded once (Shewchuk's expansions), that of ints is
/// kept in 128 bits. So the answer does not depend on the order in which values came and went, and a sliding
/// window can subtract what leaves it without drift.

#include "base/value.h"
#include "patterns/expression.h"
#include "runtime/block_pool.h"
#include "runtime/fifo.h"

#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace tocsin::runtime {

class SnapshotReader;
class SnapshotWriter;

inline constexpr std::size_t kCollectedBytesMax = 16u << 20;  ///< a longer list makes no sense

/// The exact sum of doubles as a few doubles that do not overlap.
/// source  Shewchuk, Adaptive Precision Floating-Point Arithmetic, 1997; as math.fsum of Python
class ExactSum {
 public:
  void add(double v);
  void add_product(double a, double b);                   ///< exactly a * b
  void add_scaled(const ExactSum& other, double factor);  ///< exactly other * factor
  double rounded() const;                                 ///< to nearest, ties to even
  void clear() { partials_.clear(); }

  bool is_empty() const { return partials_.empty(); }

  void save(SnapshotWriter& out) const;
  void restore(SnapshotReader& in);

 private:
  boost::container::small_vector<double, 3, PoolAllocator<double>>
      partials_;  // sums of amounts of money have one or two
};

/// One aggregate in the making. Values are added in order; `remove_oldest` takes away the one added first of
/// those still in. Nulls and values that make no sense for the kind are passed over (the latter counted by
/// the caller's expression already); what is added must be removed with the same value.
class Accumulator {
 public:
  explicit Accumulator(patterns::AggregateKind kind);

  /// `v` is copied if it is text.
  void add(const Value& v);
  void remove_oldest(const Value& v);
  /// A text or list lives until something is added or taken away.
  Value result(std::uint64_t& null_operations) const;

  void save(SnapshotWriter& out) const;
  void restore(SnapshotReader& in);  ///< into a fresh one of the same kind

 private:
  /// A value of a sliding minimum or maximum, with its number among those added.
  struct Candidate {
    std::uint64_t number;
    Value plain;  // unless it is text
    PoolString text;
    Value value() const { return plain.is_null() ? Value::string(text) : plain; }
  };
  struct HashOfText {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Counts = std::unordered_map<PoolString,
                                    std::int64_t,
                                    HashOfText,
                                    std::equal_to<>,
                                    PoolAllocator<std::pair<const PoolString, std::int64_t>>>;

  /// What only some kinds have; apart, so that sums and counts are small.
  struct Rest : FromPool {
    ExactSum squares;            // stddev
    Fifo<Candidate> candidates;  // minimum, maximum: best first, each later one worse
    std::uint64_t added = 0;
    std::uint64_t removed = 0;
    Counts counts;      // distinct: how often, by key bytes
    std::string items;  // collect: the items of a list, from items_begin on
    std::size_t items_begin = 0;

    bool is_empty() const {
      return squares.is_empty() && candidates.empty() && added == 0 && counts.empty() && items.empty();
    }
    void save(SnapshotWriter& out) const;
    void save_counts(SnapshotWriter& out) const;
    void restore(SnapshotReader& in);
  };

  void add_number(const Value& v, int sign);
  void add_candidate(const Value& v);
  void remove_candidate();
  void add_distinct(const Value& v);
  void remove_distinct(const Value& v);
  void remove_collected();
  Value collected(std::uint64_t& null_operations) const;
  Value sum(std::uint64_t& null_operations) const;
  Value mean() const;
  Value deviation() const;
  ExactSum total() const;

  __extension__ __int128 integers_ = 0;
  ExactSum real_sum_;
  std::int64_t count_ = 0;  // values in
  std::int64_t reals_ = 0;  // of them floats
  std::int64_t huge_ = 0;   // floats too large to be summed: while one is in, there is no sum
  std::unique_ptr<Rest> rest_;
  patterns::AggregateKind kind_;
};

}  // namespace tocsin::runtime
