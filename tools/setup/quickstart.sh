#!/bin/sh
# npm run quickstart: set-up, then the guided first run. Arguments go to the latter (`npm run quickstart -- --down`).
set -eu
. "$(dirname "$0")/checkout.sh"
case " $* " in
*' --down '*) ;;
*) node tools/setup/main.ts quickstart ;;
esac
exec node tools/quickstart/main.ts "$@"
