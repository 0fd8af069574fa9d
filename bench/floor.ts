/** What the runtime alone costs: the calls that start a container, on the daemon's own containerd, with nothing around them. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Client } from '../client/client.ts';
import { openChannel } from '../proto/grpc/channel.ts';
import type { Container as RecordMessage } from '../proto/gen/containerd/containers_pb.ts';
import { servicesOn, type Services } from '../runtime/containerd/connection.ts';
import { RUNTIME } from '../runtime/containerd/containers/create.ts';
import { connectContainerd, type Containerd } from '../runtime/containerd/index.ts';
import { namespaceOf } from '../runtime/containerd/connect.ts';
import { createHost } from '../runtime/host/create-host.ts';
import { measureHostFacts } from '../runtime/host/facts.ts';
import type { ImageRecord } from '../runtime/ports/images.ts';
import type { Namespace } from '../schemas/gen/types.ts';
import { inParallel } from './in-parallel.ts';
import type { World } from './world.ts';

/** Longer than any start on a loaded machine, milliseconds. */
const DEADLINE = 120_000;

/** Bare containers beside the daemon's: same containerd, same image, same spec, a namespace of their own. */
export interface Floor extends AsyncDisposable {
  /** Milliseconds to create and start so many containers, so many at once. They run on until `clear`. */
  start(count: number, atOnce: number): Promise<number>;
  /** Milliseconds from SIGKILL of a container's process to its next one: exit seen, task deleted, created, started. */
  recreate(): Promise<number>;
  /** The same with all of the container made anew: its snapshot and its record as well. */
  recreateAll(): Promise<number>;
  clear(): Promise<void>;
}

interface Bare {
  readonly id: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly fifos: readonly FileHandle[];
}

