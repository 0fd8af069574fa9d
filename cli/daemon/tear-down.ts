import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createApiServer } from '../../api/server.ts';
import { openStore } from '../../api/store/open.ts';
import type { Log } from '../../controllers/engine/environment.ts';
import { endBuilders } from '../../runtime/buildkit/programs/end.ts';
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
import { IDENTITY_FILE, identityOf, keptIdentity } from './identity.ts';

const SHIM_DIRECTORIES = ['/run/containerd/s', '/run/containerd'] as const;

export interface TearDownOptions {
  readonly dataDirectory: string;
  readonly runDirectory: string;
  /** Where the cgroup hierarchies are mounted. */
  readonly cgroupRoot?: string;
  /** As the daemon was told. */
  readonly bootIdPath?: string;
  readonly log: Log;
  /** Default: of this process. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Takes away everything that a daemon made on this machine: processes, mounts, cgroups, run directory and data, volumes included.
 * Throws DirectoryInUseError while a daemon runs, and an error when settings of the machine could not be put back: what they were is kept then, for the
 * next time. Success when there is nothing.
 */
export async function tearDown(options: TearDownOptions): Promise<void> {
  const { dataDirectory, runDirectory, cgroupRoot = '/sys/fs/cgroup', log, env = process.env } = options;
  const entries = await readdir(dataDirectory).catch((): string[] => []);
  const running = await readdir(runDirectory).catch((): string[] => []);
  if (entries.length > 0) lockDirectory(dataDirectory, '--data-dir')[Symbol.dispose]();
  if (running.length > 0) lockDirectory(runDirectory, '--run-dir')[Symbol.dispose]();
  const identity = await findIdentity(options, entries.includes('store.db'));
  const boot = options.bootIdPath === undefined ? {} : { bootIdPath: options.bootIdPath };
  const machine = await measureHostFacts({ dataDirectory, runDirectory, storeIdentity: '', ...boot });
  const processes = createProcesses({ bootId: machine.bootId });
  const host = createHost({
    runDirectory,
    ...(env['PATH'] === undefined ? {} : { path: env['PATH'] }),
  });
  const facts = { ...machine, storeIdentity: identity ?? '' };
  // before the containerd that one of them may store in
  await endBuilders(facts, { processes, host, cgroupRoot });
  await endContainerd({ dataDirectory, runDirectory, processes, host });
  await endLogd({ runDirectory, processes });
  await endNetd({ runDirectory, processes });
  const isRestored = identity === undefined || (await tearDownNetworks({ facts, host, log, env }));
  for (const directory of [runDirectory, dataDirectory]) {
    for (const point of (await host.mountsUnder(directory)).toReversed()) await host.unmount(point);
    if (isRestored) await rm(directory, { recursive: true, force: true });
    else await empty(directory, KEPT);
  }
  // Shims have their sockets there, whatever containerd's directories are. Kept when somebody else has one.
  for (const directory of SHIM_DIRECTORIES) await rmdir(directory).catch(() => undefined);
  if (identity !== undefined) await removeCgroups(cgroupRoot, identity);
  if (isRestored) return;
  const record = join(dataDirectory, 'network', 'host.json');
  throw new Error(`settings of this machine could not be put back; what they were is kept in ${record}: try it again`);
}

/** What is needed to put settings back. */
const KEPT: readonly string[] = [IDENTITY_FILE, 'network'];

async function empty(directory: string, kept: readonly string[]): Promise<void> {
  const names = await readdir(directory).catch((): string[] => []);
  for (const name of names.filter((each) => !kept.includes(each)))
    await rm(join(directory, name), { recursive: true, force: true });
}

/**
 * As the daemon wrote it down before it made anything; where that is lost, of the store, which takes a while to open. Undefined when nothing has been made, or
 * nobody knows any more by what name.
 */
async function findIdentity(options: TearDownOptions, hasStore: boolean): Promise<string | undefined> {
  const { dataDirectory, runDirectory, log } = options;
  const kept = await keptIdentity([dataDirectory, runDirectory]);
  if (kept !== undefined || !hasStore) return kept;
  try {
    return await readIdentity(dataDirectory, log);
  } catch (err) {
    log.warn({ err }, 'the store cannot be read: what has its name stays');
    return undefined;
  }
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
