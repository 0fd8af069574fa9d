/** The measured Containers: made, watched and deleted as a client does it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../client/client.ts';
import type { Container, Image } from '../schemas/gen/types.ts';
import type { ObjectInput } from '../schemas/object.ts';
import { inParallel } from './in-parallel.ts';
import { IMAGE, type World } from './world.ts';

export const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;
const NAMESPACE = 'default';
const FIELD_MANAGER = 'bench';
/** Requests that a client has under way at once. */
const REQUESTS = 8;
const LIMIT_MS = 90_000;

/** On all that come and go; the model, whose spec the floor copies, stays. */
const MEASURED = { bench: 'measured' };
const SELECTOR = 'bench=measured';
const MODEL = 'model';

const nameOf = (index: number): string => `bench-${index}`;

const containerObject = (name: string, labels = {}): ObjectInput<Container> => ({
  ...CONTAINER,
  metadata: { name, namespace: NAMESPACE, labels },
  spec: { image: IMAGE, command: ['sleep', 'infinity'], terminationGracePeriodSeconds: 0 },
});

/** Brings the image in and waits until it is ready. */
export async function loadImage({ daemon: { client }, archive }: World): Promise<void> {
  const kind = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Image' } as const;
  const image: ObjectInput<Image> = {
    ...kind,
    metadata: { name: 'busybox', namespace: NAMESPACE },
    spec: { reference: IMAGE, archive: { path: archive } },
  };
  await client.apply(image, { fieldManager: FIELD_MANAGER });
  await until(async () => {
    const { status } = await client.get<Image>({ ...kind, namespace: NAMESPACE, name: 'busybox' });
    return status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  });
}

/** One Container that runs on, for others to look at. */
export async function startModel(client: Client): Promise<void> {
  await client.apply(containerObject(MODEL), { fieldManager: FIELD_MANAGER });
  await until(async () => {
    const { status } = await client.get<Container>({ ...CONTAINER, namespace: NAMESPACE, name: MODEL });
    return status?.state?.running !== undefined;
  });
}

/** Applies so many Containers, of which none is there yet; resolves with the milliseconds until a watch has shown all of them running. */
export async function startContainers(client: Client, count: number): Promise<number> {
  const { metadata } = await client.list<Container>(CONTAINER, { namespace: NAMESPACE });
  const ended = new AbortController();
  const allRun = untilAllRun(client, count, metadata.resourceVersion, ended.signal);
  const start = performance.now();
  await inParallel([...Array(count).keys()], REQUESTS, (index) =>
    client.apply(containerObject(nameOf(index), MEASURED), { fieldManager: FIELD_MANAGER }),
  );
  await allRun;
  const milliseconds = performance.now() - start;
  ended.abort();
  return milliseconds;
}

async function untilAllRun(client: Client, count: number, resourceVersion: string, signal: AbortSignal): Promise<void> {
  const running = new Set<string>();
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
  for await (const event of client.watch<Container>(CONTAINER, {
    namespace: NAMESPACE,
    labelSelector: SELECTOR,
    resourceVersion,
    signal: bounded,
  })) {
    if (event.type === 'BOOKMARK') continue;
    if (event.object.status?.state?.running !== undefined) running.add(event.object.metadata.name);
    if (running.size === count) return;
  }
  if (!signal.aborted) throw new Error(`only ${running.size} of ${count} containers came up`);
}

/** Resolves when all measured Containers are gone, and what they had in the runtime with them. */
export async function deleteContainers(client: Client): Promise<void> {
  const selection = { namespace: NAMESPACE, labelSelector: SELECTOR };
  await client.deleteCollection(CONTAINER, selection);
  await until(async () => (await client.list<Container>(CONTAINER, selection)).items.length === 0);
}

/** Kills one Container's process; resolves with the milliseconds until a watch has shown another one running. */
export async function killAndAwait(client: Client, index: number): Promise<number> {
  const ref = { ...CONTAINER, namespace: NAMESPACE, name: nameOf(index) };
  const { metadata, status } = await client.get<Container>(ref);
  const pid = status?.pid;
  if (pid === undefined) throw new Error(`container ${ref.name} does not run`);
  const watch = client.watch<Container>(CONTAINER, {
    namespace: NAMESPACE,
    fieldSelector: `metadata.name=${ref.name}`,
    resourceVersion: metadata.resourceVersion,
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  let start = 0;
  setTimeout(() => {
    start = performance.now();
    process.kill(pid, 'SIGKILL');
  }, 50);
  for await (const event of watch) {
    const { status } = event.type === 'BOOKMARK' ? {} : event.object;
    if (status?.state?.running !== undefined && status.pid !== undefined && status.pid !== pid) {
      return performance.now() - start;
    }
  }
  throw new Error(`container ${ref.name} did not come back`);
}

/** Current revision of the store: grows by one with each write. */
export async function revision(client: Client): Promise<number> {
  return Number((await client.list(CONTAINER, { namespace: NAMESPACE })).metadata.resourceVersion);
}

async function until(done: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + LIMIT_MS; !(await done()); await sleep(100)) {
    if (Date.now() > deadline) throw new Error('it takes too long');
  }
}
