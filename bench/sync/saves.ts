/** From the saving of a file to its object in the API, and to the container that runs by it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Client } from '../../client/client.ts';
import type { ConfigMap, Container } from '../../schemas/gen/types.ts';
import type { ObjectInput } from '../../schemas/object.ts';
import { CONTAINER } from '../containers.ts';
import type { Floor } from '../floor.ts';
import type { BenchRow } from '../row.ts';
import { median, percentile, round } from '../statistics.ts';
import { SLEEP } from '../workload.ts';
import { IMAGE, type World } from '../world.ts';
import { applySync, CONFIG_MAP, configMap, deleteSync, NAMESPACE, untilSeen, untilSynced } from './objects.ts';

const BARE = fileURLToPath(new URL('./bare-program.ts', import.meta.url));
/** Between two saves, longer than anything that the one before it set in motion. */
const REST_MS = 150;

/** Saves are written in place, in turns with those of the bare path. */
export async function benchSaves(world: World, saves: number): Promise<BenchRow[]> {
  const { client } = world.daemon;
  const folder = await newFolder(world, 'saves');
  const files = { ours: join(folder, 'followed', 'one.yaml'), bare: join(folder, 'bare', 'one.yaml') };
  await saveConfigMap(files.ours, 'saved', 'first');
  await saveConfigMap(files.bare, 'bare', 'first');
  await applySync(client, 'saves', join(folder, 'followed'));
  await untilSynced(client, 'saves', 1);
  using _program = await startBare(files.bare, join(world.runDirectory, 'tsmoby.sock'));
  const ours: number[] = [];
  const bare: number[] = [];
  for (let save = 0; save < saves; save += 1) {
    world.signal.throwIfAborted();
    ours.push(await savedToObject(client, files.ours, 'saved', `${save}`));
    bare.push(await savedToObject(client, files.bare, 'bare', `${save}`));
  }
  await deleteSync(client, 'saves');
  const note = `p99 ${round(percentile(ours, 0.99))} ms; ${saves} saves`;
  return [
    { name: 'file saved to object: tsmoby', value: round(median(ours)), unit: 'ms', note },
    {
      name: 'file saved to object: bare',
      value: round(median(bare)),
      unit: 'ms',
      note: `fs.watch, parse, apply; p99 ${round(percentile(bare, 0.99))} ms; tsmoby ${round(median(ours) - median(bare))} ms more`,
    },
  ];
}

async function newFolder({ folder }: World, name: string): Promise<string> {
  const path = join(folder, name);
  for (const part of ['followed', 'bare']) await mkdir(join(path, part), { recursive: true });
  return path;
}

async function startBare(path: string, socket: string): Promise<Disposable> {
  const child = fork(BARE, [path, socket]);
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the bare program ended')));
  await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => undefined);
  return { [Symbol.dispose]: () => void child.kill() };
}

const saveConfigMap = (path: string, name: string, value: string): Promise<void> =>
  writeFile(path, JSON.stringify(configMap(name, value), undefined, 2));

async function savedToObject(client: Client, path: string, name: string, value: string): Promise<number> {
  const seen = untilSeen<ConfigMap>(client, CONFIG_MAP, name, ({ data }) => data?.['value'] === value);
  await sleep(REST_MS);
  const start = performance.now();
  await saveConfigMap(path, name, value);
  return (await seen) - start;
}

/** Another environment is another container: the old one ends, and a new one is made. Needs a bare one in the floor. */
export async function benchSavedContainer(world: World, floor: Floor, saves: number): Promise<BenchRow[]> {
  const { client } = world.daemon;
  const folder = join(await newFolder(world, 'containers'), 'followed');
  const path = join(folder, 'container.yaml');
  await writeFile(path, JSON.stringify(container('first')));
  await applySync(client, 'containers', folder);
  await untilSynced(client, 'containers', 1);
  const ours: number[] = [];
  const bare: number[] = [];
  for (let save = 0; save < saves; save += 1) {
    world.signal.throwIfAborted();
    ours.push(await savedToRunning(client, path, `${save}`));
    bare.push(await floor.recreateAll());
  }
  await deleteSync(client, 'containers');
  return [
    {
      name: 'file saved to container running: tsmoby',
      value: round(median(ours)),
      unit: 'ms',
      note: `p99 ${round(percentile(ours, 0.99))} ms; ${saves} saves`,
    },
    {
      name: 'file saved to container running: bare',
      value: round(median(bare)),
      unit: 'ms',
      note: `gRPC: task, record and snapshot removed and made; tsmoby ${round(median(ours) / median(bare), 2)}`,
    },
  ];
}

const container = (value: string): ObjectInput<Container> => ({
  ...CONTAINER,
  metadata: { name: 'saved', namespace: NAMESPACE },
  spec: {
    image: IMAGE,
    command: SLEEP,
    networkMode: 'none',
    terminationGracePeriodSeconds: 0,
    env: [{ name: 'SAVED', value }],
  },
});

async function savedToRunning(client: Client, path: string, value: string): Promise<number> {
  const before = await client.get<Container>({ ...CONTAINER, namespace: NAMESPACE, name: 'saved' });
  const seen = untilSeen<Container>(
    client,
    CONTAINER,
    'saved',
    ({ status }) =>
      status?.state?.running !== undefined && status.pid !== undefined && status.pid !== before.status?.pid,
  );
  await sleep(REST_MS);
  const start = performance.now();
  await writeFile(path, JSON.stringify(container(value)));
  return (await seen) - start;
}
