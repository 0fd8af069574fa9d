/** tsmoby and the programs that people use today, each with its containers in one place. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildBusyboxArchive } from '../tools/busybox-image/archive.ts';
import { openCompose } from './compose.ts';
import { deleteContainers, getContainer, startContainers, startPublished } from './containers.ts';
import { openNetworkNamespace } from './network/namespace.ts';
import type { Peer } from './peer.ts';
import { openPodman } from './podman.ts';
import type { BenchRow } from './row.ts';
import { IMAGE, type World } from './world.ts';

const PEERS = [
  { open: openPodman, folder: 'podman', install: 'apt-get install podman' },
  {
    open: openCompose,
    folder: 'compose',
    install:
      "install Debian 13's docker.io, docker-cli and docker-compose, with no containerd of the machine's own running",
  },
] as const;

export interface Contestant {
  readonly peer: Omit<Peer, keyof AsyncDisposable>;
  /** Where its published ports can be reached; absent: it publishes none. */
  readonly network: string | undefined;
}

export interface Contestants extends AsyncDisposable {
  /** Ours first. */
  readonly contestants: readonly Contestant[];
  /** Who is not installed, to be told aloud. */
  readonly missing: readonly BenchRow[];
}

/**
 * Needs the image in the world's daemon. In a world with a network of its own each peer gets one of its own as well, and every container is on a
 * bridge and publishes a port.
 */
export async function openContestants(world: World): Promise<Contestants> {
  await using opening = new AsyncDisposableStack();
  const archive = join(world.folder, 'image', 'docker.tar');
  await buildBusyboxArchive({ output: archive, format: 'docker', name: IMAGE, config: { cmd: ['sleep', 'infinity'] } });
  const contestants: Contestant[] = [oursIn(world)];
  const missing: BenchRow[] = [];
  for (const { open, folder: name, install } of PEERS) {
    const folder = join(world.folder, name);
    await mkdir(folder);
    const network = world.network && opening.use(await openNetworkNamespace(world.folder, name)).path;
    const peer = await open({ folder, archive, image: IMAGE, ...(network === undefined ? {} : { network }) });
    if (peer !== undefined) contestants.push({ peer: opening.use(peer), network });
    else missing.push({ name, value: 0, unit: 'skipped', note: `not installed, skipped: ${install}` });
  }
  const opened = opening.move();
  return { contestants, missing, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

function oursIn({ daemon: { client }, network }: World): Contestant {
  const clear = (): Promise<void> => deleteContainers(client);
  const pidOf = async (index: number): Promise<number> => (await getContainer(client, index)).status?.pid ?? 0;
  const [name, start] =
    network === undefined
      ? ['tsmoby, apply to Running', startContainers]
      : ['tsmoby, apply to Ready', (...words: Parameters<typeof startContainers>) => startPublished(...words)];
  return { peer: { name, start: (count) => start(client, count), clear, pidOf }, network };
}
