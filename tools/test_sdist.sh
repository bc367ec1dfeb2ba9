#!/usr/bin/env bash
# What a user does with the source distribution: pip install it into an empty environment, far from
# the repository. Everything is compiled from what the sdist holds.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$PWD/.venv/bin/python
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" -m build --sdist --no-isolation --outdir "$work" . >"$work/log" 2>&1 ||
  { cat "$work/log"; exit 1; }
"$python" -m venv "$work/venv"
cd "$work"
venv/bin/pip install -q --disable-pip-version-check callgate-*.tar.gz
venv/bin/pip check
venv/bin/callgate --version
