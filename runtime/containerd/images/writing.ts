import { fromBinary } from '@bufbuild/protobuf';
import { setTimeout as sleep } from 'node:timers/promises';
import { AbortRequestSchema, WriteContentRequestSchema } from '../../../proto/gen/containerd/content_pb.ts';
import { ContentCallError, WRITE_METHODS, type ContentProxy } from '../../ports/content.ts';
import { leased } from '../connection.ts';
import { unlessGone } from '../errors.ts';
import { digestIn } from './content-of.ts';
import type { ImagesContext } from './context.ts';
import { INVALID_ARGUMENT, passThrough, type Arrival } from './pass-through.ts';

const ALREADY_EXISTS = 6;
const ATTEMPTS = 4;
/** Milliseconds. */
const RETRY_WAIT = 100;

/** Write access under a lease. */
export interface Writing {
  readonly content: ContentProxy;
  /** Ends all calls, and throws away what was begun and not finished. */
  close(): Promise<void>;
}

/**
 * Everything that a peer writes is under the lease, and also what it only asks about: whoever finds a blob does not write it, and counts on it.
 * Ingests are named by the peer, in one namespace for all, mostly after their digest: two peers that write the same blob share one, which containerd gives
 * to one after the other. So none of them may throw it away under the other's hands.
 */
export function openWriting(context: ImagesContext, lease: string, signal: AbortSignal | undefined): Writing {
  const { channel, services } = context.connection;
  const me = {};
  const begun = new Set<string>();
  const closed = new AbortController();
  const release = (ref: string): void => void (context.ingests.get(ref) === me && context.ingests.delete(ref));
  const isOthers = (ref: string): boolean => (context.ingests.get(ref) ?? me) !== me;
  const content = passThrough(channel, {
    methods: WRITE_METHODS,
    headers: leased(lease),
    signal: signal === undefined ? closed.signal : AbortSignal.any([signal, closed.signal]),
    admit: async (arrival, signal) => {
      if (arrival.method === 'Info') {
        const resource = { id: digestIn(arrival), type: 'content' };
        await services.leases.addResource({ id: lease, resource }, { signal });
      } else if (arrival.method === 'Write') {
        const ref = refIn(arrival);
        if (!context.ingests.has(ref)) context.ingests.set(ref, me);
        begun.add(ref);
      } else if (arrival.method === 'Abort' && isOthers(refIn(arrival))) return new Uint8Array();
      return undefined;
    },
    ended: (arrival, failure) => {
      if (arrival.method !== 'Write') return;
      release(refIn(arrival));
      if (failure === undefined || failure.status === ALREADY_EXISTS) begun.delete(refIn(arrival));
    },
  });
  const close = async (): Promise<void> => {
    closed.abort();
    for (const ref of begun) {
      release(ref);
      if (!isOthers(ref)) await abort(context, ref);
    }
  };
  return { content, close };
}

/** containerd may still be closing the stream, and then fails to remove the files under it [T]: asked again a little later. */
async function abort({ connection }: ImagesContext, ref: string): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      await unlessGone(connection.services.content.abort({ ref }));
      return;
    } catch (error) {
      connection.log.debug({ ref, attempt, err: error }, 'an ingest could not be thrown away yet');
      await sleep(RETRY_WAIT * attempt, undefined, { ref: false });
    }
  }
}

function refIn({ method, first }: Arrival): string {
  try {
    return fromBinary(method === 'Abort' ? AbortRequestSchema : WriteContentRequestSchema, first).ref;
  } catch (error) {
    throw new ContentCallError(INVALID_ARGUMENT, `${method}: not a message of it`, { cause: error });
  }
}
