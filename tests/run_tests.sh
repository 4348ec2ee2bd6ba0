#!/usr/bin/env bash
# What CI runs: builds the optimised and the sanitized tree, runs all tests in both, and closes with one line for each.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

jobs=$(nproc)
summary=()
failed=0

for preset in release dev; do
  echo "== $preset"
  if ! { cmake --preset "$preset" --log-level=WARNING && cmake --build --preset "$preset"; }; then
    summary+=("$preset: does not build")
    failed=1
    continue
  fi
  log=build/$preset/tests.log
  ctest --test-dir "build/$preset" --output-on-failure --no-tests=error -j "$jobs" | tee "$log"
  ((PIPESTATUS[0] == 0)) || failed=1
  summary+=("$preset: $(grep -E 'tests passed|No tests' "$log" | tail -n 1)")
done

echo "== summary"
printf '%s\n' "${summary[@]}"
exit "$failed"
