import { openChannel } from '../../../proto/grpc/channel.ts';
import { namespaceOf } from '../../../runtime/containerd/connect.ts';
import { servicesOn, type Services } from '../../../runtime/containerd/connection.ts';

/** Names of all that a containerd holds for one store. */
export interface Holdings {
  readonly containers: readonly string[];
  readonly tasks: readonly string[];
  readonly snapshots: readonly string[];
  readonly leases: readonly string[];
  readonly images: readonly string[];
  readonly content: readonly string[];
  readonly ingests: readonly string[];
}

/** containerd without our adapter: what is really there, and what others do behind the daemon's back. */
export interface RawContainerd extends Disposable {
  readonly namespace: string;
  readonly services: Services;
  holdings(): Promise<Holdings>;
}

/** `identity`: of the store whose namespace is meant. */
export function openRawContainerd(socketPath: string, identity: string): RawContainerd {
  const namespace = namespaceOf(identity);
  const channel = openChannel(`unix://${socketPath}`, { headers: { 'containerd-namespace': namespace } });
  const services = servicesOn(channel);
  return {
    namespace,
    services,
    holdings: () => readHoldings(services),
    [Symbol.dispose]: () => channel.close(),
  };
}

async function readHoldings(services: Services): Promise<Holdings> {
  const [containers, tasks, snapshots, leases, images, content, ingests] = await Promise.all([
    services.containers.list({ filters: [] }),
    services.tasks.list({}),
    flatten(services.snapshots.list({ snapshotter: 'overlayfs' }), ({ info }) => info),
    services.leases.list({ filters: [] }),
    services.images.list({}),
    flatten(services.content.list({ filters: [] }), ({ info }) => info),
    services.content.listStatuses({ filters: [] }),
  ]);
  return {
    containers: containers.containers.map(({ id }) => id),
    tasks: tasks.tasks.map(({ id }) => id),
    snapshots: snapshots.map(({ name }) => name),
    leases: leases.leases.map(({ id }) => id),
    images: images.images.map(({ name }) => name),
    content: content.map(({ digest }) => digest),
    ingests: ingests.statuses.map(({ ref }) => ref),
  };
}

async function flatten<M, T>(messages: AsyncIterable<M>, pick: (message: M) => readonly T[]): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const message of messages) all.push(...pick(message));
  return all;
}
