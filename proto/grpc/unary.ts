import { metadataOf, type Channel } from './channel.ts';
import { cancelledError, toGrpcError } from './error.ts';
import { deadlineOf, type CallOptions, type WireMethod } from './method.ts';

/** One message out, one back. Rejects with GrpcError. */
export function callUnary(
  channel: Channel,
  method: WireMethod,
  request: unknown,
  options: CallOptions = {},
): Promise<unknown> {
  const { signal } = options;
  if (signal?.aborted === true) return Promise.reject(cancelledError(method.name, signal));
  return new Promise((resolve, reject) => {
    const call = channel.client.makeUnaryRequest(
      method.path,
      method.encode,
      method.decode,
      request,
      metadataOf(channel, options.headers),
      deadlineOf(options.deadline ?? channel.deadline),
      (error, response) => {
        signal?.removeEventListener('abort', cancel);
        if (error === null) resolve(response);
        else reject(toGrpcError(error, method.name, signal));
      },
    );
    const cancel = (): void => call.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
  });
}
