#!/usr/bin/env bash
# What a user does with the source distribution: pip install it into an empty environment, far from
# the repository. Everything is compiled from what the sdist holds, once; then the engine alone must
# bring no web library, and pip install 'callgate[gateway]' must bring a gateway that starts.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$PWD/.venv/bin/python
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" -m build --sdist --no-isolation --outdir "$work" . >"$work/log" 2>&1 ||
  { cat "$work/log"; exit 1; }
cd "$work"
pip() { "$1/bin/pip" "${@:2}" -q --disable-pip-version-check; }

"$python" -m venv engine
# Unoptimized: that is what takes the time, and no other test is about what the sdist holds.
pip engine wheel --no-deps -w wheels callgate-*.tar.gz -Ccmake.define.CMAKE_CXX_FLAGS_RELEASE=-O0
wheel=$(echo wheels/callgate-*.whl)
pip engine install "$wheel"
pip engine check
engine/bin/callgate --version
engine/bin/python - <<'PY'
from importlib.metadata import distributions

web = {"anyio", "docker", "httpx2", "mcp", "pydantic", "requests", "starlette", "uvicorn"}
found = web & {distribution.name.lower() for distribution in distributions()}
assert not found, f"the engine alone brought {found}"
PY
if engine/bin/callgate serve --schema 2>refused; then exit 1; fi
grep -q "callgate\[gateway\]" refused

"$python" -m venv gateway
pip gateway install "$wheel[gateway]"
pip gateway check
gateway/bin/callgate serve --schema >schema.json
gateway/bin/callgate serve --demo --port 0 --admin-port 0 --json >ready.json 2>log & gateway=$!
for _ in $(seq 300); do [[ -s ready.json ]] && break; sleep 0.1; done
kill "$gateway"
wait "$gateway"
gateway/bin/python -c 'import json; print(json.loads(open("ready.json").readline())["agents"])'
