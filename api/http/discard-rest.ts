import type { IncomingMessage, ServerResponse } from 'node:http';
import { MAX_BODY_BYTES, waitsForContinue } from './read-body.ts';

/** What is taken off the wire and thrown away, so that the connection lives on. */
const MAX_DISCARDED_BYTES = MAX_BODY_BYTES + 1024 * 1024;

/**
 * Deals with a body that nobody wanted: the answer goes out at once, what still comes is thrown away, and the connection
 * serves the next request. Who sends without end is cut off; who waits to be asked is told that nobody will.
 */
export function discardRest(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete) return;
  if (waitsForContinue(request)) {
    response.setHeader('connection', 'close');
    return;
  }
  let left = MAX_DISCARDED_BYTES;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.socket.destroy();
  });
  request.resume();
}
