#!/usr/bin/env bash
# tools/bench.sh [peers] [--quick] [--write]: the benchmarks, see tools/bench.py.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
options=("$@")
if [[ ${1:-} == peers ]]; then
  options=(--peers "${@:2}")
  if ! cmp -s bench/peers/package-lock.json bench/peers/node_modules/.callgate-lock; then
    npm ci --silent --no-audit --no-fund --prefix bench/peers
    cp bench/peers/package-lock.json bench/peers/node_modules/.callgate-lock
  fi
fi
exec python tools/bench.py "${options[@]}"
