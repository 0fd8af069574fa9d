import type { ClientDuplexStream, ClientReadableStream } from '@grpc/grpc-js';
import { toGrpcError, type GrpcError } from './error.ts';

/** How a streaming call stands, however late somebody asks. */
export interface WatchedCall {
  /** The messages until the call ends; leaving the loop cancels the call. To be read once. Throws GrpcError. */
  messages(): AsyncGenerator<unknown, void, undefined>;
  /** Calls back once when the call has ended, at once if it has already. */
  onEnd(listener: (failure: GrpcError | undefined) => void): void;
}

/**
 * grpc-js emits a failed status as a bare `error` event: without a listener it would end the process, and an iterator that
 * starts later would take the call for complete. So the status is kept here from the start.
 */
export function watchCall(
  call: ClientReadableStream<unknown> | ClientDuplexStream<unknown, unknown>,
  method: string,
  signal: AbortSignal | undefined,
): WatchedCall {
  const listeners = new Set<(failure: GrpcError | undefined) => void>();
  let ended = false;
  let failure: GrpcError | undefined;
  const cancel = (): void => call.cancel();
  const end = (): void => {
    if (ended) return;
    ended = true;
    signal?.removeEventListener('abort', cancel);
    for (const listener of listeners) listener(failure);
    listeners.clear();
  };
  signal?.addEventListener('abort', cancel, { once: true });
  call.on('error', (error: unknown) => {
    failure ??= toGrpcError(error, method, signal);
    end();
  });
  call.on('status', end);
  async function* messages(): AsyncGenerator<unknown, void, undefined> {
    try {
      yield* call;
    } catch (error) {
      throw failure ?? toGrpcError(error, method, signal);
    } finally {
      cancel();
    }
    if (failure !== undefined) throw failure;
  }
  return {
    messages,
    onEnd: (listener) => {
      if (ended) listener(failure);
      else listeners.add(listener);
    },
  };
}
