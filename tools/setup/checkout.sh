# Sourced by the scripts beside it: goes to the checkout, installs the npm packages when they are not those of the lock
# file, and puts the right Node first on PATH (npm brings it as an optional dependency; the system's may be older).
cd "$(dirname "$0")/../.."
command -v node >/dev/null && command -v npm >/dev/null || {
  echo "tsmoby needs node (18 or newer, to start with) and npm: apt-get install nodejs npm" >&2
  exit 1
}
node tools/setup/installed.mjs || npm ci --no-progress || {
  echo "npm ci failed: the packages of package-lock.json could not be installed" >&2
  exit 1
}
PATH="$PWD/node_modules/.bin:$PATH:/usr/sbin:/sbin:$PWD/.cache/kubectl/usr/bin"
export PATH
