import { unlessGone } from '../errors.ts';
import type { ImagesContext } from './context.ts';
import { imageLease } from './lease.ts';

/** The record, and what an unfinished pull left; then the collector, at once. */
export async function deleteImage(context: ImagesContext, name: string): Promise<void> {
  const { images, leases } = context.connection.services;
  await context.locks.run(`image ${name}`, async () => {
    await unlessGone(leases.delete({ id: imageLease(name) }));
    // The collector may have much to remove.
    await unlessGone(images.delete({ name, sync: true }, { deadline: 60_000 }));
  });
}
