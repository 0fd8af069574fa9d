import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createApiServer } from '../../api/server.ts';
import { openStore } from '../../api/store/open.ts';
import type { Log } from '../../controllers/engine/environment.ts';
import { endContainerd } from '../../runtime/containerd/supervisor-end.ts';
import { createHost } from '../../runtime/host/create-host.ts';
import { measureHostFacts } from '../../runtime/host/facts.ts';
import { createProcesses } from '../../runtime/host/processes.ts';
import { endLogd } from '../../runtime/logd/end-logd.ts';
import { endNetd } from '../../runtime/netd/end-netd.ts';
import { KINDS } from '../../schemas/kinds.ts';
import { VERSION } from '../version.ts';
import { lockDirectory } from './data-lock.ts';
import { tearDownNetworks } from './tear-down-networks.ts';
import { identityOf } from './identity.ts';

const SHIM_DIRECTORIES = ['/run/containerd/s', '/run/containerd'] as const;

export interface TearDownOptions {
  readonly dataDirectory: string;
  readonly runDirectory: string;
  /** Where the cgroup hierarchies are mounted. */
  readonly cgroupRoot?: string;
  /** As the daemon was told. */
  readonly bootIdPath?: string;
  readonly log: Log;
}

/**
 * Takes away everything that a daemon made on this machine: processes, mounts, cgroups, run directory and data, volumes included.
 * Throws DirectoryInUseError while a daemon runs. Success when there is nothing.
 */
export async function tearDown(options: TearDownOptions): Promise<void> {
  const { dataDirectory, runDirectory, cgroupRoot = '/sys/fs/cgroup', log } = options;
  const entries = await readdir(dataDirectory).catch((): string[] => []);
  const running = await readdir(runDirectory).catch((): string[] => []);
  if (entries.length > 0) lockDirectory(dataDirectory, '--data-dir')[Symbol.dispose]();
  if (running.length > 0) lockDirectory(runDirectory, '--run-dir')[Symbol.dispose]();
  const identity = entries.includes('store.db') ? await readIdentity(dataDirectory, log) : undefined;
  const boot = options.bootIdPath === undefined ? {} : { bootIdPath: options.bootIdPath };
  const machine = await measureHostFacts({ dataDirectory, runDirectory, storeIdentity: '', ...boot });
  const processes = createProcesses({ bootId: machine.bootId });
  const host = createHost({
    runDirectory,
    ...(process.env['PATH'] === undefined ? {} : { path: process.env['PATH'] }),
  });
  await endContainerd({ dataDirectory, runDirectory, processes, host });
  await endLogd({ runDirectory, processes });
  await endNetd({ runDirectory, processes });
  if (identity !== undefined) {
    const facts = { ...machine, storeIdentity: identity };
    await tearDownNetworks({ facts, host, log, env: process.env });
  }
  for (const directory of [runDirectory, dataDirectory]) {
    for (const point of (await host.mountsUnder(directory)).toReversed()) await host.unmount(point);
    await rm(directory, { recursive: true, force: true });
  }
  // Shims have their sockets there, whatever containerd's directories are. Kept when somebody else has one.
  for (const directory of SHIM_DIRECTORIES) await rmdir(directory).catch(() => undefined);
  if (identity !== undefined) await removeCgroups(cgroupRoot, identity);
}

async function readIdentity(dataDirectory: string, log: Log): Promise<string> {
  await using store = await openStore(`sqlite:${join(dataDirectory, 'store.db')}`);
  const clock = { now: () => Date.now() };
  await using server = await createApiServer({ store, kinds: KINDS, clock, log, version: VERSION });
  return identityOf(server);
}

/** The directories that held the containers' cgroups, in every hierarchy; the one above them when it is empty too. */
async function removeCgroups(root: string, identity: string): Promise<void> {
  const hierarchies = await readdir(root, { withFileTypes: true });
  for (const parent of [
    root,
    ...hierarchies.filter((entry) => entry.isDirectory()).map(({ name }) => join(root, name)),
  ]) {
    await removeTree(join(parent, 'tsmoby', identity));
    await rmdir(join(parent, 'tsmoby')).catch(() => undefined);
  }
}

/** Depth first; one that still has processes stays. */
async function removeTree(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(path, entry.name));
  await rmdir(path).catch(() => undefined);
}
