/** A Sync of thousands of files: its first pass, passes over what did not change, and what the daemon pays for it. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import type { Client } from '../../client/client.ts';
import type { ConfigMap } from '../../schemas/gen/types.ts';
import type { ObjectInput } from '../../schemas/object.ts';
import type { LoopDelay } from '../daemon-process.ts';
import { inParallel } from '../in-parallel.ts';
import { cpuOf, pssOf, rssOf } from '../processes.ts';
import type { BenchRow } from '../row.ts';
import { median, round } from '../statistics.ts';
import type { World } from '../world.ts';
import {
  applySync,
  CONFIG_MAP,
  configMap,
  deleteSync,
  NAMESPACE,
  requestPass,
  untilSeen,
  untilSynced,
} from './objects.ts';

const IN_A_DIRECTORY = 100;
const PASSES = 11;
/** Requests that the bare path has under way at once, as many as the Sync. */
const AT_ONCE = 8;
const BETWEEN_SAVES_MS = 300;
/** After a burst the daemon collects what it left behind. */
const REST_MS = 8000;

/** Needs a hooked daemon, and a fresh one, as its memory is told. */
export async function benchManyFiles(world: World, count: number): Promise<BenchRow[]> {
  const { client } = world.daemon;
  const folder = join(world.folder, 'many');
  await writeFiles(folder, count);
  const memories = [await memoryOf(world)];
  const first = await measured(world, async () => {
    await applySync(client, 'many', folder);
    await untilSynced(client, 'many', count);
  });
  memories.push(await memoryOf(world));
  const passes: Measured[] = [];
  for (let pass = 0; pass < PASSES; pass += 1) {
    passes.push(await measured(world, () => requestPass(client, 'many', `pass-${pass}`)));
  }
  const saves: Measured[] = [];
  for (let save = 0; save < PASSES; save += 1) {
    // whatever the one before it set in motion has come to rest
    await sleep(BETWEEN_SAVES_MS);
    saves.push(await measured(world, () => saveOne(client, folder, save * Math.floor(count / PASSES))));
  }
  await deleteSync(client, 'many');
  const bare = await measured(world, () => applyFiles(client, folder));
  return [
    {
      name: `${count} files: first pass`,
      value: round(first.milliseconds),
      unit: 'ms',
      note: `read, parsed and applied by a script, ${AT_ONCE} at once: tsmoby ${round(first.milliseconds / bare.milliseconds, 2)} of its time; ${shown(first)}`,
    },
    {
      name: `${count} files: bare`,
      value: round(bare.milliseconds),
      unit: 'ms',
      note: `by a script in a process of its own; the daemon: ${shown(bare)}`,
    },
    passRow(`${count} files: a pass without a change`, passes),
    passRow(`${count} files: one saved to its object`, saves),
    ...['before', 'with all objects'].map((when, index) =>
      memoryRow(`${count} files: memory ${when}`, memories[index]),
    ),
  ];
}

interface Measured {
  readonly milliseconds: number;
  readonly delay: LoopDelay;
  /** Seconds of processor time. */
  readonly cpu: number;
}

async function measured({ daemon, signal }: World, work: () => Promise<void>): Promise<Measured> {
  signal.throwIfAborted();
  let milliseconds = 0;
  const before = await cpuOf(daemon.pid);
  const delay = await daemon.loopDelay(async () => {
    const start = performance.now();
    await work();
    milliseconds = performance.now() - start;
  });
  return { milliseconds, delay, cpu: (await cpuOf(daemon.pid)) - before };
}

const shown = ({ delay, cpu }: Measured): string =>
  `event loop p99 ${round(delay.p99, 1)}, max ${round(delay.max, 1)} ms; ${round(cpu, 1)} s of processor`;

function passRow(name: string, all: readonly Measured[]): BenchRow {
  const of = (value: (one: Measured) => number): number => median(all.map(value));
  const worst = Math.max(...all.map(({ delay }) => delay.max));
  const note = `median of ${all.length}; ${round(of(({ cpu }) => cpu) * 1000)} ms of processor; event loop max ${round(
    of(({ delay }) => delay.max),
    1,
  )} ms, worst ${round(worst, 1)} ms`;
  return { name, value: round(of(({ milliseconds }) => milliseconds)), unit: 'ms', note };
}

interface Memory {
  readonly pss: number;
  readonly rss: number;
}

async function memoryOf({ daemon: { pid } }: World): Promise<Memory> {
  await sleep(REST_MS);
  return { pss: await pssOf(pid), rss: await rssOf(pid) };
}

const memoryRow = (name: string, { pss, rss }: Memory = { pss: 0, rss: 0 }): BenchRow => ({
  name,
  value: round(pss / 1024, 1),
  unit: 'MB PSS',
  note: `${round(rss / 1024, 1)} MB resident; the hook of the event loop included`,
});

const fileOf = (folder: string, index: number): string =>
  join(folder, `d-${Math.floor(index / IN_A_DIRECTORY)}`, `f-${index}.yaml`);

/** As people write them. */
const manifest = (index: number, value: string): string => {
  const { apiVersion, kind, metadata, data } = configMap(`many-${index}`, value) as ConfigMap;
  const lines = Object.entries(data ?? {}).map(([key, text]) => `  ${key}: '${text}'\n`);
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${metadata.name}\n  namespace: ${NAMESPACE}\ndata:\n${lines.join('')}`;
};

async function writeFiles(folder: string, count: number): Promise<void> {
  for (let index = 0; index < count; index += IN_A_DIRECTORY) {
    await mkdir(join(folder, `d-${index / IN_A_DIRECTORY}`), { recursive: true });
  }
  await inParallel([...Array(count).keys()], AT_ONCE, (index) =>
    writeFile(fileOf(folder, index), manifest(index, 'first')),
  );
}

/** Never the same one twice. */
async function saveOne(client: Client, folder: string, index: number): Promise<void> {
  const seen = untilSeen<ConfigMap>(client, CONFIG_MAP, `many-${index}`, ({ data }) => data?.['value'] === 'saved');
  await writeFile(fileOf(folder, index), manifest(index, 'saved'));
  await seen;
}

async function applyFiles(client: Client, folder: string): Promise<void> {
  const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.yaml'));
  await inParallel(paths, AT_ONCE, async (path) => {
    const object = parse(await readFile(join(folder, path), 'utf8')) as ObjectInput;
    await client.apply(object, { fieldManager: 'bare', force: true });
  });
}
