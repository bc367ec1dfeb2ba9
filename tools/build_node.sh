#!/usr/bin/env bash
# `npm run build`, and `npm pack` before it packs: the addon into bindings/node/prebuilds, the
# JavaScript into bindings/node/dist. Uses the tree of `make` where there is one.
set -euo pipefail
cd "$(dirname "$0")/.."
tree=build/bindings
if ! [[ -e $tree/build.ninja ]]; then
  tree=build/node
  cmake -S . -B $tree -G Ninja -DCMAKE_BUILD_TYPE=Release -DCALLGATE_NODE=ON
fi
cmake --build $tree --target callgate_node
rm -rf bindings/node/dist
npx --no-install tsc
