import { fromBinary } from '@bufbuild/protobuf';
import { InfoRequestSchema, ReadContentRequestSchema } from '../../../proto/gen/containerd/content_pb.ts';
import { ContentCallError, READ_METHODS, type ContentProxy } from '../../ports/content.ts';
import type { ImageRecord } from '../../ports/images.ts';
import type { ImagesContext } from './context.ts';
import { INVALID_ARGUMENT, NOT_FOUND, passThrough, type Arrival } from './pass-through.ts';
import { digestsOf } from './tree.ts';

/** Read access to the blobs of one image. Which they are is found out at the first call. */
export function contentOfImage(context: ImagesContext, record: ImageRecord): ContentProxy {
  let allowed: Promise<ReadonlySet<string>> | undefined;
  const known = async (): Promise<ReadonlySet<string>> => {
    const mine = (allowed ??= digestsOf(context, record.digest));
    try {
      return await mine;
    } catch (error) {
      if (allowed === mine) allowed = undefined;
      throw error;
    }
  };
  return passThrough(context.connection.channel, {
    methods: READ_METHODS,
    admit: async (arrival) => {
      const digest = digestIn(arrival);
      if ((await known()).has(digest)) return undefined;
      throw new ContentCallError(NOT_FOUND, `content ${digest}: not found`);
    },
  });
}

/** The digest that Info and Read ask for. Throws ContentCallError for what is no such message. */
export function digestIn({ method, first }: Arrival): string {
  try {
    return fromBinary(method === 'Info' ? InfoRequestSchema : ReadContentRequestSchema, first).digest;
  } catch (error) {
    throw new ContentCallError(INVALID_ARGUMENT, `${method}: not a message of it`, { cause: error });
  }
}
