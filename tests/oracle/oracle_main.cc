/// oracle_tests: the engine against the oracle, over all small cases and many random ones. See
/// docs/HACKING.md.

#include "tests/oracle/comparison.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <malloc.h>

#include <cstdio>
#include <cstdlib>

namespace tocsin::oracle {
namespace {

/// More than these tell little that is new.
constexpr std::size_t kDifferencesMax = 3;

struct Tally {
  std::size_t cases = 0;
  std::size_t refused = 0;    ///< by the compiler
  std::size_t too_large = 0;  ///< for the oracle
  std::size_t alerts = 0;
  std::size_t differences = 0;

  void add(const Comparison& comparison) {
    cases += comparison.compiled && !comparison.too_large ? 1 : 0;
    refused += comparison.compiled ? 0 : 1;
    too_large += comparison.too_large ? 1 : 0;
    alerts += comparison.alerts;
  }
  bool enough() const { return differences >= kDifferencesMax; }
};

using Compare = Comparison (*)(const Case&);

void try_case(const Case& question, Compare compare_by, const std::string& name, Tally& tally) {
  const Comparison comparison = compare_by(question);
  tally.add(comparison);
  if (comparison.difference.empty()) return;
  ++tally.differences;
  const Case shrunk = shrink(question, [&](const Case& c) { return !compare_by(c).difference.empty(); });
  fmt::print("{} differs. Shrunk:\n{}{}\n", name, to_string(shrunk), compare_by(shrunk).difference);
  std::fflush(stdout);
}

/// Case number `seed + i` for i = 0, 1, …, until `cases` of them are compared.
Tally try_random(std::size_t cases, std::uint64_t seed) {
  Tally tally;
  for (; tally.cases < cases && !tally.enough(); ++seed) {
    try_case(random_case(seed), compare_in_all_modes, fmt::format("--seed {} --cases 1", seed), tally);
  }
  return tally;
}

Tally try_small(const SmallCases& size) {
  Tally tally;
  for_each_small_case(size, [&](const Case& question) {
    if (!tally.enough()) try_case(question, compare, "A small case", tally);
  });
  return tally;
}

void print(const char* what, const Tally& tally) {
  fmt::print("oracle: {} {} with {} alerts, {} differ; {} more were refused by the compiler, {} too large\n",
             tally.cases,
             what,
             tally.alerts,
             tally.differences,
             tally.refused,
             tally.too_large);
  std::fflush(stdout);
}

}  // namespace
}  // namespace tocsin::oracle

int main(int argc, char** argv) {
  using namespace tocsin::oracle;
  for (const int keep : {M_TRIM_THRESHOLD, M_MMAP_THRESHOLD})
    mallopt(keep, 64 << 20);  // engines come and go: their memory need not, each time
  std::size_t cases = 1000;
  std::uint64_t seed = 1;
  SmallCases small;
  CLI::App app{"Holds the engine against a brute-force reading of the language."};
  app.add_option("--cases", cases, "random cases")->capture_default_str();
  app.add_option("--seed", seed, "of the first random case")->capture_default_str();
  app.add_option("--terms", small.terms_max, "of small patterns; 0: no small cases")->capture_default_str();
  app.add_option("--quantified", small.quantified_max, "of these terms")->capture_default_str();
  app.add_option("--letters", small.letters_max, "of small streams")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  const Tally smalls = try_small(small);
  print("small rules over all small streams", smalls);
  const Tally randoms = try_random(cases, seed);
  print("random cases", randoms);
  return smalls.differences + randoms.differences == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
