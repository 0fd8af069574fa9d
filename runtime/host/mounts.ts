/** Mounts of ours on the host: tmpfs made once, and lazily taken away with everything that is stacked on them. */
import { mkdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { RuntimeError } from '../errors.ts';
import type { HostProgram } from '../ports/host.ts';
import { parseMountinfo, type MountEntry } from './mountinfo.ts';

type Run = (program: HostProgram, args: readonly string[]) => Promise<unknown>;

export interface MountTable {
  mountTmpfs(path: string, options: { sizeBytes?: number; mode: number }): Promise<void>;
  unmount(path: string): Promise<void>;
  mountsUnder(path: string): Promise<readonly string[]>;
}

/** `run` starts mount(8) and umount(8). Calls are done one after the other: two for one path must not both mount. */
export function createMountTable(run: Run): MountTable {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };
  return {
    mountTmpfs: (path, options) => inTurn(() => mountTmpfs(run, path, options)),
    unmount: (path) => inTurn(() => unmount(run, path)),
    async mountsUnder(path) {
      const points = new Set((await mountsAtOrBelow(path)).map(({ mountPoint }) => mountPoint));
      return [...points].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
    },
  };
}

async function mountTmpfs(run: Run, path: string, options: { sizeBytes?: number; mode: number }): Promise<void> {
  const there = (await mountsAtOrBelow(path)).filter(({ mountPoint }) => mountPoint === resolve(path)).at(-1);
  if (there?.type === 'tmpfs') return;
  if (there) {
    throw new RuntimeError(
      'FailedPrecondition',
      `${path} has a ${there.type} mount where a tmpfs should be: unmount it`,
    );
  }
  await mkdir(path, { recursive: true, mode: 0o700 });
  const settings = ['nosuid', 'nodev', `mode=${options.mode.toString(8)}`];
  if (options.sizeBytes !== undefined) settings.push(`size=${options.sizeBytes}`);
  await run('mount', ['-t', 'tmpfs', '-o', settings.join(','), '--', 'tsmoby', path]);
}

/** Lazily: a container that still uses the mount keeps it until its end, and nobody waits for it. */
async function unmount(run: Run, path: string): Promise<void> {
  const layers = (await mountsAtOrBelow(path)).filter(({ mountPoint }) => mountPoint === resolve(path));
  if (layers.length > 0) await run('umount', ['-l', '--', ...layers.map(({ mountPoint }) => mountPoint)]);
}

async function mountsAtOrBelow(path: string): Promise<readonly MountEntry[]> {
  const root = resolve(path);
  const below = root === '/' ? '/' : `${root}/`;
  const mounts = parseMountinfo(await readFile('/proc/self/mountinfo', 'utf8'));
  return mounts.filter(({ mountPoint }) => mountPoint === root || mountPoint.startsWith(below));
}
