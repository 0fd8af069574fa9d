#!/bin/sh
# npm test: set-up, the unit tests, then the suites on real parts. Arguments name single test files.
set -eu
. "$(dirname "$0")/checkout.sh"
node tools/setup/main.ts test
exec node tools/setup/test-run.ts "$@"
