/** The same containers with the programs that people use today, in turns with tsmoby. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildBusyboxArchive } from '../tools/busybox-image/archive.ts';
import { openCompose } from './compose.ts';
import { deleteContainers, startContainers } from './containers.ts';
import type { Peer } from './peer.ts';
import { openPodman } from './podman.ts';
import type { BenchRow } from './row.ts';
import type { StartOptions } from './start.ts';
import { median, round } from './statistics.ts';
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

/** Needs the image in the world's daemon, and leaves no container. Peers that are not installed are counted aloud. */
export async function benchPeers(world: World, { count, turns }: StartOptions): Promise<BenchRow[]> {
  await using opened = new AsyncDisposableStack();
  const archive = join(world.folder, 'image', 'docker.tar');
  await buildBusyboxArchive({ output: archive, format: 'docker', name: IMAGE, config: { cmd: ['sleep', 'infinity'] } });
  const peers: Peer[] = [];
  const missing: BenchRow[] = [];
  for (const { open, folder: name, install } of PEERS) {
    const folder = join(world.folder, name);
    await mkdir(folder);
    const peer = await open({ folder, archive, image: IMAGE });
    if (peer === undefined)
      missing.push({ name, value: 0, unit: 'skipped', note: `not installed, skipped: ${install}` });
    else peers.push(opened.use(peer));
  }
  if (peers.length === 0) return missing;
  return [...(await compare(world, peers, { count, turns })), ...missing];
}

async function compare(world: World, peers: readonly Peer[], { count, turns }: StartOptions): Promise<BenchRow[]> {
  const { client } = world.daemon;
  const ours = {
    name: 'tsmoby, apply to Running',
    start: (number: number) => startContainers(client, number),
    clear: () => deleteContainers(client),
  };
  const times = [ours, ...peers].map((one) => ({ one, values: [] as number[] }));
  for (let turn = 0; turn <= turns; turn += 1) {
    for (const { one, values } of times) {
      // The first turn only warms up.
      const number = turn === 0 ? 2 : count;
      const time = (await one.start(number)) / number;
      if (turn > 0) values.push(time);
      await one.clear();
    }
  }
  const [own = 0] = times.map(({ values }) => median(values));
  return times.map(({ one, values }) => ({
    name: one.name,
    value: round(median(values), 1),
    unit: 'ms a container',
    note: `${round(median(values) / own, 2)} × tsmoby; ${count} containers, no network`,
  }));
}
