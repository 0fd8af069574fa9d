import { metadataOf, type Channel } from './channel.ts';
import { cancelledError, GrpcError } from './error.ts';
import { deadlineOf, type CallOptions, type WireMethod } from './method.ts';
import { watchCall } from './stream-end.ts';

/** Both directions of one call, the answers to be read once. Dispose cancels what is still under way. */
export interface BidiCall<Request, Response> extends Disposable {
  /** Resolves when the transport has room for more. Rejects with GrpcError when the call has ended. One at a time. */
  send(message: Request): Promise<void>;
  /** The answers, until the server ends the call. Leaving the loop cancels the call. Throws GrpcError. */
  messages(): AsyncGenerator<Response, void, undefined>;
  /** No more messages from us. */
  end(): void;
}

/** Opens a call with messages in both directions. */
export function callBidi(channel: Channel, method: WireMethod, options: CallOptions = {}): BidiCall<unknown, unknown> {
  const { signal } = options;
  if (signal?.aborted === true) throw cancelledError(method.name, signal);
  const call = channel.client.makeBidiStreamRequest(
    method.path,
    method.encode,
    method.decode,
    metadataOf(channel, options.headers),
    deadlineOf(options.deadline ?? 0),
  );
  const watched = watchCall(call, method.name, signal);
  // grpc-js forgets the callback of a write whose call has ended.
  let refuse: ((failure: GrpcError) => void) | undefined;
  let over: GrpcError | undefined;
  watched.onEnd((failure) => {
    over = failure ?? new GrpcError('CANCELLED', 'the server has ended the call', method.name);
    refuse?.(over);
  });
  const send = (message: unknown): Promise<void> =>
    new Promise((resolve, reject) => {
      if (over !== undefined) return reject(over);
      refuse = reject;
      call.write(message, (error: Error | null | undefined) => {
        // With an error the status follows, and says more.
        if (error == null) resolve();
      });
    });
  return { send, messages: () => watched.messages(), end: () => call.end(), [Symbol.dispose]: () => call.cancel() };
}
