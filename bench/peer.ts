import { readdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findProcessesBelow } from './processes.ts';
import { run } from './run.ts';

/** Another program that starts containers, on directories of its own. Disposing it removes everything. */
export interface Peer extends AsyncDisposable {
  readonly name: string;
  /** Milliseconds to create and start so many containers. */
  start(count: number): Promise<number>;
  clear(): Promise<void>;
  /** Process of the container with this index, as the machine counts it. */
  pidOf(index: number): Promise<number>;
}

export interface PeerOptions {
  /** Empty, its own. */
  readonly folder: string;
  /** What `docker save` writes, with this reference in it. */
  readonly archive: string;
  readonly image: string;
  /**
   * Network namespace in which the program stands; its containers are then on a bridge and each publishes a port. Absent: the machine's, and
   * containers have no network.
   */
  readonly network?: string;
  /** Containers are waited for until they run; default: until they are started, as far as the program tells. */
  readonly wait?: boolean;
}

/** Ends what still runs on a folder after a peer was told to clear up: monitors, name servers, shims. */
export async function endProcesses(folder: string): Promise<void> {
  for (const pid of await findProcessesBelow(folder)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** Takes away the mounts below a folder, the latest first. */
export async function unmountBelow(folder: string): Promise<void> {
  const points = (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point.startsWith(`${folder}/`));
  for (const point of points.reverse()) await run('umount', ['-l', point]);
}

/** Takes away the empty cgroups that a peer leaves at the top of each hierarchy. */
export async function removeCgroups(name: string): Promise<void> {
  const root = '/sys/fs/cgroup';
  for (const hierarchy of ['.', ...(await readdir(root))]) {
    const top = join(root, hierarchy, name);
    const inner = await readdir(top, { withFileTypes: true }).catch(() => []);
    for (const entry of inner) if (entry.isDirectory()) await rmdir(join(top, entry.name)).catch(() => undefined);
    await rmdir(top).catch(() => undefined);
  }
}
