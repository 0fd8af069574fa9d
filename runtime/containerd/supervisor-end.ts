/** Ends our own containerd for good: after its containers are deleted, or with what is left of them. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from '../ports/host.ts';
import type { Processes } from '../ports/processes.ts';
import { ownCgroups, removeCgroups } from './supervisor-cgroups.ts';
import { containerdPaths, type ContainerdPaths } from './supervisor-config.ts';
import { containerdWords } from './supervisor.ts';

export interface EndOptions {
  readonly dataDirectory: string;
  readonly runDirectory: string;
  readonly processes: Processes;
  readonly host: Host;
}

const grace = 10_000;

/**
 * Ends containerd, then shims that are left with the processes that they hold, and unmounts their roots. Success when nothing
 * runs. Data in the data directory stays; whoever wants it gone removes the directory after this.
 */
export async function endContainerd(options: EndOptions): Promise<void> {
  const { processes, host } = options;
  const paths = containerdPaths(options.dataDirectory, options.runDirectory);
  const identity = await processes.adopt(paths.record, containerdWords(paths));
  if (identity) await processes.end(identity, grace);
  for (const shim of await processes.find(['-address', paths.socket])) {
    // The init of a pid namespace takes the rest of its container with it.
    const inits = await processes.children(shim);
    const cgroups = (await Promise.all(inits.map((init) => ownCgroups(init.pid, shim.pid)))).flat();
    await Promise.all(inits.map((init) => processes.end(init, 0)));
    await processes.end(shim, 0);
    await removeCgroups(cgroups);
  }
  await removeShimSockets(paths);
  for (const point of (await host.mountsUnder(paths.state)).toReversed()) await host.unmount(point);
  await rm(paths.record, { force: true });
}

/** Shims listen outside of our directories; each bundle says where. A shim that ended by itself has removed its own. */
async function removeShimSockets({ state }: ContainerdPaths): Promise<void> {
  const bundles = (await readdir(state, { recursive: true, withFileTypes: true }).catch(() => [])).filter(
    (entry) => entry.isFile() && (entry.name === 'address' || entry.name === 'bootstrap.json'),
  );
  for (const file of bundles) {
    const text = await readFile(join(file.parentPath, file.name), 'utf8').catch(() => '');
    const socket = /unix:\/\/(\/run\/containerd\/s\/[0-9a-f]+)/.exec(text)?.[1];
    if (socket !== undefined) await rm(socket, { force: true });
  }
}