/** Needs a Container of the daemon that runs, whose record it copies. */
export async function openFloor(world: World): Promise<Floor> {
  await using opening = new AsyncDisposableStack();
  const folder = join(world.folder, 'floor');
  await mkdir(folder);
  const containerd = opening.use(await connectOther(world, folder));
  const image = await loadImage(containerd, world);
  const channel = opening.use(
    openChannel(`unix://${world.containerdSocket}`, {
      headers: { 'containerd-namespace': containerd.namespace },
      deadline: DEADLINE,
    }),
  );
  const services = servicesOn(channel);
  const { record, identity } = await recordOfDaemon(world);
  const started: Bare[] = [];
  const clear = async (): Promise<void> => {
    await inParallel(started.splice(0), 8, (bare) => remove(services, bare, image));
  };
  opening.defer(clear);
  opening.defer(() => rm(folder, { recursive: true, force: true }));
  const opened = opening.move();
  return {
    clear,
    async start(count, atOnce) {
      const bares = await prepareFifos(folder, count);
      started.push(...bares);
      const begin = performance.now();
      await inParallel(bares, atOnce, (bare) => startBare(services, bare, image, record, identity));
      return performance.now() - begin;
    },
    recreate: () => recreateBare(services, first(started), image),
    async recreateAll() {
      const bare = first(started);
      const begin = performance.now();
      await removeBare(services, bare, image);
      await startBare(services, bare, image, record, identity);
      return performance.now() - begin;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

function first([bare]: readonly Bare[]): Bare {
  if (bare === undefined) throw new Error('there is no bare container to kill');
  return bare;
}

async function startBare(
  services: Services,
  bare: Bare,
  image: ImageRecord,
  record: RecordMessage,
  identity: string,
): Promise<void> {
  const { id, stdout, stderr } = bare;
  const { snapshotter, chainId: parent } = image;
  const labels = { 'containerd.io/gc.root': 'true' };
  const { mounts } = await services.snapshots.prepare({ snapshotter, key: id, parent, labels });
  const container = {
    id,
    labels: { ...record.labels },
    image: record.image,
    runtime: { name: RUNTIME, ...(record.runtime?.options && { options: record.runtime.options }) },
    snapshotter,
    snapshotKey: id,
    spec: { typeUrl: record.spec?.typeUrl ?? '', value: specFor(record, `/tsmoby/${identity}/${id}`) },
  };
  await services.containers.create({ container });
  await services.tasks.create({ containerId: id, rootfs: mounts, stdout, stderr, terminal: false });
  await services.tasks.start({ containerId: id });
}

/** The daemon's own spec, byte for byte, with another cgroup. */
function specFor(record: RecordMessage, cgroupsPath: string): Uint8Array {
  const text = Buffer.from(record.spec?.value ?? []).toString('utf8');
  return Buffer.from(text.replace(/("cgroupsPath":)"[^"]*"/, (_, key: string) => key + JSON.stringify(cgroupsPath)));
}

async function recreateBare(services: Services, { id, stdout, stderr }: Bare, image: ImageRecord): Promise<number> {
  const { process: task } = await services.tasks.get({ containerId: id });
  const exited = services.tasks.wait({ containerId: id });
  const begin = performance.now();
  process.kill(task?.pid ?? 0, 'SIGKILL');
  await exited;
  await services.tasks.delete({ containerId: id });
  const { mounts } = await services.snapshots.mounts({ snapshotter: image.snapshotter, key: id });
  await services.tasks.create({ containerId: id, rootfs: mounts, stdout, stderr, terminal: false });
  await services.tasks.start({ containerId: id });
  return performance.now() - begin;
}

async function remove(services: Services, bare: Bare, image: ImageRecord): Promise<void> {
  await removeBare(services, bare, image);
  for (const fifo of bare.fifos) await fifo.close();
}

async function removeBare(services: Services, { id }: Bare, { snapshotter }: ImageRecord): Promise<void> {
  const containerId = id;
  await services.tasks.kill({ containerId, signal: 9 }).catch(ignore);
  await services.tasks.wait({ containerId }).catch(ignore);
  await services.tasks.delete({ containerId }).catch(ignore);
  await services.containers.delete({ id }).catch(ignore);
  await services.snapshots.remove({ snapshotter, key: id }).catch(ignore);
}

/** What was never made need not be removed. */
const ignore = (): void => undefined;

/** FIFOs with a reader, as the daemon has them in stock. */
async function prepareFifos(folder: string, count: number): Promise<readonly Bare[]> {
  const ids = Array.from({ length: count }, () => `floor-${randomUUID()}`);
  const paths = ids.map((id) => ({ id, stdout: join(folder, `${id}.o`), stderr: join(folder, `${id}.e`) }));
  await promisify(execFile)(
    'mkfifo',
    paths.flatMap(({ stdout, stderr }) => [stdout, stderr]),
  );
  const reader = constants.O_RDONLY | constants.O_NONBLOCK;
  return Promise.all(
    paths.map(async (bare) => ({
      ...bare,
      fifos: [await open(bare.stdout, reader), await open(bare.stderr, reader)],
    })),
  );
}

/** The same containerd as another store would see it. */
async function connectOther({ containerdSocket: socketPath }: World, folder: string): Promise<Containerd> {
  const facts = await measureHostFacts({ dataDirectory: folder, runDirectory: folder, storeIdentity: randomUUID() });
  const unused = (): Promise<never> => Promise.reject(new Error('the bench needs no registry'));
  return connectContainerd({
    socketPath,
    facts,
    host: createHost({ runDirectory: folder }),
    registry: { resolve: unused, listTags: unused, manifest: unused, blob: unused },
    specOf: () => new Uint8Array(),
    runtimeRoot: join(folder, 'runc'),
    clock: { now: () => Date.now() },
    log: { debug() {}, info() {}, warn() {} },
  });
}

function loadImage({ images }: Containerd, { archive }: World): Promise<ImageRecord> {
  const owner = { kind: 'Image', namespace: 'default', name: 'floor', uid: 'floor' };
  const platform = `linux/${process.arch === 'arm64' ? 'arm64' : 'amd64'}`;
  return images.load({ name: 'floor', owner, labels: {}, path: archive, platform }, () => undefined);
}

/** Record of one of the daemon's containers, and the identity of its store. */
async function recordOfDaemon({ daemon: { client }, containerdSocket }: World) {
  const identity = await identityOf(client);
  using channel = openChannel(`unix://${containerdSocket}`, {
    headers: { 'containerd-namespace': namespaceOf(identity) },
  });
  const { containers } = await servicesOn(channel).containers.list({ filters: [] });
  const [record] = containers;
  if (record === undefined) throw new Error('the daemon runs no container whose spec could be taken');
  return { record, identity };
}

async function identityOf(client: Client): Promise<string> {
  const { metadata } = await client.get<Namespace>({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' });
  return metadata.uid;
}
