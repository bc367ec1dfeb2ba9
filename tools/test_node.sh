#!/usr/bin/env bash
# Packs the Node package, installs the tarball in an empty project, type-checks and tests it there.
# After tools/build.sh all. tools/test_node.sh [JUnit file]
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
export PATH="$root/.venv/bin:$PATH"
project=$root/.cache/node-project
rm -rf .cache/*.tgz "$project"
mkdir -p .cache
npm pack --silent --ignore-scripts --pack-destination .cache >/dev/null
cp -r bindings/node/test "$project"
cd "$project"
npm ci --silent --no-audit --no-fund
npm install --silent --no-audit --no-fund --no-save --prefer-offline ../callgate-*.tgz
npx --no-install tsc --noEmit --project .
export CALLGATE_ROOT=$root
node --test --test-reporter=spec --test-reporter-destination=stdout \
  ${1:+--test-reporter=junit --test-reporter-destination="$1"} \
  ./*.test.mjs ./smcp/*.test.mjs ./attestation/*.test.mjs ./attestation/mcp/*.test.mjs
