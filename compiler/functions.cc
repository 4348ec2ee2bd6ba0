#include "compiler/functions.h"

#include <algorithm>

namespace tocsin::compiler {
namespace {

using patterns::AggregateKind;
using patterns::Op;

constexpr auto kMany = Function::kAnyNumber;

constexpr std::array<Type, 3> all(Type type) {
  return {type, type, type};
}
constexpr auto kAny = all(Type::any);
constexpr auto kTexts = all(Type::string);
constexpr auto kNumbers = all(Type::number);
constexpr auto kTimes = all(Type::time);

constexpr auto kFunctions = std::to_array<Function>({
    {"lower", Op::lower, 1, 1, kTexts, Type::string},
    {"upper", Op::upper, 1, 1, kTexts, Type::string},
    {"trim", Op::trim, 1, 1, kTexts, Type::string},
    {"len", Op::length, 1, 1, kTexts, Type::number, true},
    {"substr", Op::substr, 2, 3, {Type::string, Type::number, Type::number}, Type::string},
    {"split", Op::split, 2, 2, kTexts, Type::list},
    {"concat", Op::concat, 1, kMany, kAny, Type::string, true},
    {"entropy", Op::entropy, 1, 1, kTexts, Type::number},
    {"levenshtein", Op::levenshtein, 2, 2, kTexts, Type::number},
    {"hash", Op::hash, 1, kMany, kAny, Type::number, true},
    {"abs", Op::abs, 1, 1, kNumbers, Type::number},
    {"round", Op::round, 1, 1, kNumbers, Type::number},
    {"floor", Op::floor, 1, 1, kNumbers, Type::number},
    {"ceil", Op::ceil, 1, 1, kNumbers, Type::number},
    {"sqrt", Op::sqrt, 1, 1, kNumbers, Type::number},
    {"log", Op::log, 1, 1, kNumbers, Type::number},
    {"pow", Op::pow, 2, 2, kNumbers, Type::number},
    {"coalesce", Op::coalesce, 1, kMany, kAny, Type::any, true},
    {"exists", Op::exists, 1, 1, kAny, Type::boolean, true},
    {"cidr", Op::in_blocks, 2, kMany, kTexts, Type::boolean, false, Prepared::blocks},
    {"hour", Op::hour, 1, 2, kTimes, Type::number, false, Prepared::zone},
    {"weekday", Op::weekday, 1, 2, kTimes, Type::number, false, Prepared::zone},
    {"date", Op::date, 1, 2, kTimes, Type::string, false, Prepared::zone},
    {"time", Op::to_time, 1, 2, kAny, Type::time, false, Prepared::unit},
    {"duration", Op::to_duration, 1, 2, kAny, Type::duration, false, Prepared::unit},
    {"haversine", Op::haversine, 4, 4, kNumbers, Type::number},
});

constexpr auto kAggregates = std::to_array<AggregateKind>({AggregateKind::count,
                                                           AggregateKind::sum,
                                                           AggregateKind::average,
                                                           AggregateKind::minimum,
                                                           AggregateKind::maximum,
                                                           AggregateKind::stddev,
                                                           AggregateKind::distinct,
                                                           AggregateKind::collect});

std::string_view name_of(const Function& function) {
  return function.name;
}

template <class Table>
auto find_named(const Table& table, std::string_view name) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const auto& entry) { return name_of(entry) == name; });
  return found == table.end() ? nullptr : &*found;
}

}  // namespace

const Function* find_function(std::string_view name) {
  return find_named(kFunctions, name);
}

const AggregateKind* find_aggregate(std::string_view name) {
  return find_named(kAggregates, name);
}

std::vector<std::string_view> function_names() {
  std::vector<std::string_view> out;
  for (const Function& function : kFunctions) out.push_back(function.name);
  for (const AggregateKind kind : kAggregates) out.push_back(name_of(kind));
  return out;
}

}  // namespace tocsin::compiler
