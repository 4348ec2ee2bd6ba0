#!/usr/bin/env bash
# run_fuzz.sh SECONDS: builds the fuzz targets with clang and runs each for so long, from the seeds in corpus/. What it finds
# beyond them stays under build/fuzz/corpus; an input that fails is printed and kept there too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seconds=${1:-60}
if ! command -v clang++ > /dev/null; then
  echo "Fuzzing needs clang. Install it with: apt-get install clang" >&2
  exit 1
fi
cmake --preset fuzz --log-level=WARNING
cmake --build --preset fuzz --target fuzz_targets

for source in tests/fuzz/fuzz_*.cc; do
  target=$(basename "$source" .cc)
  seeds=tests/fuzz/corpus/${target#fuzz_}
  grown=build/fuzz/corpus/${target#fuzz_}
  mkdir -p "$grown"
  echo "== $target for $seconds s"
  corpora=("$grown")
  [[ -d $seeds ]] && corpora+=("$seeds")
  "build/fuzz/bin/$target" -max_total_time="$seconds" -timeout=10 -artifact_prefix="$grown/" -print_final_stats=0 "${corpora[@]}"
done
