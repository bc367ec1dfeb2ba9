#!/usr/bin/env bash
# Changes nothing; fails on any difference or warning. After tools/build.sh all.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
status=0
check() {
  printf '%s\n' "$1"
  shift
  "$@" || status=1
}
# shellcheck disable=SC2046  # no path here has spaces
check "clang-format" clang-format-16 --dry-run -Werror $(git ls-files '*.h' '*.cc' '*.inc')
# The flags of build/bindings are GCC's: clang may know some of its warnings not.
tidy() {
  run-clang-tidy-16 -quiet -p "$1" -extra-arg=-Wno-unknown-warning-option \
    -extra-arg=-Wno-ignored-optimization-argument "$2" \
    >>.cache/clang-tidy.log 2>&1
}
rm -f .cache/clang-tidy.log
check "clang-tidy" tidy build/bindings "$PWD/(core|bindings|fuzz|bench|examples)/.*\.cc"
check "clang-tidy of the Python extension" tidy build/python "$PWD/bindings/python/.*\.cc"
grep -E 'warning:|error:' .cache/clang-tidy.log | sort -u
check "ruff" ruff check -q .
check "ruff format" ruff format -q --diff .
check "mypy" mypy --no-error-summary -p callgate
check "mypy of tests" tools/check_test_types.sh
check "tsc" npx --no-install tsc --noEmit
check "version" python tools/check_version.py
# A lock that names another host would install from there.
check "lock files" python - package-lock.json bindings/node/test/package-lock.json \
  tests/servers/package-lock.json <<'PY'
import json, sys
for name in sys.argv[1:]:
    for path, package in json.load(open(name))["packages"].items():
        url = package.get("resolved", "https://registry.npmjs.org/")
        if not url.startswith("https://registry.npmjs.org/"):
            sys.exit(f"{name}: {path} comes from {url}")
PY
exit $status
