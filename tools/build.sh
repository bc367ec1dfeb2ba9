#!/usr/bin/env bash
# Builds into build/bindings, then puts the Python wheel into .venv and the Node package into
# bindings/node. tools/build.sh all | demo (demo leaves the C++ tests and benchmarks out)
# The core is compiled once: the wheel links the library of build/bindings.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
tree=build/bindings

targets=(all)
[[ ${1:-all} == demo ]] && targets=(callgate callgate_trust callgate_node examples)
# Ninja itself configures again when a CMake file changed.
log() { "$@" >.cache/build.log 2>&1 || { cat .cache/build.log >&2; exit 1; }; }
mkdir -p .cache
[[ -e $tree/build.ninja && CMakePresets.json -ot $tree/build.ninja ]] ||
  log cmake --preset bindings
cmake --build $tree --target "${targets[@]}"

# newer <stamp> <path>...: something under the paths is newer than the stamp, or it is missing.
newer() { ! [[ -e $1 ]] || [[ -n $(find "${@:2}" -newer "$1" -type f -print -quit) ]]; }

libraries=($tree/core/libcallgate.a $tree/core/trust/libcallgate_trust.a)
if newer .venv/.wheel "${libraries[@]}" include bindings/python/{CMakeLists.txt,src,callgate} \
  pyproject.toml CMakeLists.txt || ! .venv/bin/python -c 'import callgate' 2>/dev/null; then
  echo "building the Python wheel"
  rm -rf .cache/wheels
  log pip wheel --disable-pip-version-check --no-build-isolation --no-deps -w .cache/wheels . \
    -Cbuild-dir=build/python -Ccmake.define.callgate_DIR="$PWD/$tree" \
    -Ccmake.define.CALLGATE_WERROR=ON
  log pip install --disable-pip-version-check --force-reinstall --no-deps .cache/wheels/*.whl
  touch .venv/.wheel
fi

if newer bindings/node/dist/index.js bindings/node/lib tsconfig.json package.json; then
  echo "building the Node package"
  rm -rf bindings/node/dist
  npx --no-install tsc
fi
