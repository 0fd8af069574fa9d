import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ApiResponse } from '../pipeline/response.ts';
import type { Renderer } from './render.ts';
import { writable } from './writable.ts';

/** Bytes that are gathered before they are written, and before other work gets its turn. */
const SLICE_BYTES = 64 * 1024;

/**
 * Writes a list in slices, at the reader's pace. A list of one slice goes out whole, with its length. `signal` ends
 * it early: the client then sees a broken answer, never a short one that looks complete.
 */
export async function writeList(
  response: ServerResponse,
  list: Extract<ApiResponse, { type: 'list' }>,
  renderer: Renderer,
  signal: AbortSignal,
): Promise<void> {
  const { head, separator, tail } = renderer.list(list.metadata, list.items.length === 0);
  let parts: Uint8Array[] = [Buffer.from(head)];
  let bytes = 0;
  const between = Buffer.from(separator);
  response.setHeader('content-type', renderer.contentType);
  for (const [index, value] of list.items.entries()) {
    if (index > 0 && between.length > 0) parts.push(between);
    const item = renderer.item(value);
    parts.push(item);
    bytes += item.length;
    if (bytes < SLICE_BYTES) continue;
    response.write(Buffer.concat(parts));
    parts = [];
    bytes = 0;
    await Promise.all([writable(response, signal), nextTurn()]);
    if (signal.aborted) return;
  }
  parts.push(Buffer.from(tail));
  const last = Buffer.concat(parts);
  if (!response.headersSent) response.setHeader('content-length', last.length);
  response.end(last);
}
