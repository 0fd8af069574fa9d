import { COLLECTOR_DEADLINE } from '../collector.ts';
import { unlessGone } from '../errors.ts';
import type { ImagesContext } from './context.ts';
import { imageLease } from './lease.ts';

/** The record, and what an unfinished pull left; then the collector, at once. */
export async function deleteImage(context: ImagesContext, name: string): Promise<void> {
  const { images, leases } = context.connection.services;
  await context.turns.take(`image ${name}`, async () => {
    const unfinished = await unlessGone(leases.delete({ id: imageLease(name) }));
    const deleted = await unlessGone(images.delete({ name, sync: true }, { deadline: COLLECTOR_DEADLINE }));
    if (deleted === undefined && unfinished !== undefined) await context.connection.collect();
  });
}
