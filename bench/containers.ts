/** The measured Containers: made, watched and deleted as a client does it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../client/client.ts';
import type { Container, ContainerSpec, Image } from '../schemas/gen/types.ts';
import type { ObjectInput } from '../schemas/object.ts';
import { inParallel } from './in-parallel.ts';
import { CONTAINER_PORT, hostPortOf, SERVE, SLEEP } from './workload.ts';
import { IMAGE, type World } from './world.ts';

export const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;
const NAMESPACE = 'default';
const FIELD_MANAGER = 'bench';
/** Requests that a client has under way at once. */
const REQUESTS = 8;
const LIMIT_MS = 90_000;
/** What a container may take on a machine that has much else to do. */
const CONTAINER_MS = 3000;

/** On all that come and go; the model, whose spec the floor copies, stays. */
const MEASURED = { bench: 'measured' };
const SELECTOR = 'bench=measured';
const MODEL = 'model';
/** Beyond those of all that are measured. */
const MODEL_INDEX = 10_000;

const nameOf = (index: number): string => `bench-${index}`;

/** What the spec of a measured Container has beside its image; of the one with this index. */
export type Workload = (index: number) => Partial<ContainerSpec>;

/** In a network namespace of its own with nothing in it but loopback, as peers' `none` is. */
export const unconnected: Workload = () => ({ command: SLEEP, networkMode: 'none' });

/** On the namespace's own network, one published port each. */
export const published: Workload = (index) => ({
  command: SERVE,
  ports: [{ containerPort: CONTAINER_PORT, hostPort: hostPortOf(index) }],
});

/** The same with nobody behind the port: several processes can be in one network namespace. */
export const silent: Workload = (index) => ({ ...published(index), command: SLEEP });

/** A published one, asked every ten seconds whether it lives. */
export const probed: Workload = (index) => ({
  ...published(index),
  livenessProbe: { httpGet: { path: '/', port: CONTAINER_PORT }, periodSeconds: 10 },
});

const containerObject = (name: string, workload: Partial<ContainerSpec>, labels = {}): ObjectInput<Container> => ({
  ...CONTAINER,
  metadata: { name, namespace: NAMESPACE, labels },
  spec: { image: IMAGE, terminationGracePeriodSeconds: 0, ...workload },
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
export async function startModel(client: Client, workload = unconnected): Promise<void> {
  await client.apply(containerObject(MODEL, workload(MODEL_INDEX)), { fieldManager: FIELD_MANAGER });
  await until(async () => {
    const { status } = await client.get<Container>({ ...CONTAINER, namespace: NAMESPACE, name: MODEL });
    return status?.state?.running !== undefined;
  });
}

/** Whether a Container is as far as a turn is to bring it. */
type Reached = (container: Container) => boolean;

const runs: Reached = ({ status }) => status?.state?.running !== undefined;

/** Serves: runs, has its addresses, and its ports lead to it. */
export const isReady: Reached = ({ metadata, status }) =>
  status?.observedGeneration === metadata.generation &&
  (status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false);

/** Applies so many Containers, of which none is there yet; resolves with the milliseconds until a watch has shown all of them running. */
export async function startContainers(client: Client, count: number): Promise<number> {
  return applyAll(client, count, unconnected, runs);
}

/** The same of Containers on a bridge, until all are Ready. */
export async function startPublished(client: Client, count: number, workload: Workload = published): Promise<number> {
  return applyAll(client, count, workload, isReady);
}

/** Changes what so many Containers are to be, in place; resolves when all are Ready with it. */
export async function changeAll(client: Client, count: number, workload: Workload): Promise<void> {
  await applyAll(client, count, workload, isReady);
}

async function applyAll(client: Client, count: number, workload: Workload, reached: Reached): Promise<number> {
  const { metadata } = await client.list<Container>(CONTAINER, { namespace: NAMESPACE });
  const ended = new AbortController();
  const allReached = untilAll(client, count, reached, metadata.resourceVersion, ended.signal);
  const start = performance.now();
  await inParallel([...Array(count).keys()], REQUESTS, (index) =>
    client.apply(containerObject(nameOf(index), workload(index), MEASURED), { fieldManager: FIELD_MANAGER }),
  );
  await allReached;
  const milliseconds = performance.now() - start;
  ended.abort();
  return milliseconds;
}

async function untilAll(
  client: Client,
  count: number,
  reached: Reached,
  resourceVersion: string,
  signal: AbortSignal,
): Promise<void> {
  const there = new Set<string>();
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS + count * CONTAINER_MS)]);
  for await (const event of client.watch<Container>(CONTAINER, {
    namespace: NAMESPACE,
    labelSelector: SELECTOR,
    resourceVersion,
    signal: bounded,
  })) {
    if (event.type === 'BOOKMARK') continue;
    if (reached(event.object)) there.add(event.object.metadata.name);
    if (there.size === count) return;
  }
  if (!signal.aborted) throw new Error(`only ${there.size} of ${count} containers came up`);
}

/** Resolves when all measured Containers are gone, and what they had in the runtime with them. */
export async function deleteContainers(client: Client): Promise<void> {
  const selection = { namespace: NAMESPACE, labelSelector: SELECTOR };
  await client.deleteCollection(CONTAINER, selection);
  await until(async () => (await client.list<Container>(CONTAINER, selection)).items.length === 0);
}

/** Kills one Container's process; resolves with the milliseconds until a watch has shown another one running. */
export async function killAndAwait(client: Client, index: number): Promise<number> {
  return untilAnother(client, index, runs, async (pid) => void process.kill(pid, 'SIGKILL'));
}

/** Asks for a restart, as `tsmoby rollout restart` does; the same until another process runs and is Ready. */
export async function restartAndAwait(client: Client, index: number): Promise<number> {
  const ref = { ...CONTAINER, namespace: NAMESPACE, name: nameOf(index) };
  const annotations = { 'tsmoby.dev/restartedAt': new Date().toISOString() };
  const patch = { metadata: { annotations } };
  return untilAnother(client, index, isReady, async () => void (await client.patch(ref, patch, { type: 'merge' })));
}

async function untilAnother(
  client: Client,
  index: number,
  reached: Reached,
  cause: (pid: number) => Promise<void>,
): Promise<number> {
  const { metadata, status: before } = await getContainer(client, index);
  const { name, resourceVersion } = metadata;
  const pid = before?.pid;
  if (pid === undefined) throw new Error(`container ${name} does not run`);
  const watch = client.watch<Container>(CONTAINER, {
    namespace: NAMESPACE,
    fieldSelector: `metadata.name=${name}`,
    resourceVersion,
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  let start = 0;
  // Once the watch is open.
  const caused = sleep(50).then(() => {
    start = performance.now();
    return cause(pid);
  });
  for await (const event of watch) {
    if (event.type === 'BOOKMARK') continue;
    const { status } = event.object;
    if (status?.pid === undefined || status.pid === pid || !runs(event.object) || !reached(event.object)) continue;
    const milliseconds = performance.now() - start;
    await caused;
    return milliseconds;
  }
  throw new Error(`container ${name} did not come back`);
}

/** A measured Container as it is now. */
export async function getContainer(client: Client, index: number): Promise<Container> {
  return client.get<Container>({ ...CONTAINER, namespace: NAMESPACE, name: nameOf(index) });
}

/** All of them. */
export async function listContainers(client: Client): Promise<readonly Container[]> {
  return (await client.list<Container>(CONTAINER, { namespace: NAMESPACE, labelSelector: SELECTOR })).items;
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
