#!/bin/sh
# Runs a program with mounts and a /run of its own, so that several that start containerds and dockerds can run at once and yet each look on the
# whole machine for what it has left: shims and dockerds put sockets and directories into /run whatever they are told. All that they mount and
# leave there is gone with the last process. Root only.
#
# Usage: lane.sh PROGRAM [ARGUMENT …]
set -eu
if [ "${1-}" != --inside ]; then
  exec unshare --mount --propagation private sh "$0" --inside "$@"
fi
shift

# iptables' lock is one for all: they change the rules of one network.
: >>/run/xtables.lock
own=$(mktemp -d)
trap 'umount -R "$own" 2>/dev/null; rmdir "$own"' EXIT
mount -t tmpfs -o mode=755 tmpfs "$own"
# Everything else is there as before: names are resolved through /run on some machines.
for path in /run/*; do
  name=${path##*/}
  case $name in
    buildkit | containerd | docker | docker.* | netns | runc | tsmoby) continue ;;
  esac
  if [ -h "$path" ]; then
    cp -P "$path" "$own/" || [ ! -h "$path" ]
  elif [ -d "$path" ]; then
    mkdir "$own/$name"
    # it may have gone meanwhile, like what does not stay long
    mount --rbind "$path" "$own/$name" || [ ! -e "$path" ]
  elif [ -e "$path" ]; then
    : >"$own/$name"
    mount --bind "$path" "$own/$name" || [ ! -e "$path" ]
  fi
done
mount --move "$own" /run
rmdir "$own"
trap - EXIT
exec "$@"
