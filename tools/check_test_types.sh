#!/usr/bin/env bash
# mypy over the Python tests, a folder at a time: each has a conftest.py, and mypy takes two files
# of one name for one module. Tests import helpers of their own folder and of seven others.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
tests=$PWD/bindings/python/tests
status=0
check() {
  mypy --no-error-summary "$@" || status=1
}
check bindings/python/tests/*.py tools
for folder in "$tests"/*/ "$tests"/trust/servers/ "$tests"/attestation/mcp/; do
  [[ -n $(find "$folder" -maxdepth 1 -name '*.py' -print -quit) ]] || continue
  export MYPYPATH="$folder:$tests/attacks:$tests/audit:$tests/gateway:$tests/smcp:$tests"
  MYPYPATH+=":$tests/attestation:$tests/registry:$tests/trust:$tests/trust/servers"
  check "$folder"*.py
done
export MYPYPATH="$PWD/tests/real:$tests/registry:$tests/trust:$tests/trust/servers"
check tests/real/*.py
exit $status
