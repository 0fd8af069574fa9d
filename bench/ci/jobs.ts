/** What a job of five containers costs beside its command: `tsmoby ci` and docker compose, on a daemon that runs and on one of its own. */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildBusyboxArchive } from '../../tools/busybox-image/archive.ts';
import { openCompose } from '../compose.ts';
import { loadImage } from '../containers.ts';
import type { Peer } from '../peer.ts';
import type { BenchRow } from '../row.ts';
import { run } from '../run.ts';
import { median, round } from '../statistics.ts';
import { SLEEP } from '../workload.ts';
import { IMAGE, type World } from '../world.ts';

export interface JobSizes {
  readonly jobTurns: number;
}

const CONTAINERS = 5;

interface Times {
  readonly ours: number[];
  readonly compose: number[];
}

/** The command is `true`, so that all of the time is overhead. Whole commands, in turns; images are loaded from the same file where a daemon is new. */
export async function benchJobs(world: World, { jobTurns }: JobSizes): Promise<BenchRow[]> {
  await loadImage(world);
  const manifests = join(world.folder, 'image', 'job.json');
  await writeFile(manifests, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects(world.archive) }));
  const archive = await dockerArchive(world);
  const shared: Times = { ours: [], compose: [] };
  const alone: Times = { ours: [], compose: [] };
  {
    await using compose = await openPeer(world, archive);
    for (let turn = 0; turn <= jobTurns; turn += 1) {
      world.signal.throwIfAborted();
      const ours = await timed(() => job(world, manifests, ['--server', socketOf(world)]));
      const theirs = compose && (await timed(() => upAndDown(compose)));
      note(shared, turn, ours, theirs);
    }
  }
  for (let turn = 0; turn <= jobTurns; turn += 1) {
    world.signal.throwIfAborted();
    const ours = await timed(() => job(world, manifests, ['--private']));
    const theirs = await timed(async () => {
      await using compose = await openPeer(world, archive);
      if (compose !== undefined) await upAndDown(compose);
    });
    note(alone, turn, ours, shared.compose.length === 0 ? undefined : theirs);
  }
  return [...rowsFor('on a daemon that runs', shared), ...rowsFor('on a daemon of its own', alone)];
}

/** The first turn only warms up. */
function note(times: Times, turn: number, ours: number, compose: number | undefined): void {
  if (turn === 0) return;
  times.ours.push(ours);
  if (compose !== undefined) times.compose.push(compose);
}

const socketOf = ({ runDirectory }: World): string => `unix://${join(runDirectory, 'tsmoby.sock')}`;

/** The working directory of a job may be mounted, and archives in it read. */
async function job({ program, folder }: World, manifests: string, where: readonly string[]): Promise<void> {
  const command = ['ci', '-f', manifests, ...where, '--', 'true'];
  const cache = join(folder, 'cache');
  // execFile takes no working directory from run.ts; a shell does
  await run('sh', ['-c', 'cd "$0" && exec "$@"', join(folder, 'image'), program, ...command], {
    NODE_COMPILE_CACHE: cache,
  });
}

async function dockerArchive(world: World): Promise<string> {
  const output = join(world.folder, 'image', 'docker.tar');
  await buildBusyboxArchive({ output, format: 'docker', name: IMAGE, config: { cmd: ['sleep', 'infinity'] } });
  return output;
}

/** Undefined where it is not installed. */
async function openPeer(world: World, archive: string): Promise<Peer | undefined> {
  const folders = join(world.folder, 'compose');
  await mkdir(folders, { recursive: true });
  return await openCompose({ folder: await mkdtemp(join(folders, 'd-')), archive, image: IMAGE, wait: true });
}

async function upAndDown(compose: Peer): Promise<void> {
  await compose.start(CONTAINERS);
  await compose.clear();
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function objects(archive: string): readonly object[] {
  const apiVersion = 'tsmoby.dev/v1alpha1';
  const image = {
    apiVersion,
    kind: 'Image',
    metadata: { name: 'busybox' },
    spec: { reference: IMAGE, archive: { path: archive } },
  };
  const spec = { image: IMAGE, command: SLEEP, networkMode: 'none', terminationGracePeriodSeconds: 0 };
  const containers = Array.from({ length: CONTAINERS }, (_, index) => ({
    apiVersion,
    kind: 'Container',
    metadata: { name: `job-${index}` },
    spec,
  }));
  return [image, ...containers];
}

function rowsFor(where: string, { ours, compose }: Times): BenchRow[] {
  const title = `job of ${CONTAINERS} containers ${where}`;
  const spread = (values: readonly number[]): string =>
    `${round(Math.min(...values))} to ${round(Math.max(...values))}`;
  const own = { name: `${title}: tsmoby ci`, value: round(median(ours)), unit: 'ms', note: spread(ours) };
  if (compose.length === 0) {
    return [own, { name: `${title}: docker compose`, value: 0, unit: 'skipped', note: 'not installed, skipped' }];
  }
  const ratio = round(median(ours) / median(compose), 2);
  return [
    own,
    {
      name: `${title}: docker compose up --wait and down`,
      value: round(median(compose)),
      unit: 'ms',
      note: `${spread(compose)}; tsmoby ${ratio} of its time; goal < 1`,
    },
  ];
}
