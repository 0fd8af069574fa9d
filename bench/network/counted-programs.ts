/** Programs that write down each of their starts before they do what they always do. */
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where Debian has CNI's plugins. */
const PLUGINS = '/usr/lib/cni';
/** What a daemon may start on the machine, beside the plugins. */
const PROGRAMS = ['ip', 'nft', 'unshare', 'nsenter', 'conntrack', 'mount', 'umount', 'mkfifo'] as const;
const DIRECTORIES = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

export interface CountedPrograms {
  /** For a daemon that is to use them. */
  readonly env: { readonly PATH: string; readonly CNI_PATH: string };
  /** What has been started since the last `reset`: `ip` or `cni bridge`, and how often. */
  counts(): Promise<Readonly<Record<string, number>>>;
  reset(): Promise<void>;
}

/** `folder`: gets them. */
export async function countPrograms(folder: string): Promise<CountedPrograms> {
  const log = join(folder, 'started');
  const [programs, plugins] = [join(folder, 'bin'), join(folder, 'cni')];
  for (const directory of [programs, plugins]) await mkdir(directory, { recursive: true });
  const reset = (): Promise<void> => writeFile(log, '');
  await reset();
  for (const name of PROGRAMS) {
    const path = await findProgram(name);
    if (path !== undefined) await wrap(join(programs, name), name, path, log);
  }
  for (const name of await readdir(PLUGINS)) await wrap(join(plugins, name), `cni ${name}`, join(PLUGINS, name), log);
  return {
    env: { PATH: `${programs}:${process.env['PATH'] ?? ''}`, CNI_PATH: plugins },
    reset,
    async counts() {
      const started = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '');
      return Object.fromEntries(
        Map.groupBy(started, (line) => line)
          .entries()
          .map(([name, all]) => [name, all.length]),
      );
    },
  };
}

async function wrap(path: string, name: string, program: string, log: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\necho '${name}' >> '${log}'\nexec '${program}' "$@"\n`);
  await chmod(path, 0o755);
}

async function findProgram(name: string): Promise<string | undefined> {
  for (const directory of DIRECTORIES) {
    if ((await readdir(directory).catch((): string[] => [])).includes(name)) return join(directory, name);
  }
  return undefined;
}
