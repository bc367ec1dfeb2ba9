#!/usr/bin/env bash
# tools/bench.sh [peers]: every benchmark, on one core so that figures can be compared.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
pin=()
if command -v taskset >/dev/null; then pin=(taskset -c "$(($(nproc) - 1))"); fi
if [[ ${1:-} == peers ]]; then
  exec "${pin[@]}" python bench/peers/run.py
fi
for benchmark in build/bindings/bench/*_bench; do
  echo "== $(basename "$benchmark")"
  "${pin[@]}" "$benchmark" --benchmark_min_warmup_time=0.1
done
