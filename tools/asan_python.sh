#!/usr/bin/env bash
# Python's tests on an extension with AddressSanitizer and UBSan, in an environment of its own. After
# the preset "asan", whose core it links.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=.cache/asan-venv
stamp=$venv/.requirements-$(cksum <tools/requirements-dev.txt | tr ' ' -)
if ! [[ -e $stamp ]]; then
  .venv/bin/python -m venv --clear $venv
  $venv/bin/pip install -q --disable-pip-version-check -r tools/requirements-dev.txt
  touch "$stamp"
fi
rm -rf .cache/asan-wheels
.venv/bin/pip wheel -q --disable-pip-version-check --no-build-isolation --no-deps \
  -w .cache/asan-wheels . -Cbuild-dir=build/asan-python -Ccmake.build-type=RelWithDebInfo \
  -Ccmake.define.callgate_DIR="$PWD/build/asan" -Ccmake.define.CMAKE_CXX_COMPILER=clang++-16 \
  -Ccmake.define.CMAKE_C_COMPILER=clang-16 -Ccmake.define.CALLGATE_SANITIZE=address,undefined \
  -Ccmake.define.CMAKE_MODULE_LINKER_FLAGS=-shared-libasan -Cinstall.strip=false
$venv/bin/pip install -q --disable-pip-version-check --force-reinstall --no-deps \
  .cache/asan-wheels/*.whl

# The interpreter is not sanitized: the runtime must come first, and so must the libstdc++ whose
# throw it intercepts. CPython leaks by design; its own allocator would hide overflows.
runtime=$(clang++-16 -print-file-name=libclang_rt.asan-"$(uname -m)".so)
export LD_PRELOAD="$runtime:$(clang++-16 -print-file-name=libstdc++.so)"
export ASAN_OPTIONS=detect_leaks=0:external_symbolizer_path=/usr/bin/addr2line
export UBSAN_OPTIONS=print_stacktrace=1 PYTHONMALLOC=malloc
# The tests that call the extension in this process. Those of servers start interpreters of other
# environments, which the preloaded runtime does not belong in.
exec $venv/bin/python -m pytest -q -p no:cacheprovider bindings/python/tests/test_*.py \
  bindings/python/tests/guard/test_guard*.py
