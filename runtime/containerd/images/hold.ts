import { RuntimeError } from '../../errors.ts';
import type { ImageRecord } from '../../ports/images.ts';
import { isGrpc } from '../errors.ts';
import type { ImagesContext } from './context.ts';
import { underLongLease } from './lease.ts';

/** Runs `work` under a lease that refers to these images: whoever takes their records away meanwhile takes no content. */
export async function holdImages<T>(
  context: ImagesContext,
  records: readonly ImageRecord[],
  work: () => Promise<T>,
): Promise<T> {
  const { leases, content } = context.connection.services;
  return underLongLease(context, async (lease) => {
    for (const { name, digest } of records) {
      await leases.addResource({ id: lease, resource: { id: digest, type: 'content' } });
      try {
        // A lease may refer to what is gone already.
        await content.info({ digest });
      } catch (error) {
        if (!isGrpc(error, 'NOT_FOUND')) throw error;
        throw new RuntimeError('NotFound', `the content of image ${name} is gone`, { reason: 'ResultLost' });
      }
    }
    return work();
  });
}
