#!/usr/bin/env bash
# tools/fuzz.sh <seconds> [fuzzer]...: runs each fuzzer, two at a time, with ASan and UBSan. New
# inputs stay in build/fuzz/corpus/; a crash is copied into fuzz/corpus/, where every ordinary build
# replays it.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=$1
shift
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz
fuzzers=("$@")
if [[ $# -eq 0 ]]; then
  for file in fuzz/*_fuzzer.cc; do fuzzers+=("$(basename "$file" _fuzzer.cc)"); done
fi
fuzz_one() {
  local name=$1 found=build/fuzz/corpus/$1 crashes=build/fuzz/crashes/$1
  mkdir -p "$found" "$crashes"
  local options=()
  if [[ -e fuzz/dictionaries/$1.dict ]]; then options+=("-dict=fuzz/dictionaries/$1.dict"); fi
  # A minute for one input, or 2 GiB, is a bug: inputs are bounded.
  if build/fuzz/fuzz/"${name}_fuzzer" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=2048 \
    "${options[@]}" -print_final_stats=1 -artifact_prefix="$crashes/" "$found" "fuzz/corpus/$name" \
    >"build/fuzz/$name.log" 2>&1; then
    echo "$name: $(awk '/number_of_executed_units/ {print $2}' "build/fuzz/$name.log") runs, no failure"
  else
    tail -40 "build/fuzz/$name.log"
    cp "$crashes"/* "fuzz/corpus/$name/"
    echo "$name: FAILED, input kept in fuzz/corpus/$name/"
    return 1
  fi
}
export ASAN_OPTIONS=external_symbolizer_path=/usr/bin/addr2line
export UBSAN_OPTIONS=print_stacktrace=1:$ASAN_OPTIONS
export -f fuzz_one
export seconds
# xargs exits with 123 when one of them failed.
printf '%s\n' "${fuzzers[@]}" | xargs -P 2 -I{} bash -c 'fuzz_one {}'
