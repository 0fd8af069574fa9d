/** What the first layer holds: busybox, a link for each of its applets, and the few files that programs expect. */
import type { FileTree, TreeEntry } from './tar.ts';

const passwd = `root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/bin/false
app:x:1000:1000:app:/home/app:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/bin/false
`;

/** `app` is also in `extra`, so that additional groups can be seen. */
const group = `root:x:0:
daemon:x:1:
extra:x:2000:app
app:x:1000:
nogroup:x:65534:
`;

/** `applets` are paths relative to the root, as `busybox --list-full` prints them. */
export function busyboxTree(binary: Uint8Array, applets: readonly string[]): FileTree {
  const links = applets
    .filter((path) => path !== 'bin/busybox')
    .map((path): [string, TreeEntry] => [path, { link: '/bin/busybox' }]);
  return {
    ...Object.fromEntries(links),
    'bin/busybox': { content: binary, mode: 0o755 },
    'etc/passwd': passwd,
    'etc/group': group,
    root: { directory: true, mode: 0o700 },
    'home/app': { directory: true, uid: 1000, gid: 1000 },
    tmp: { directory: true, mode: 0o1777 },
    ...Object.fromEntries(['dev', 'proc', 'run', 'sys', 'var'].map((name) => [name, { directory: true }])),
  };
}
