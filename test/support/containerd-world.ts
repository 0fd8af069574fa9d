import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openChannel } from '../../proto/grpc/channel.ts';
import { removeCgroupParent } from '../../runtime/containerd/cgroup.ts';
import { servicesOn, type Services } from '../../runtime/containerd/connection.ts';
import { connectContainerd, type Containerd } from '../../runtime/containerd/index.ts';
import { buildOciSpec } from '../../runtime/containerd/spec/build.ts';
import { createHost } from '../../runtime/host/create-host.ts';
import { measureHostFacts } from '../../runtime/host/facts.ts';
import type { RootFilesystem, TaskStdio } from '../../runtime/ports/containers.ts';
import type { HostFacts } from '../../runtime/ports/host.ts';
import type { Registry } from '../../runtime/ports/registry.ts';
import type { ImageRecord } from '../../runtime/ports/images.ts';
import { buildBusyboxArchive } from '../../tools/busybox-image/archive.ts';
import type { FileTree } from '../../tools/busybox-image/tar.ts';
import type { TestContainerd } from './containerd.ts';
import { makeFolder, whenInterrupted } from './interruption.ts';
import { createMemoryRegistry, type MemoryRegistry } from './memory-registry-port.ts';

/** One store's view of a test containerd, with everything around it. Dispose takes away what it made. */
export interface ContainerdWorld extends AsyncDisposable {
  readonly containerd: Containerd;
  /** The same namespace without our adapter: what others do behind its back. */
  readonly services: Services;
  readonly registry: MemoryRegistry;
  readonly facts: HostFacts;
  readonly folder: string;
  /** The adapter's clock runs ahead by so many milliseconds. */
  ahead: number;
  /** Another connection of the same store, as after the daemon's restart. */
  reconnect(): Promise<Containerd>;
  /** A small busybox image, unpacked; other files make another digest. */
  loadBusybox(name?: string, files?: FileTree): Promise<ImageRecord>;
  /** FIFOs that somebody holds open. */
  stdio(id: string): Promise<TaskStdio>;
  /** Runs the garbage collector and waits for it. */
  collectGarbage(): Promise<void>;
}

export interface WorldOptions {
  readonly snapshotter?: string;
  /** Instead of the one in memory. */
  readonly port?: Registry;
}

export async function openWorld(daemon: TestContainerd, options: WorldOptions = {}): Promise<ContainerdWorld> {
  const { snapshotter, port } = options;
  const folder = await makeFolder('/tmp/tsm-w-');
  const facts = await measureHostFacts({
    dataDirectory: folder,
    runDirectory: folder,
    storeIdentity: randomUUID(),
  });
  const registry = createMemoryRegistry();
  const connections: Containerd[] = [];
  const fifos: FileHandle[] = [];
  const reconnect = async (): Promise<Containerd> => {
    const containerd = await connectContainerd({
      socketPath: daemon.socketPath,
      facts,
      host: createHost({ runDirectory: folder }),
      registry: port ?? registry,
      specOf: (spec) => buildOciSpec(spec, { facts }),
      runtimeRoot: daemon.runtimeRoot,
      clock: { now: () => Date.now() + world.ahead },
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
      ...(snapshotter === undefined ? {} : { snapshotter }),
    });
    connections.push(containerd);
    return containerd;
  };
  const world = { ahead: 0, folder, facts, registry, reconnect } as {
    -readonly [K in keyof ContainerdWorld]: ContainerdWorld[K];
  };
  world.containerd = await reconnect();
  const channel = openChannel(`unix://${daemon.socketPath}`, {
    headers: { 'containerd-namespace': world.containerd.namespace },
  });
  world.services = servicesOn(channel);
  world.loadBusybox = async (name = 'busybox', files = {}) => {
    const output = join(folder, 'busybox.tar');
    await buildBusyboxArchive({ output, files, config: { cmd: ['sleep', 'infinity'] } });
    const owner = { kind: 'Image', namespace: 'default', name, uid: name };
    const platform = `linux/${facts.architecture}`;
    return await world.containerd.images.load({ name, owner, labels: {}, path: output, platform }, () => undefined);
  };
  world.stdio = (id) => makeStdio(folder, id, fifos);
  world.collectGarbage = () => collectGarbage(world.services);
  world[Symbol.asyncDispose] = whenInterrupted(async () => {
    await empty(world.containerd, world.services);
    for (const connection of connections) connection[Symbol.dispose]();
    channel.close();
    for (const fifo of fifos) await fifo.close();
    await removeCgroupParent('/sys/fs/cgroup', `/tsmoby/${facts.storeIdentity}`);
    await rm(folder, { recursive: true, force: true });
  });
  return world;
}

/** Where an instance of this image gets its root file system. */
export function rootOf({ chainId, manifestDigest, snapshotter }: ImageRecord): RootFilesystem {
  return { chainId, manifestDigest, snapshotter, readOnly: false };
}

/** Kills a task and takes it away, as `ctr task delete -f` does. */
export async function deleteTaskBehind(services: Services, containerId: string): Promise<void> {
  await services.tasks.kill({ containerId, signal: 9 });
  await services.tasks.wait({ containerId });
  await services.tasks.delete({ containerId });
}

/** Only a synchronous delete waits for the collector; a lease that holds nothing is the cheapest thing to delete. */
async function collectGarbage(services: Services): Promise<void> {
  const id = `collect-${randomUUID()}`;
  await services.leases.create({ id });
  await services.leases.delete({ id, sync: true });
}

async function makeStdio(folder: string, id: string, fifos: FileHandle[]): Promise<TaskStdio> {
  const directory = join(folder, 'fifos', `${id}-${fifos.length}`);
  await mkdir(directory, { recursive: true });
  const stdout = join(directory, 'o');
  const stderr = join(directory, 'e');
  await promisify(execFile)('mkfifo', [stdout, stderr]);
  // Open for both, so that neither side ever waits for the other; tests write less than a pipe holds.
  for (const path of [stdout, stderr]) fifos.push(await open(path, constants.O_RDWR | constants.O_NONBLOCK));
  return { stdout, stderr };
}

async function empty({ containers, images }: Containerd, services: Services): Promise<void> {
  for (const { id } of await containers.list()) await containers.delete(id);
  const { containers: others } = await services.containers.list({ filters: [] });
  for (const { id } of others) await services.containers.delete({ id });
  for (const { name } of (await services.images.list({})).images) await images.delete(name);
}
