#!/bin/sh
# The type-aware linter, installed apart from the root (see tools/lint/package.json), then run over the whole checkout.
set -eu
here=$(dirname "$0")
# --no-save: the lock names the two platforms that we lint on, and npm would add all others
[ -x "$here/node_modules/.bin/oxlint" ] || (cd "$here" && npm install --no-save --no-progress --silent)
PATH="$here/node_modules/.bin:$PATH" exec oxlint --config .oxlintrc.json --type-aware --deny-warnings "$@" schemas proto client api controllers runtime cli tools test bench samples
