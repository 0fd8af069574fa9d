import { metadataOf, type Channel } from './channel.ts';
import { cancelledError } from './error.ts';
import { deadlineOf, type CallOptions, type WireMethod } from './method.ts';
import { watchCall } from './stream-end.ts';

/**
 * One message out, many back, read at the caller's pace. The call starts at once, so that nothing sent in between is
 * missed; leaving the loop early cancels it. Rejects with GrpcError.
 */
export function callServerStream(
  channel: Channel,
  method: WireMethod,
  request: unknown,
  options: CallOptions = {},
): AsyncIterable<unknown> {
  const { signal } = options;
  if (signal?.aborted === true) throw cancelledError(method.name, signal);
  const call = channel.client.makeServerStreamRequest(
    method.path,
    method.encode,
    method.decode,
    request,
    metadataOf(channel, options.headers),
    deadlineOf(options.deadline ?? 0),
  );
  return watchCall(call, method.name, signal).messages();
}
