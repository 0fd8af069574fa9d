import { openChannel } from '../../../proto/grpc/channel.ts';
import { probe } from '../../../proto/grpc/probe.ts';
import { servicesOn, type Services } from '../../../runtime/containerd/connection.ts';

const SNAPSHOTTER = 'overlayfs';
/** Milliseconds. A collector that has gigabytes to take, on a machine that has much else to do, is not fast. */
const DEADLINE = 120_000;

/** Takes away what a BuildKit that was killed holds in containerd: its namespace and that of its history. */
export async function removeBuildkitNamespaces(socketPath: string, namespace: string): Promise<void> {
  if (!(await probe(socketPath))) return; // ended before it: nobody is left who holds anything
  for (const name of [`${namespace}_history`, namespace]) await removeNamespace(socketPath, name);
}

/** Names of all namespaces of a containerd. */
export async function namespacesOf(socketPath: string): Promise<readonly string[]> {
  const channel = openChannel(`unix://${socketPath}`);
  try {
    const { namespaces } = await servicesOn(channel).namespaces.list({});
    return namespaces.map(({ name }) => name).toSorted((a, b) => a.localeCompare(b));
  } finally {
    channel.close();
  }
}

async function removeNamespace(socketPath: string, name: string): Promise<void> {
  if (!(await namespacesOf(socketPath)).includes(name)) return;
  const channel = openChannel(`unix://${socketPath}`, {
    headers: { 'containerd-namespace': name },
    deadline: DEADLINE,
  });
  try {
    const services = servicesOn(channel);
    await removeTasks(services);
    for (const { name: image } of (await services.images.list({})).images)
      await services.images.delete({ name: image });
    for (const { ref } of (await services.content.listStatuses({})).statuses) await services.content.abort({ ref });
    for (const { id } of (await services.leases.list({})).leases) await services.leases.delete({ id });
    // Only a synchronous delete waits until the collector has taken what nobody holds any more.
    await services.leases.create({ id: 'the-last' });
    await services.leases.delete({ id: 'the-last', sync: true });
    await removeRest(services);
    await services.namespaces.delete({ name });
  } finally {
    channel.close();
  }
}

async function removeTasks({ tasks, containers }: Services): Promise<void> {
  for (const { id } of (await containers.list({})).containers) {
    await tasks.kill({ containerId: id, signal: 9, all: true }).catch(() => undefined);
    await tasks.wait({ containerId: id }).catch(() => undefined);
    await tasks.delete({ containerId: id }).catch(() => undefined);
    await containers.delete({ id });
  }
}

/** What is a root of its own for the collector. */
async function removeRest({ content, snapshots }: Services): Promise<void> {
  const names: string[] = [];
  for await (const { info } of snapshots.list({ snapshotter: SNAPSHOTTER }))
    names.push(...info.map((each) => each.name));
  // Children keep their parents; which is which does not matter when each round takes at least one.
  for (let left = names; left.length > 0;) {
    const kept: string[] = [];
    for (const key of left) {
      await snapshots.remove({ snapshotter: SNAPSHOTTER, key }).catch(() => kept.push(key));
    }
    if (kept.length === left.length) throw new Error(`snapshots that cannot be removed: ${kept.join(', ')}`);
    left = kept;
  }
  const digests: string[] = [];
  for await (const { info } of content.list({})) digests.push(...info.map(({ digest }) => digest));
  for (const digest of digests) await content.delete({ digest });
}
