import type { ServerResponse } from 'node:http';
import { writable } from './writable.ts';

/** Writes bytes as they come, no faster than the reader takes them. The headers go out at once: a quiet log has nothing to say yet. */
export async function writeStream(
  response: ServerResponse,
  contentType: string,
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  response.setHeader('content-type', contentType);
  response.setHeader('cache-control', 'no-cache, private');
  response.flushHeaders();
  for await (const chunk of body) {
    if (signal.aborted) break;
    response.write(chunk);
    await writable(response, signal);
  }
  response.end();
}
