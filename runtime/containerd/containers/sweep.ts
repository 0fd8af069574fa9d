import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { unlessGone, unlessThere } from '../errors.ts';
import { sweepExecs } from '../exec/leftovers.ts';
import { IMAGE_LEASE } from '../images/lease.ts';
import { storeFilter, STORE_LABEL } from '../labels.ts';
import type { ContainersContext } from './context.ts';
import { RUNTIME, SPEC_TYPE } from './create.ts';
import { endTask } from './delete.ts';
import { listInputFifos, removeInputFifo } from './input.ts';

/** Milliseconds. The lease of an image lets an interrupted pull go on for as long. */
const LEASE_AGE = 3_600_000;

/**
 * Tasks, snapshots and inputs without a record, and leases that no work of this process holds. Things are listed first, then what is being
 * created, then records: one made in between is never taken for a leftover, and what a killed daemon left is one however young.
 */
export async function sweep(
  context: ContainersContext,
  leasesInUse: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const { services, snapshotter } = context.connection;
  const { tasks } = await services.tasks.list({}, { signal });
  const inputs = await listInputFifos(context);
  const snapshots = await ownSnapshots(context, signal);
  const creating = [...context.creating];
  // All records, not only ours: what any record explains is no leftover.
  const { containers } = await services.containers.list({ filters: [] }, { signal });
  const explained = new Set([...creating, ...containers.flatMap((container) => [container.id, container.snapshotKey])]);
  const removed: string[] = [];
  for (const id of inputs) {
    if (explained.has(id)) continue;
    await removeInputFifo(context, id);
    removed.push(`input of ${id}`);
  }
  for (const task of tasks) {
    const id = task.containerId === '' ? task.id : task.containerId;
    if (explained.has(id)) continue;
    await endOrphan(context, id);
    removed.push(`task ${id}`);
  }
  for (const key of snapshots) {
    if (explained.has(key)) continue;
    await unlessGone(services.snapshots.remove({ snapshotter, key }));
    removed.push(`snapshot ${key}`);
  }
  removed.push(...(await sweepLeases(context, leasesInUse, signal)));
  if (removed.length > 0 || !context.collected.byNow) await context.connection.collect();
  context.collected.byNow = true;
  return [...(await sweepExecs(context)), ...removed];
}

/** containerd finds a task only by its record, so there has to be one while the task is ended. */
async function endOrphan(context: ContainersContext, id: string): Promise<void> {
  const { services, identity } = context.connection;
  const spec = { typeUrl: SPEC_TYPE, value: Buffer.from('{}') };
  const container = { id, runtime: { name: RUNTIME }, spec, labels: { [STORE_LABEL]: identity } };
  await unlessThere(services.containers.create({ container }));
  await endTask(context, id);
  await unlessGone(services.containers.delete({ id }));
}

async function ownSnapshots(context: ContainersContext, signal: AbortSignal | undefined): Promise<string[]> {
  const { services, snapshotter, identity } = context.connection;
  const keys: string[] = [];
  const pages = services.snapshots.list({ snapshotter, filters: [storeFilter(identity)] }, { signal });
  for await (const { info } of pages) {
    keys.push(...info.map((one) => one.name));
  }
  return keys;
}

async function sweepLeases(
  context: ContainersContext,
  inUse: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const { services, identity } = context.connection;
  const { leases } = await services.leases.list({ filters: [storeFilter(identity)] }, { signal });
  const isKept = (lease: (typeof leases)[number]): boolean =>
    lease.id.startsWith(IMAGE_LEASE) && !isOlder(context, lease.createdAt, LEASE_AGE);
  const left = leases.filter((lease) => !inUse.has(lease.id) && !isKept(lease));
  for (const { id } of left) await unlessGone(services.leases.delete({ id }));
  return left.map(({ id }) => `lease ${id}`);
}

function isOlder(context: ContainersContext, time: Timestamp | undefined, age: number): boolean {
  return time !== undefined && context.connection.clock.now() - timestampMs(time) > age;
}
