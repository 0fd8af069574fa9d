import { callBidi, type BidiCall } from '../../../proto/grpc/bidi.ts';
import type { Channel, Headers } from '../../../proto/grpc/channel.ts';
import { GrpcError, statusNumber } from '../../../proto/grpc/error.ts';
import { rawMethod } from '../../../proto/grpc/method.ts';
import { ContentCallError, type ContentMethod, type ContentProxy } from '../../ports/content.ts';
import { toRuntimeError } from '../errors.ts';

/** gRPC status codes that we answer ourselves. */
export const INVALID_ARGUMENT = 3;
export const NOT_FOUND = 5;
const UNIMPLEMENTED = 12;

/** One call, before anything of it has gone to containerd. */
export interface Arrival {
  readonly method: ContentMethod;
  /** The first message of the request; of all methods but Write it is the only one. */
  readonly first: Uint8Array;
}

export interface PassThroughOptions {
  readonly methods: readonly ContentMethod[];
  readonly headers?: Headers;
  /** Ends every call, besides the caller's own signal. */
  readonly signal?: AbortSignal;
  /** Looks at a call first. Throws ContentCallError to refuse it; answers a message to answer it without containerd. */
  readonly admit?: (arrival: Arrival, signal: AbortSignal) => Promise<Uint8Array | undefined>;
  /** Told how a call that was let through ended: undefined when well. */
  readonly ended?: (arrival: Arrival, failure: ContentCallError | undefined) => void;
}

/**
 * containerd's content service on our connection, message by message. Memory stays flat however large a blob is: the next message is taken
 * from either side only when the other has taken the one before.
 */
export function passThrough(channel: Channel, options: PassThroughOptions): ContentProxy {
  const { methods } = options;
  return {
    methods,
    async *call(method, requests, signal) {
      if (!methods.includes(method)) throw new ContentCallError(UNIMPLEMENTED, `${method} is not allowed here`);
      const either = options.signal === undefined ? signal : AbortSignal.any([signal, options.signal]);
      const messages = requests[Symbol.asyncIterator]();
      const { value: first, done } = await messages.next();
      if (done === true) return;
      const arrival = { method, first };
      const answer = await options.admit?.(arrival, either);
      if (answer !== undefined) yield answer;
      else yield* exchange(channel, arrival, messages, either, options);
    },
  };
}

async function* exchange(
  channel: Channel,
  arrival: Arrival,
  messages: AsyncIterator<Uint8Array>,
  signal: AbortSignal,
  { headers, ended }: PassThroughOptions,
): AsyncGenerator<Uint8Array> {
  let failure: ContentCallError | undefined = new ContentCallError(1, 'the peer left');
  try {
    const method = rawMethod(`containerd.services.content.v1.Content/${arrival.method}`);
    using call = callBidi(channel, method, { signal, ...(headers === undefined ? {} : { headers }) });
    void forward(call, arrival.first, messages);
    for await (const message of call.messages()) yield message as Uint8Array;
    failure = undefined;
  } catch (error) {
    const known = asCallError(error, arrival.method);
    if (known instanceof ContentCallError) failure = known;
    throw known;
  } finally {
    ended?.(arrival, failure);
  }
}

/** Never rejects: when the call has ended its status says why, and when the peer's messages break off nobody wants the rest. */
async function forward(
  call: BidiCall<unknown, unknown>,
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): Promise<void> {
  try {
    await call.send(first);
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) await call.send(next.value);
    call.end();
  } catch {
    call[Symbol.dispose]();
  }
}

/** What containerd answers goes on with its number; what we ended ourselves is Cancelled. */
function asCallError(error: unknown, method: ContentMethod): Error {
  if (error instanceof GrpcError && !error.cancelledByUs) {
    return new ContentCallError(statusNumber(error.code), error.details, { cause: error });
  }
  return toRuntimeError(error, `pass ${method} on to containerd`);
}
