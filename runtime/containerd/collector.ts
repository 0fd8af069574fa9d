import { unlessGone } from './errors.ts';
import { GC_EXPIRE, IMAGE_MANIFEST_LABEL, STORE_LABEL } from './labels.ts';
import type { Clock, Services } from './connection.ts';

/** Asks containerd to remove what nothing keeps any more, and waits for it. */
export type Collect = () => Promise<void>;

/** Milliseconds; the collector may have much to remove. */
export const COLLECTOR_DEADLINE = 60_000;
/** Milliseconds that the lease lives should we die before it ends. */
const LIFETIME = 60_000;

/**
 * By itself containerd collects after a hundred changes [S], which on a quiet machine may take days. It does so at once when a lease ends and
 * somebody waits for that. However many ask while one collection is under way: one more serves all of them.
 */
export function createCollect(
  { leases }: Pick<Services, 'leases'>,
  { identity, clock, newId }: { readonly identity: string; readonly clock: Clock; readonly newId: () => string },
): Collect {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    next = undefined;
    const id = `collect-${newId()}`;
    const labels = { [STORE_LABEL]: identity, [GC_EXPIRE]: new Date(clock.now() + LIFETIME).toISOString() };
    await leases.create({ id, labels });
    await unlessGone(leases.delete({ id, sync: true }, { deadline: COLLECTOR_DEADLINE }));
  };
  return () => {
    next ??= running = running.then(run, run);
    return next;
  };
}

/** The same when no image record keeps what was unpacked of this manifest: whoever used it last must see to it. */
export async function collectUnlessRecorded(
  { services, collect }: { readonly services: Pick<Services, 'images'>; readonly collect: Collect },
  manifestDigest: string,
): Promise<void> {
  const { images } = await services.images.list({ filters: [`labels."${IMAGE_MANIFEST_LABEL}"==${manifestDigest}`] });
  if (images.length === 0) await collect();
}
