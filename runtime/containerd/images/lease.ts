import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { RuntimeErrorCode } from '../../errors.ts';
import { COLLECTOR_DEADLINE } from '../collector.ts';
import { toRuntimeError, unlessGone, unlessThere } from '../errors.ts';
import { GC_EXPIRE, STORE_LABEL } from '../labels.ts';
import type { ImagesContext } from './context.ts';
import { sha256 } from './digest.ts';

/** Milliseconds; far longer than any pull takes, as a lease cannot be prolonged. */
const LIFETIME = 24 * 3_600_000;
/** Milliseconds after which a lease that an earlier attempt left is too old to be trusted with another pull. */
const REUSABLE = 3_600_000;

/** After these the same call may succeed: what was fetched is worth keeping. */
const HEALING: ReadonlySet<RuntimeErrorCode> = new Set(['Unavailable', 'DeadlineExceeded', 'Cancelled', 'Internal']);

/** Names of leases that are worth keeping after their work ended, as the next attempt goes on under them. */
export const IMAGE_LEASE = 'image-';

/** The lease of one image's pull or load: its name follows from the image's, so that a retry finds what was fetched. */
export function imageLease(name: string): string {
  return `${IMAGE_LEASE}${sha256(name).slice('sha256:'.length, 'sha256:'.length + 24)}`;
}

/**
 * Runs `work` under the image's lease. After success the record keeps everything, and the lease goes. After a failure that may
 * heal it stays (it expires by itself), so that the next attempt goes on where this one stopped; after any other it goes, too.
 */
export async function underImageLease<T>(
  context: ImagesContext,
  name: string,
  work: (lease: string) => Promise<T>,
): Promise<T> {
  const { leases } = context.connection.services;
  const id = imageLease(name);
  context.leasesInUse.add(id);
  try {
    await takeLease(context, id);
    const result = await work(id);
    await unlessGone(leases.delete({ id }));
    return result;
  } catch (error) {
    const { code } = toRuntimeError(error, `fetch image ${name}`);
    if (!HEALING.has(code)) {
      // A full disk is the one failure where waiting for the collector would hurt.
      const sync = code === 'ResourceExhausted';
      await unlessGone(leases.delete({ id, sync })).catch(() => undefined);
    }
    throw error;
  } finally {
    context.leasesInUse.delete(id);
  }
}

/** Runs `work` under a lease of its own, which goes afterwards, whatever happened. */
export async function underLease<T>(context: ImagesContext, work: (lease: string) => Promise<T>): Promise<T> {
  return withOwnLease(context, REUSABLE, work, () => false);
}

/** The same for work that may take hours; after a failure the collector is awaited, so that nothing is left of what the lease alone held. */
export async function underLongLease<T>(context: ImagesContext, work: (lease: string) => Promise<T>): Promise<T> {
  return withOwnLease(context, LIFETIME, work, (done) => !done);
}

async function withOwnLease<T>(
  context: ImagesContext,
  lifetime: number,
  work: (lease: string) => Promise<T>,
  awaitsCollector: (done: boolean) => boolean,
): Promise<T> {
  const { leases } = context.connection.services;
  const id = `work-${context.connection.newId()}`;
  let done = false;
  context.leasesInUse.add(id);
  try {
    await leases.create({ id, labels: labelsOf(context, lifetime) });
    const result = await work(id);
    done = true;
    return result;
  } finally {
    const sync = awaitsCollector(done);
    await unlessGone(leases.delete({ id, sync }, sync ? { deadline: COLLECTOR_DEADLINE } : {})).catch(() => undefined);
    context.leasesInUse.delete(id);
  }
}

async function takeLease(context: ImagesContext, id: string): Promise<void> {
  const { leases } = context.connection.services;
  const labels = labelsOf(context, LIFETIME);
  if ((await unlessThere(leases.create({ id, labels }))) !== undefined) return;
  const found = (await leases.list({ filters: [`id==${id}`] })).leases[0];
  const made = found?.createdAt === undefined ? 0 : timestampMs(found.createdAt);
  if (context.connection.clock.now() - made < REUSABLE) return;
  await unlessGone(leases.delete({ id }));
  await unlessThere(leases.create({ id, labels }));
}

function labelsOf(context: ImagesContext, lifetime: number): Record<string, string> {
  const { identity, clock } = context.connection;
  const expire = new Date(clock.now() + lifetime).toISOString();
  return { [STORE_LABEL]: identity, [GC_EXPIRE]: expire };
}
