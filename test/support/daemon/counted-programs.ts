/** Programs of the machine that write down that they were called, and do what they do. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

const SYSTEM = '/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin';
const PLUGINS = '/opt/cni/bin:/usr/lib/cni:/usr/libexec/cni';

/** `unshare` makes namespaces of other kinds as well. */
const NETWORK_PROGRAMS = ['ip', 'nft', 'iptables-legacy', 'ip6tables-legacy', 'conntrack'];
const NETWORK_PLUGINS = ['bridge', 'static'];

/** Writes them into folders of this one. */
export async function countPrograms(folder: string): Promise<void> {
  for (const [where, names, real] of [
    ['bin', NETWORK_PROGRAMS, SYSTEM],
    ['cni', NETWORK_PLUGINS, PLUGINS],
  ] as const) {
    await mkdir(join(folder, where), { recursive: true });
    for (const name of names) {
      const words = where === 'cni' ? `cni ${name} $CNI_COMMAND` : `${name} $*`;
      // The shell looks for it where it was told last; what is called gets the path that the caller had.
      const script = `#!/bin/sh\necho "${words}" >> '${folder}/calls'\nfor each in ${real.replaceAll(':', ' ')}; do [ -x "$each/${name}" ] && exec "$each/${name}" "$@"; done\n`;
      await writeFile(join(folder, where, name), script, { mode: 0o755 });
    }
  }
}

/** For a daemon that is to use them. */
export const countedEnvironment = (folder: string): Readonly<Record<string, string>> => ({
  PATH: [join(folder, 'bin'), process.env['PATH'] ?? SYSTEM].join(delimiter),
  CNI_PATH: join(folder, 'cni'),
});

/** Each call so far: `ip link del …`, `cni bridge ADD`. */
export async function callsIn(folder: string): Promise<readonly string[]> {
  const text = await readFile(join(folder, 'calls'), 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean);
}
