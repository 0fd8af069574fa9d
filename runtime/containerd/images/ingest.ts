import { setTimeout as sleep } from 'node:timers/promises';
import { WriteAction, type WriteContentResponse } from '../../../proto/gen/containerd/content_pb.ts';
import { isRuntimeError, RuntimeError } from '../../errors.ts';
import type { Descriptor } from '../../ports/registry.ts';
import { leased } from '../connection.ts';
import { labelContent } from '../content.ts';
import { isGrpc, toRuntimeError, unlessGone } from '../errors.ts';
import type { ImagesContext } from './context.ts';

/** A good size for a message on the write stream. */
const CHUNK = 1024 * 1024;
/** Messages under way before an answer is awaited. */
const WINDOW = 4;
const ATTEMPTS = 4;
/** Milliseconds before the second attempt; doubles. */
const RETRY_WAIT = 200;

export interface Ingest {
  readonly descriptor: Descriptor;
  /** Merged into the blob's labels, also when it is there already. */
  readonly labels: Readonly<Record<string, string>>;
  readonly lease: string;
  /** Bytes from an offset on. */
  readonly open: (offset: number, signal?: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;
  /** How many bytes of this blob are there, as it grows. */
  readonly onBytes?: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Brings a blob into the content store under a lease. What is there is not fetched; what was interrupted goes on at its offset, in this
 * call (a connection that broke off) and in later ones. containerd checks the digest. Rejects with Corrupt when it does not match.
 */
export async function ingestBlob(context: ImagesContext, ingest: Ingest): Promise<void> {
  const { digest, size } = ingest.descriptor;
  await context.turns.take(`blob ${digest}`, async () => {
    for (let attempt = 1; ; attempt++) {
      try {
        await attemptIngest(context, ingest);
        break;
      } catch (error) {
        if (attempt === ATTEMPTS || ingest.signal?.aborted === true || !isPassing(error)) throw error;
        await sleep(RETRY_WAIT * 2 ** (attempt - 1), undefined, { ref: false });
      }
    }
  });
  ingest.onBytes?.(size);
}

/** Broken connections, and an ingest that another stream of ours has not let go of yet. */
function isPassing(error: unknown): boolean {
  return isRuntimeError(error, 'Unavailable', 'DeadlineExceeded') || isGrpc(error, 'UNAVAILABLE', 'CANCELLED');
}

async function attemptIngest(context: ImagesContext, ingest: Ingest): Promise<void> {
  const { connection } = context;
  const { digest } = ingest.descriptor;
  try {
    await writeBlob(context, ingest);
  } catch (error) {
    if (isGrpc(error, 'ALREADY_EXISTS')) return labelContent(connection, digest, ingest.labels, ingest.lease);
    const corrupt = isGrpc(error, 'FAILED_PRECONDITION', 'OUT_OF_RANGE') || isRuntimeError(error, 'Corrupt');
    if (!corrupt) throw error;
    await abortIngest(context, digest);
    throw new RuntimeError('Corrupt', `blob ${digest} does not match its digest or size`, {
      cause: error,
      reason: 'DigestMismatch',
    });
  }
}

/**
 * Throws an ingest away, or the next attempt would go on from the wrong bytes. containerd may still be closing the stream, and then fails to remove
 * the files under it [T]: asked again a little later. At worst the next attempt finds the same wrong bytes, and comes here again.
 */
async function abortIngest({ connection }: ImagesContext, digest: string): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      await unlessGone(connection.services.content.abort({ ref: refOf(digest) }));
      return;
    } catch (error) {
      connection.log.debug({ digest, attempt, err: error }, 'an ingest could not be thrown away yet');
      await sleep(RETRY_WAIT, undefined, { ref: false });
    }
  }
}

/** STAT tells the offset, WRITE adds, COMMIT checks and makes the blob. Each message has one answer. */
async function writeBlob(context: ImagesContext, ingest: Ingest): Promise<void> {
  const { descriptor, lease, signal } = ingest;
  const expected = descriptor.digest;
  const total = BigInt(descriptor.size);
  using call = context.connection.services.content.write({ headers: leased(lease), signal });
  const answers = call.messages();
  const answer = async (): Promise<WriteContentResponse> => {
    const { value, done } = await answers.next();
    if (done === true) throw toRuntimeError(new Error('the write stream ended early'), `write blob ${expected}`);
    return value;
  };
  const ref = refOf(expected);
  await call.send({ action: WriteAction.STAT, ref, total, expected });
  let { offset } = await answer();
  if (offset > total) throw new RuntimeError('Corrupt', `blob ${expected}: an ingest is longer than the blob`);
  let unanswered = 0;
  if (offset < total) {
    const chunks = await ingest.open(Number(offset), signal);
    for await (const data of rechunk(chunks)) {
      if (offset + BigInt(data.byteLength) > total) {
        throw new RuntimeError('Corrupt', `blob ${expected} is longer than the ${total} bytes that were promised`);
      }
      await call.send({ action: WriteAction.WRITE, ref, offset, data });
      offset += BigInt(data.byteLength);
      unanswered += 1;
      if (unanswered >= WINDOW) {
        ingest.onBytes?.(Number((await answer()).offset));
        unanswered -= 1;
      }
    }
    if (offset < total) {
      throw new RuntimeError('Unavailable', `blob ${expected} broke off after ${offset} of ${total} bytes`);
    }
  }
  for (; unanswered > 0; unanswered--) await answer();
  await call.send({ action: WriteAction.COMMIT, ref, total, expected, offset, labels: { ...ingest.labels } });
  await answer();
}

function refOf(digest: string): string {
  return `tsmoby-${digest}`;
}

/** Small pieces gathered, large ones cut: messages of about one MiB. */
async function* rechunk(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.byteLength;) {
      const part = chunk.subarray(start, start + CHUNK - size);
      parts.push(part);
      size += part.byteLength;
      start += part.byteLength;
      if (size === CHUNK) {
        yield parts.length === 1 ? part : Buffer.concat(parts, size);
        parts = [];
        size = 0;
      }
    }
  }
  if (size > 0) yield Buffer.concat(parts, size);
}
