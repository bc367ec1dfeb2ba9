#!/usr/bin/env bash
# `npm run build`: the addon into bindings/node/prebuilds, the JavaScript into bindings/node/dist.
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset bindings
cmake --build build/bindings --target callgate_node
npx --no-install tsc
